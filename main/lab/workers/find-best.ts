import type { LabRunDetail, RunPlan, RunProgress, SearchPlan, SearchTrial } from '../../../preload/lab-contract.ts';
import { runSearch } from '../../search/run-search.ts';
import type { Setting } from '../../search/trial.ts';
import { REALISTIC } from '../backtest/settings.ts';
import type { ExperimentStore } from '../experiments/experiment-store.ts';
import { type KnownPlan, planInputs } from '../experiments/plan-inputs.ts';
import { type Span, viewMarket } from '../honesty/plan-stretch.ts';
import { firstPart, holdOut, searchPaths } from '../search/judge-search.ts';
import { goodness, paretoFront, rankTrials } from '../search/pareto.ts';
import { proposerFor, SETTINGS_TOGETHER } from '../search/proposer-for.ts';
import { spaceOf } from '../search/space-of.ts';
import type { Evaluation, Trial, TrialFigures } from '../search/trial.ts';
import { NOTHING_YET } from './job.ts';
import type { Try } from './map-walk.ts';
import type { PlannedStrategy } from './planned-strategy.ts';
import { endSearchFile, openSearchFile } from './search-log-file.ts';
import { answerOf, openStrategyCrew } from './strategy-crew.ts';
import { threadsForRuns } from './threads-for.ts';

interface FindTools {
  readonly strategy: PlannedStrategy;
  readonly store: ExperimentStore;
  /** Where runs are kept, and what is left of searches that were broken off. */
  readonly results: string;
  readonly tell: (progress: RunProgress) => void;
}

/** The best setting of a search, as a plan on the time that was searched. */
export interface FoundBest {
  readonly plan: KnownPlan;
  readonly search: NonNullable<LabRunDetail['search']>;
  /** Every setting that saw all of that time. */
  readonly tries: readonly Try[];
}

/** A strategy that does not come back within this on one setting has failed on it. */
const TRIAL_MS_MAX = 600_000;
/** Whoever waits hears so often that the search goes on, also while its trials are long. */
const TELL_EVERY_MS = 2_000;
const BEST_TOLD = 10;
const DAYS_PER_YEAR = 365;

/**
 * Searches on all cores. Each trial is written down as it ends and counts in the store, so that a search that was broken off goes on.
 * @param asked as the screen has it. @param whole everything that is there, before any part of it is held out
 * @throws Error one sentence: no setting that fits together, or none that did not fail
 */
export async function findBest(
  asked: RunPlan,
  wanted: SearchPlan,
  whole: KnownPlan,
  { strategy, store, results, tell }: FindTools,
): Promise<FoundBest> {
  const space = spaceOf(strategy.definition ?? strategy.outline, wanted.ranges, whole.params);
  if (!space.ok) throw new Error(space.error.message);
  const time = holdOut(whole.markets, wanted.holdOutShare);
  const plan: KnownPlan = { ...whole, markets: whole.markets.map((market) => viewMarket(market, time.searched)) };
  const inputs = planInputs(plan);
  const log = openSearchFile(results, asked, inputs.data);
  const size = threadsForRuns();
  const ground = { markets: whole.markets, settings: { ...REALISTIC, ...whole.settings } };
  const crew = openStrategyCrew(strategy.source, ground, { size, silentMsMax: TRIAL_MS_MAX });
  const evaluate = async (setting: Setting, span: Span): Promise<Evaluation | null> => {
    const params = { ...whole.params, ...setting };
    return (await answerOf(crew, { kind: 'evaluate', params, span })).evaluation;
  };
  const trials: Trial[] = [...log.earlier];
  let uncounted: Trial[] = [...log.earlier];
  const tellNow = (): void => tell(progressOf(trials, wanted));
  /** Many at once: each time the store is written is waited for. The log has them all already. */
  const count = (): void => {
    const tries = uncounted.flatMap(({ setting, evaluation }) =>
      evaluation ? [{ inputs: { ...inputs, params: { ...plan.params, ...setting } }, returns: evaluation }] : [],
    );
    uncounted = [];
    store.recordTrials('search', tries);
  };
  tellNow();
  const heart = setInterval(() => {
    tellNow();
    count();
  }, TELL_EVERY_MS);
  try {
    const { best, trials: all } = await runSearch({
      proposer: proposerFor(space.value, { ...wanted, seed: plan.seed }),
      evaluate: (setting, share) => evaluate(setting, firstPart(time.searched, share)),
      goodness: ({ figures }) => goodness(figures, wanted.objectives[0]!),
      trials: wanted.trials,
      together: SETTINGS_TOGETHER,
      atOnce: size,
      prune: wanted.prune,
      earlier: log.earlier,
      recordTrial: (trial) => {
        log.append(trial);
        trials.push(trial);
        uncounted.push(trial);
        tellNow();
      },
    });
    count();
    if (best === null) throw new Error(trials.find(({ why }) => why !== '')?.why ?? 'no setting of it fits together');
    endSearchFile(results, asked);
    const held = time.heldOut && (await evaluate(best.setting, time.heldOut));
    return {
      plan: { ...plan, params: { ...plan.params, ...best.setting } },
      ...searchFound(
        trials,
        paretoFront(all, wanted.objectives),
        held && time.heldOut && { figures: held.figures, span: time.heldOut },
      ),
    };
  } finally {
    clearInterval(heart);
    count();
    await crew.close();
  }
}

interface HeldOut {
  readonly figures: TrialFigures;
  readonly span: Span;
}

/** What a screen shows of a search. @param heldOut what the best one came to on the time that no trial saw */
export function searchFound(
  unordered: readonly Trial[],
  front: readonly Trial[],
  heldOut: HeldOut | null,
): Pick<FoundBest, 'search' | 'tries'> {
  const trials = unordered.toSorted((a, b) => a.number - b.number);
  const onFront = new Set(front);
  const paths = searchPaths(trials);
  return {
    search: {
      trials: trials.map((trial) => trialRow(trial, onFront.has(trial))),
      heldOut: heldOut && heldOutRow(heldOut),
      paths: paths && {
        count: paths.sharpes.length,
        lossShare: paths.lossShare,
        medianSharpe: paths.median * Math.sqrt(DAYS_PER_YEAR),
      },
    },
    tries: trials
      .filter(({ state }) => state === 'done')
      .map(({ setting, evaluation }) => ({ params: setting, returns: evaluation! })),
  };
}

const heldOutRow = ({ figures, span }: HeldOut) => ({
  fromMs: span.fromMs,
  // The end of a stretch is right after its last bar.
  toMs: span.toMs - 1,
  returnShare: figures.returnPct / 100,
  sharpe: orNull(figures.sharpe),
  maxDrawdownShare: figures.maxDrawdownPct / 100,
  trades: figures.trades,
});

function progressOf(trials: readonly Trial[], { trials: total, objectives }: SearchPlan): RunProgress {
  const count = (state: Trial['state']): number => trials.filter((trial) => trial.state === state).length;
  const best = rankTrials(trials, objectives, BEST_TOLD);
  return {
    ...NOTHING_YET,
    phase: 'searching',
    done: trials.length,
    total,
    search: { pruned: count('pruned'), failed: count('failed'), best: best.map((trial) => trialRow(trial, false)) },
  };
}

function trialRow({ number, state, setting, evaluation }: Trial, isOnFront: boolean): SearchTrial {
  const figures = evaluation?.figures;
  return {
    number,
    state,
    params: { ...setting },
    returnShare: figures ? figures.returnPct / 100 : null,
    sharpe: figures ? orNull(figures.sharpe) : null,
    maxDrawdownShare: figures ? figures.maxDrawdownPct / 100 : null,
    turnoverPerYear: figures ? orNull(figures.turnoverPerYear) : null,
    trades: figures?.trades ?? null,
    isOnFront,
  };
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
