import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, InputEvent } from '../../../main/engine/domain/events.ts';
import { createCore } from '../../../main/engine/kernel/core.ts';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { replayLog } from '../../../main/engine/kernel/replay.ts';
import type { Stage } from '../../../main/engine/kernel/stage.ts';
import { LIMITS } from '../../support/small-engine.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-replay-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const started = (sessionId: string): InputEvent => ({
  kind: 'EngineStarted',
  sessionId,
  build: 'test',
  seed: 1,
  mode: 'practice',
  venue: 'test',
  sourceDescription: 'test',
  limits: LIMITS,
});
const arm = (armed: boolean): InputEvent => ({ kind: 'ArmSet', armed });

/** Counts how often it was armed, over restarts; every arming is a decision with that number and an id. */
const counter = (step = 1): Stage => {
  let count = 0;
  return {
    name: 'counter',
    apply(event) {
      if (event.kind === 'ArmSet') count += step;
    },
    handle(event, { emit, newId }) {
      if (event.kind === 'ArmSet') emit({ kind: 'ProposalLapsed', proposalId: newId('p'), why: String(count) });
    },
  };
};

const open = () =>
  openEventLog({ dir: join(root, 'j'), headFile: join(root, 'h'), segmentBytesMax: 1e6, marketBytesMax: 1e6 });

/** One session on the log, as the engine would run it. `crash` leaves the consequences of the last input unwritten. */
function session(id: string, inputs: readonly InputEvent[], crash = false): void {
  const { log, ledger } = open();
  let commits = 0;
  const last = inputs.length + 1;
  const core = createCore({
    journal: {
      append: (event: EngineEvent, timeMs) =>
        crash && commits === last - 1 && event.kind === 'ProposalLapsed' ? 0 : log.append(event, timeMs),
      commit: () => {
        commits += 1;
        log.commit();
      },
    },
    stages: [counter()],
    perform: () => {},
    onEvent: () => {},
  });
  for (const record of ledger) core.restore(record);
  core.dispatch(started(id), 1_000);
  for (const input of inputs) core.dispatch(input, 1_000);
  log.close();
}

const replay = (stage = counter) => replayLog(join(root, 'j'), () => [stage()]);

describe('replay', () => {
  it('of an empty log is the same, and says that there was nothing', () => {
    open().log.close();
    expect(replay()).toMatchObject({ same: true, sessions: 0, inputs: 0, decisions: 0 });
  });

  it('goes over restarts with what the ledger brought back, and with the ids of each session', () => {
    session('aaaaaaaa', [arm(true), arm(false)]);
    session('bbbbbbbb', [arm(true)]);
    expect(replay()).toMatchObject({ same: true, sessions: 2, inputs: 5, decisions: 3 });
  });

  it('names the first decision that comes out otherwise', () => {
    session('aaaaaaaa', [arm(true), arm(false)]);
    const verdict = replay(() => counter(2));
    expect(verdict).toMatchObject({ same: false, firstDifferentSeq: 3 });
    expect(verdict.recordedHash).not.toBe(verdict.replayedHash);
    expect(verdict.text).toContain('record 3');
  });

  it('a decision that no longer comes is a difference too', () => {
    session('aaaaaaaa', [arm(true), arm(true)]);
    const silent: Stage = { name: 'silent', apply: () => {}, handle: () => {} };
    expect(replay(() => silent)).toMatchObject({ same: false, firstDifferentSeq: 3, decisions: 0 });
  });

  it('one decision too many is a difference, named by its input', () => {
    session('aaaaaaaa', [arm(true), arm(true)]);
    const eager = (): Stage => {
      const inner = counter();
      return {
        ...inner,
        handle(event, context) {
          inner.handle(event, context);
          if (event.kind === 'ArmSet') context.emit({ kind: 'ProposalDeclined', proposalId: 'x', why: '' });
        },
      };
    };
    expect(replay(eager)).toMatchObject({ same: false, firstDifferentSeq: 2 });
  });

  it.each([1, 2])('a crash between the two lanes, with %i ledger records lost, is no difference', (lost) => {
    const talker = (): Stage => ({
      name: 'talker',
      apply: () => {},
      handle(event, { emit }) {
        if (event.kind !== 'ClockTicked') return;
        for (const id of ['a', 'b']) {
          emit({ kind: 'VotesCounted', instrumentId: id, candleCloseTimeMs: 1, votes: [] });
          emit({ kind: 'ProposalLapsed', proposalId: id, why: '' });
        }
      },
    });
    const { log } = open();
    const core = createCore({ journal: log, stages: [talker()], perform: () => {}, onEvent: () => {} });
    core.dispatch(started('aaaaaaaa'), 1_000);
    core.dispatch({ kind: 'ClockTicked' }, 1_000);
    core.dispatch({ kind: 'ClockTicked' }, 1_000);
    log.close();
    const file = join(root, 'j', 'ledger-000001.log');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, `${lines.slice(0, -lost).join('\n')}\n`);
    expect(replay(talker)).toMatchObject({ same: true, sessions: 1, decisions: 8 - lost });
  });

  it('what a crash kept from the disk is no difference, and does not count after the restart', () => {
    session('aaaaaaaa', [arm(true), arm(true)], true);
    session('bbbbbbbb', [arm(true)]);
    expect(replay()).toMatchObject({ same: true, sessions: 2, decisions: 2 });
  });
});
