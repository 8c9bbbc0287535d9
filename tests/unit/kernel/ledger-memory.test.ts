import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import { type OpenedLog, openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { CARD, IDLE_MODELS } from '../../simulation/engine/sim-models.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { LIMITS } from '../../support/small-engine.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A start on what is in the folder; of the opened log only the engine knows afterwards. */
function start(dir: string): { readonly engine: Engine; readonly records: WeakRef<OpenedLog['ledger']> } {
  const time = new FakeTime();
  const opened = openEventLog({
    dir: join(dir, 'journal'),
    headFile: join(dir, 'head'),
    segmentBytesMax: 2 ** 20,
    marketBytesMax: 2 ** 20,
  });
  const engine = createEngine({
    identity: {
      sessionId: 'memory',
      build: 'test',
      seed: 1,
      mode: 'practice',
      venue: 'binance',
      source: { kind: 'generated', description: 'none' },
    },
    limits: LIMITS,
    clock: time,
    timers: time,
    opened,
    cards: [CARD],
    venue: { start() {}, send() {}, onEvent() {}, stop: async () => {} },
    inference: () => IDLE_MODELS,
    onFatal: (error) => {
      throw error;
    },
  });
  engine.start();
  return { engine, records: new WeakRef(opened.ledger) };
}

it('a running engine does not keep the records that it was restored from, however many they are', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-memory-'));
  await start(dir).engine.stop();
  const { engine, records } = start(dir);
  expect(records.deref()?.length).toBeGreaterThan(0);
  // A weak reference that was just looked at holds until the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(records.deref()).toBeUndefined();
  await engine.stop();
  rmSync(dir, { recursive: true });
});
