import { barTimes } from '../backtest/bar-times.ts';
import { type Market, REALISTIC } from '../backtest/settings.ts';
import { sharedMarket } from '../backtest/shared-market.ts';
import type { SweepResult } from '../sweep/sweep.ts';
import { hireSandboxes } from '../user-strategies/sandbox-hand.ts';
import type { EvaluateSetting } from './parameter-map.ts';
import type { Steps, StrategyAnswer, StrategyGround, StrategyJob } from './strategy-jobs.ts';
import type { StrategyThreadStart } from './strategy-worker.ts';
import { hireThreads } from './thread-hand.ts';
import { type AnswerTo, createWorkerCrew, type Hand, type HandEvents, type WorkerCrew } from './worker-crew.ts';

/** Workers with one strategy, the candles before them. */
export type StrategyCrew = WorkerCrew<StrategyJob, StrategyAnswer, Steps>;

type Params = Readonly<Record<string, number>>;
type Hire = (events: HandEvents<StrategyAnswer, Steps>) => Hand<StrategyJob>;

export interface StrategyCrewOptions {
  readonly size: number;
  /** A worker that does not get on for so long is ended, and what it did has failed. */
  readonly silentMsMax: number;
}

const MEMORY_MB_MAX = 1_024;
const TRADER_MEMORY_MB_MAX = 256;
const IDLE_MS_MAX = 60_000;
/** Far more than there are workers: whoever asks knows how many it keeps busy. */
const WAITING_MAX = 1_000;
/** Lots that each worker of a sweep gets on average: enough that none waits long for the last one. */
const LOTS_EACH = 4;

/** Where a strategy's code is. */
export type StrategySource =
  | { readonly kind: 'shipped'; readonly name: string }
  /** A file of the user's own; absolute. */
  | { readonly kind: 'file'; readonly path: string };

/** Workers for a strategy: threads over the same memory for one that ships, sandboxes with a copy each for a user's own. */
export function openStrategyCrew(
  source: StrategySource,
  ground: StrategyGround,
  { size, silentMsMax }: StrategyCrewOptions,
): StrategyCrew {
  return createWorkerCrew<StrategyJob, StrategyAnswer, Steps>({
    hire:
      source.kind === 'shipped'
        ? hireFor(source.name, ground)
        : hireSandboxes({ file: source.path, ground, memoryMb: MEMORY_MB_MAX }),
    size,
    waitingMax: WAITING_MAX,
    silentMsMax,
    idleMsMax: IDLE_MS_MAX,
  });
}

/** A place for one of the user's own to trade from: it brings no candles, it hears them. */
export const hireTrader = (path: string): Hire =>
  hireSandboxes({
    file: path,
    ground: { markets: [], settings: REALISTIC },
    memoryMb: TRADER_MEMORY_MB_MAX,
    isTrading: true,
  });

function hireFor(name: string, { markets, settings }: StrategyGround): Hire {
  const url = new URL('./strategy-worker.ts', import.meta.url);
  let start: StrategyThreadStart | null = null;
  return (events) => {
    start ??= { name, markets: markets.map(sharedMarket), settings };
    return hireThreads<StrategyThreadStart, StrategyJob, StrategyAnswer, Steps>({
      url,
      start,
      heapMbMax: MEMORY_MB_MAX,
    })(events);
  };
}

/** Resolves when every worker is there: what is measured then is the work alone. */
export async function gatherCrew(crew: StrategyCrew): Promise<void> {
  await Promise.all(Array.from({ length: crew.size }, () => crew.ask({ kind: 'describe' }).outcome));
}

/** What a worker answers. Rejects with the sentence of what failed. */
export async function answerOf<K extends StrategyJob>(
  crew: StrategyCrew,
  job: K,
  tell: (steps: Steps) => void = () => undefined,
): Promise<AnswerTo<K, StrategyAnswer>> {
  const outcome = await crew.ask(job, { progress: tell }).outcome;
  if (!outcome.ok) throw new Error(outcome.error.text);
  return outcome.value;
}

/** Runs settings on all of the time, as many at once as there are workers. */
export function evaluateOn(crew: StrategyCrew, markets: readonly Market[]): EvaluateSetting {
  const times = barTimes(markets);
  const span = { fromMs: times[0] ?? 0, toMs: (times.at(-1) ?? 0) + 1 };
  return async (params, alive) => (await answerOf(crew, { kind: 'evaluate', params, span }, alive)).evaluation;
}

let sweeps = 0;

/**
 * Runs every setting, by all workers; results in the order of the settings. Rejects with the sentence of what failed, and then the rest is
 * given up.
 * @param onProgress settings done so far
 */
export async function sweepOn(
  crew: StrategyCrew,
  settings: readonly Params[],
  onProgress: (done: number) => void = () => undefined,
): Promise<readonly (SweepResult | null)[]> {
  sweeps += 1;
  const sweep = sweeps;
  const lots = lotsOf(settings, crew.size * LOTS_EACH);
  const doneOf = new Array<number>(lots.length).fill(0);
  const tell = (lot: number, done: number): void => {
    doneOf[lot] = done;
    onProgress(doneOf.reduce((sum, each) => sum + each, 0));
  };
  const tasks = lots.map((lot, at) =>
    crew.ask({ kind: 'sweep', sweep, settings: lot }, { progress: ({ done }) => tell(at, done) }),
  );
  try {
    const parts = await Promise.all(
      tasks.map(async ({ outcome }, at) => {
        const lot = await outcome;
        if (!lot.ok) throw new Error(lot.error.text);
        tell(at, lot.value.results.length);
        return lot.value.results;
      }),
    );
    return parts.flat();
  } catch (error) {
    for (const task of tasks) task.cancel();
    throw error;
  }
}

/** Up to `count` lots of about one size. */
function lotsOf(settings: readonly Params[], count: number): readonly (readonly Params[])[] {
  const size = Math.ceil(settings.length / count) || 1;
  const lots: (readonly Params[])[] = [];
  for (let first = 0; first < settings.length; first += size) lots.push(settings.slice(first, first + size));
  return lots;
}
