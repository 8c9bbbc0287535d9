import { basename } from 'node:path';
import type { CandleSource, RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { buildId } from '../experiments/experiment-id.ts';
import { type ExperimentStore, familyOf } from '../experiments/experiment-store.ts';
import { otherInputs } from '../experiments/plan-inputs.ts';
import { readTicks } from '../ticks/read-ticks.ts';
import { NOTHING_YET, type RunResult } from './job.ts';
import { keepStudy } from './keep-study.ts';
import { keptRunOf } from './kept-runs.ts';
import { type PlannedStrategy, readParams } from './planned-strategy.ts';
import type { NoCandles } from './read-candles.ts';
import { replayedAs, replayTicks } from './replay-ticks.ts';
import type { RunFailed } from './run-plan.ts';
import { studyAlone } from './study-alone.ts';

export type TickSource = Extract<CandleSource, { kind: 'ticks' }>;

interface Tools {
  readonly store: ExperimentStore;
  /** Of the product. */
  readonly version: string;
  readonly tell: (progress: RunProgress) => void;
}

/** Of the judging: the same run has the same verdict. */
const SEED = 1;

/** A run over recorded depth and trades: as it is, judged by what can be said without running it again, and kept. */
export async function runTicks(
  plan: RunPlan,
  strategy: PlannedStrategy,
  source: TickSource,
  { store, version, tell }: Tools,
): Promise<Result<RunResult, NoCandles | RunFailed>> {
  const { title, name } = strategy.outline;
  const misplaced = misplacedIn(plan, strategy);
  if (misplaced !== null) return fail({ kind: 'bad-instruments', text: misplaced });
  const params = readParams(strategy, plan.params);
  if (!params.ok) return fail({ kind: 'bad-parameter', text: `${title}: ${params.error.message}.` });
  const feed = await readTicks(source.paths, (done) => tell({ ...NOTHING_YET, done }));
  if (!feed.ok) return fail({ kind: 'no-candles', text: `${feed.error.message}.` });
  const { settings } = plan;
  const replayed = {
    ...{ strategy, params: params.value, feed: feed.value, candle: source.timeframe, settings },
    name: source.paths.map((path) => basename(path)).join(' + '),
  };
  /** What it is known by, once there is a run or none. */
  const knownAs = (run: BarRun | null) => {
    const { asked, by } = replayedAs(replayed, run);
    const known = { ...asked, seed: SEED, build: buildId(version, by.gear) };
    return { plan: known, inputs: otherInputs(known, by) };
  };
  tell({ ...NOTHING_YET, phase: 'running' });
  let run: BarRun;
  try {
    const candleMs = TIMEFRAME_MS[source.timeframe];
    run = await replayTicks(strategy, { params: params.value, feed: feed.value, candleMs, settings });
  } catch (error) {
    const failure = store.recordFailure(knownAs(null).inputs, `${name} failed: ${(error as Error).message}`);
    const row = keptRunOf(failure, store.folderOf(failure));
    return ok({ kind: 'run', kept: { ...row, plan, origin: 'lab' }, view: null });
  }
  tell({ ...NOTHING_YET, phase: 'judging' });
  const known = knownAs(run);
  const earlier = store.trials(familyOf(known.inputs));
  const study = studyAlone(run, { inputs: known.inputs, earlier }, { cashQuote: settings.cashQuote, seed: SEED });
  const kept = keepStudy(store, known, study, { plan, origin: 'lab', found: null });
  if (!kept.ok) return fail({ kind: 'not-kept', text: `It was not kept: ${kept.error.message}.` });
  return ok({ kind: 'run', kept: kept.value.kept, view: kept.value.view });
}

/** What a run over depth and trades cannot have; null where all is well. */
function misplacedIn(plan: RunPlan, { outline }: PlannedStrategy): string | null {
  const { title, instruments } = outline;
  if (instruments !== 1) return `${title} looks at ${instruments} instruments together: a recording is of one.`;
  if (plan.sources.length > 1) return 'A recording is run by itself, without other instruments.';
  if (plan.map || plan.search) return 'Over depth and trades there is one run alone, no map and no search.';
  if (plan.mandate || plan.person) return 'Over depth and trades everything is signed at once.';
  if (plan.model !== null) return 'Models are asked about candles, not about depth and trades.';
  if (plan.fromMs !== null || plan.toMs !== null) return 'A recording is run whole: leave From and To empty.';
  return null;
}
