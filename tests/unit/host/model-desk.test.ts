import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_ENSEMBLE, type MemberScore } from '../../../main/engine/domain/ensemble.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import { forkMlHost } from '../../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient, type InferenceClient } from '../../../main/engine/inference/inference-client.ts';
import { systemClock, systemTimers } from '../../../main/engine/kernel/clock.ts';
import type { LoggedEvent } from '../../../main/engine/kernel/core.ts';
import { openInstallationKey } from '../../../main/installation-key.ts';
import { type ModelRegistry, openModelRegistry } from '../../../main/ml/registry/model-registry.ts';
import { openProbeRecords } from '../../../main/ml/registry/probe-records.ts';
import { createModelDesk, type ModelDesk } from '../../../main/model-desk.ts';
import { goodVersion, HOURS_30, scoreOf, twoVersions } from '../../support/model-versions.ts';
import { smallFeatureSet, writePackage } from '../../support/small-model.ts';
import { waitUntil as waitFor } from '../../support/wait-until.ts';

/** The real ml-host behind the real client; of the engine what the desk talks to. */
const HOST = join(import.meta.dirname, '../../../main/ml/host/main.ts');
let root: string;
let client: InferenceClient;
let desk: ModelDesk;
let registry: ModelRegistry;
let heard: EngineEvent[];
const NO_HOURS: never[] = [];
let scores: MemberScore[];
let nowMs: number;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-desk-'));
  await twoVersions(root);
  heard = [];
  scores = [];
  nowMs = HOURS_30;
  registry = openModelRegistry(
    {
      shippedDir: join(root, 'shipped'),
      ownDir: join(root, 'own'),
      standings: join(root, 'standings.json'),
      promotions: join(root, 'promotions'),
    },
    openProbeRecords(join(root, 'probes'), 2 ** 30),
    openInstallationKey(join(root, 'installation.key')),
    'test',
  );
  const listeners = new Set<(logged: LoggedEvent) => void>();
  const hear = (event: EngineEvent): readonly EngineEvent[] => {
    heard.push(event);
    for (const listener of listeners) listener({ seq: heard.length, timeMs: nowMs, event });
    return [event];
  };
  client = createInferenceClient({
    spawn: () => forkMlHost(HOST),
    clock: systemClock,
    timers: systemTimers,
    models: registry.placements(),
    featureSets: [smallFeatureSet],
    onPrediction: hear,
    onModelState: hear,
    onNotice: () => {},
  });
  const decision = {
    view: { scores: () => scores, hours: () => NO_HOURS, shadows: () => [], settings: () => DEFAULT_ENSEMBLE },
  };
  desk = createModelDesk({
    registry,
    engine: {
      request: hear,
      inference: client,
      onEvent: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      pipeline: { decision } as unknown as Engine['pipeline'],
    },
    featureSets: [smallFeatureSet],
    timers: systemTimers,
    nowMs: () => nowMs,
  });
  client.start();
  await waitUntil('the ml-host is ready', () => client.state() === 'ready');
});
afterEach(async () => {
  await client.stop();
  rmSync(root, { recursive: true, force: true });
});

const waitUntil = (what: string, holds: () => boolean): Promise<void> => waitFor(what, holds, 60_000);

const lineUps = () =>
  heard.flatMap((event) =>
    event.kind === 'LineUpSet' ? [event.models.map(({ version, role }) => `${version} ${role}`).join(', ')] : [],
  );
const served = () => client.models().map(({ loaded }) => loaded.version);

test('what was made here is tried, then served beside what trades, as a shadow', async () => {
  await desk.refresh();
  expect(lineUps()).toEqual(['1.0.0 vote, 1.1.0 shadow']);
  await waitUntil('both are served', () => served().length === 2);
});

test('promoted it takes over, and back again, and in between no question is without an answer', async () => {
  await desk.refresh();
  scores = [scoreOf('small@1.1.0', 400, 0.68), scoreOf('small@1.0.0', 400, 0.69)];
  let candles = 0;
  const timer = setInterval(() => {
    candles += 1;
    client.predict({
      requestId: `c${candles}`,
      instrumentId: 'X',
      timeframe: '5m',
      candleCloseTimeMs: candles,
      featureSetHash: smallFeatureSet.hash,
      features: [0.5, 0.5, candles],
    });
  }, 2);
  await waitUntil('the shadow answers too', () => served().length === 2);
  await waitUntil('a few candles', () => candles > 3);
  expect(await desk.promote('small', '1.1.0')).toEqual({ ok: true });
  await waitUntil('the old version is gone', () => served().join() === '1.1.0');
  expect(await desk.rollback('small')).toEqual({ ok: true });
  await waitUntil('both are served again', () => served().length === 2);
  clearInterval(timer);
  const answered = () =>
    new Set(heard.flatMap((event) => (event.kind === 'PredictionArrived' ? [event.requestId] : [])));
  await waitUntil('every candle is answered', () => answered().size === candles);
  expect(lineUps()).toEqual(['1.0.0 vote, 1.1.0 shadow', '1.1.0 vote', '1.0.0 vote, 1.1.0 shadow']);
  const whys = heard.flatMap((event) => (event.kind === 'LineUpSet' && event.why ? [event.why] : []));
  expect(whys).toEqual([
    'small 1.1.0 trades in place of 1.0.0: it passed the gate.',
    'small 1.0.0 trades again in place of 1.1.0.',
  ]);
});

test('what is published while it runs is loaded, then scored as a shadow; what cannot be opened is told', async () => {
  await desk.refresh();
  await writePackage(await goodVersion('1.2.0'), join(root, 'own'));
  expect(await desk.published('small', '1.2.0')).toBeNull();
  expect(lineUps().at(-1)).toBe('1.0.0 vote, 1.2.0 shadow');
  expect(served()).toContain('1.2.0');
  const whys = heard.flatMap((event) => (event.kind === 'LineUpSet' && event.why ? [event.why] : []));
  expect(whys).toEqual(['small 1.2.0 is published: it is scored beside what trades and has no vote.']);
  for (let minor = 10; minor < 19; minor += 1) await writePackage(await goodVersion(`1.${minor}.0`), join(root, 'own'));
  expect(await desk.published('small', '1.18.0')).toBeNull();
  expect(registry.versions().map(({ version }) => version)).not.toContain('1.1.0');
  expect(registry.cardOf('small', '1.2.0')).not.toBeNull();
  const bad = await goodVersion('1.3.0');
  await writePackage({ ...bad, model: bad.model.slice(1) }, join(root, 'own'));
  expect(await desk.published('small', '1.3.0')).toMatch(/sha256 .* is not modelSha256/);
});

test('the first of its name goes out of the vote as it came, at once', async () => {
  rmSync(join(root, 'shipped'), { recursive: true });
  registry.rescan();
  await desk.refresh();
  scores = [scoreOf('small@1.1.0', 400, 0.68)];
  await waitUntil('it is served', () => served().join() === '1.1.0');
  expect(await desk.promote('small', '1.1.0')).toEqual({ ok: true });
  expect(await desk.rollback('small')).toEqual({ ok: true });
  expect(lineUps()).toEqual(['1.1.0 shadow', '1.1.0 vote', '1.1.0 shadow']);
  expect(served()).toEqual(['1.1.0']);
});

test('what has not earned it is refused in words, and what trades goes on', async () => {
  await desk.refresh();
  const refused = await desk.promote('small', '1.1.0');
  expect(refused).toMatchObject({ ok: false, error: { code: 'gate' } });
  expect(await desk.promote('small', '7.0.0')).toMatchObject({
    ok: false,
    error: { code: 'not-loaded', text: 'small 7.0.0 cannot trade: there is no small 7.0.0.' },
  });
  expect(await desk.rollback('small')).toMatchObject({ ok: false, error: { code: 'none-before' } });
  expect(lineUps()).toHaveLength(1);
  await waitUntil('the one that trades is served', () => served().includes('1.0.0'));
});
