import { createHash } from 'node:crypto';
import type { EngineEvent, EngineStarted } from '../domain/events.ts';
import { type Core, createCore } from './core.ts';
import { isDecision, isInput, laneOf } from './durability.ts';
import type { LogRecord } from './log-format.ts';
import { readLane, segmentNumbers } from './log-reader.ts';
import type { Stage } from './stage.ts';

export interface ReplayVerdict {
  readonly same: boolean;
  readonly sessions: number;
  readonly inputs: number;
  readonly decisions: number;
  readonly recordedHash: string;
  readonly replayedHash: string;
  /** First recorded decision that came out otherwise; null when all are the same. */
  readonly firstDifferentSeq: number | null;
  readonly text: string;
}

/** One input and the decisions that were recorded as its consequence. */
interface Step {
  readonly record: LogRecord;
  readonly decisions: LogRecord[];
  /** Last before a restart or the end: a crash may have kept its consequences from the disk. */
  isLastOfSession: boolean;
}

/**
 * Runs the recorded inputs through fresh stages and compares every decision. A restart inside the recording is replayed
 * as it happened: new stages, brought up to date by the ledger events alone. Where the market lane has rotated, the
 * replay begins with the first session it still holds whole.
 * @param makeStages a fresh pipeline, exactly as the engine composed it for that session
 * @throws Error when the log is damaged
 */
export function replayLog(dir: string, makeStages: (started: EngineStarted) => readonly Stage[]): ReplayVerdict {
  const { before, recorded } = readRecorded(dir);
  const recordedHash = createHash('sha256');
  const replayedHash = createHash('sha256');
  const history: LogRecord[] = [...before];
  let core: Core | null = null;
  /** Everything that came of the present input, itself first: the nth is the record n after it. */
  let came: EngineEvent[] = [];
  const tally = { sessions: 0, inputs: 0, decisions: 0, firstDifferentSeq: null as number | null };

  const restart = (started: EngineStarted): void => {
    tally.sessions += 1;
    core = createCore({
      journal: { append: () => 0, commit: () => {} },
      stages: makeStages(started),
      perform: () => {},
      onEvent: ({ event }) => came.push(event),
    });
    for (const past of history) core.restore(past);
  };

  for (const step of stepsOf(recorded)) {
    const { event, timeMs } = step.record;
    if (event.kind === 'EngineStarted') restart(event);
    if (!core || !isInput(event)) continue;
    came = [];
    (core as Core).dispatch(event, timeMs);
    const { expected, replayed } = compared(step, came);
    for (const json of expected) recordedHash.update(`${json}\n`);
    for (const json of replayed) replayedHash.update(`${json}\n`);
    const different = firstDifference(expected, replayed);
    if (different !== -1 && tally.firstDifferentSeq === null) {
      tally.firstDifferentSeq = (step.decisions[different] ?? step.record).seq;
    }
    tally.inputs += 1;
    tally.decisions += replayed.length;
    for (const record of [step.record, ...step.decisions]) if (laneOf(record.event) === 'ledger') history.push(record);
  }
  const same = tally.firstDifferentSeq === null;
  return {
    ...tally,
    same,
    recordedHash: recordedHash.digest('hex'),
    replayedHash: replayedHash.digest('hex'),
    text: textOf(tally),
  };
}

/**
 * The decisions of a step, as recorded and as replayed. Of the last step before a crash one lane may have reached the disk
 * and the other not: what was kept is compared, each record with the event that has its place.
 */
function compared(step: Step, came: readonly EngineEvent[]): { expected: string[]; replayed: string[] } {
  if (!step.isLastOfSession) {
    const expected = step.decisions.map(({ event }) => JSON.stringify(event));
    return { expected, replayed: came.filter(isDecision).map((event) => JSON.stringify(event)) };
  }
  const kept = step.decisions.flatMap(({ seq, event }) => {
    const replayed = came[seq - step.record.seq];
    // Beyond the end: the consequence of an input that was itself lost.
    return replayed ? [{ expected: JSON.stringify(event), replayed: JSON.stringify(replayed) }] : [];
  });
  return { expected: kept.map((pair) => pair.expected), replayed: kept.map((pair) => pair.replayed) };
}

function textOf(tally: Pick<ReplayVerdict, 'sessions' | 'inputs' | 'decisions' | 'firstDifferentSeq'>): string {
  const { sessions, inputs, decisions, firstDifferentSeq } = tally;
  if (firstDifferentSeq !== null) return `what was decided at record ${firstDifferentSeq} came out otherwise`;
  if (sessions === 0) return 'no session is left whole to replay: the market lane was rotated out past the last start';
  return `${inputs} inputs of ${sessions} sessions led to the same ${decisions} decisions`;
}

function firstDifference(expected: readonly string[], replayed: readonly string[]): number {
  const length = Math.max(expected.length, replayed.length);
  for (let index = 0; index < length; index += 1) if (expected[index] !== replayed[index]) return index;
  return -1;
}

function stepsOf(recorded: readonly LogRecord[]): Step[] {
  const steps: Step[] = [];
  for (const record of recorded) {
    const event: EngineEvent = record.event;
    if (isInput(event)) {
      const last = steps.at(-1);
      if (last && event.kind === 'EngineStarted') last.isLastOfSession = true;
      steps.push({ record, decisions: [], isLastOfSession: false });
    } else if (isDecision(event)) {
      steps.at(-1)?.decisions.push(record);
    }
  }
  const last = steps.at(-1);
  if (last) last.isLastOfSession = true;
  return steps;
}

function readRecorded(dir: string): { before: LogRecord[]; recorded: LogRecord[] } {
  const all: LogRecord[] = [];
  let marketFromSeq: number | null = null;
  for (const lane of ['ledger', 'market'] as const) {
    const { damage } = readLane(dir, lane, (record) => {
      if (lane === 'market') marketFromSeq ??= record.seq;
      all.push(record);
    });
    if (damage && damage.how !== 'torn') throw new Error(`${damage.file} line ${damage.line}: ${damage.what}`);
  }
  all.sort((a, b) => a.seq - b.seq);
  const rotatedOut = (segmentNumbers(dir, 'market')[0] ?? 1) > 1 ? (marketFromSeq ?? 0) : 0;
  const first = all.findIndex((record) => record.event.kind === 'EngineStarted' && record.seq > rotatedOut);
  const from = first === -1 ? all.length : first;
  return {
    before: all.slice(0, from).filter((record) => laneOf(record.event) === 'ledger'),
    recorded: all.slice(from),
  };
}
