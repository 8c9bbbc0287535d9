import { availableParallelism } from 'node:os';
import type { SearchPlan } from '../../preload/lab-contract.ts';
import { TRIALS_MAX } from '../../preload/lab-plan-contract.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { type Span, viewMarket } from '../lab/honesty/plan-stretch.ts';
import { firstPart, holdOut, judgeSearch, type SearchJudgement, type SearchWork } from '../lab/search/judge-search.ts';
import { goodness, OBJECTIVES, type Objective, paretoFront } from '../lab/search/pareto.ts';
import { proposerFor, SETTINGS_TOGETHER, type SearchMethod } from '../lab/search/proposer-for.ts';
import { type AskedRange, spaceOf } from '../lab/search/space-of.ts';
import { EVALUATION_TEXT, type Evaluation, type Trial, type TrialFigures } from '../lab/search/trial.ts';
import { readParameters } from '../lab/strategy/parameters.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { searchFound } from '../lab/workers/find-best.ts';
import type { PlannedStrategy } from '../lab/workers/planned-strategy.ts';
import { answerOf, openStrategyCrew } from '../lab/workers/strategy-crew.ts';
import { runSearch, type SearchProgress } from '../search/run-search.ts';
import { openSearchLog, type SearchLog } from '../search/search-log.ts';
import type { Space } from '../search/space.ts';
import type { Setting } from '../search/trial.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';
import { storeBest } from './store-own.ts';
import { openTrialBook } from './store-run.ts';
import { planFault, readPlan, type StrategyOptions, type StrategyPlan } from './strategy-plan.ts';

export interface SearchCommandOptions extends StrategyOptions {
  readonly range: readonly string[];
  readonly param?: readonly string[];
  readonly method: SearchMethod;
  readonly objective: string;
  readonly trials: number;
  /** Of the time, the last part: no trial sees it. */
  readonly holdOut: number;
  readonly prune: boolean;
  readonly seed: number;
  readonly threads?: number;
  readonly log?: string;
  /** Counts every trial in the experiment store. */
  readonly store: boolean;
}

interface Fault {
  readonly kind: string;
  readonly message: string;
}

/** A strategy that does not come back within this on one setting has failed on it. */
const TRIAL_MS_MAX = 600_000;
const SHOWN = 10;

/** `search CANDLES --strategy NAME --range fast=2:50 …`: the best settings, and how far they deserve trust. */
export async function search(candlesFile: string, options: SearchCommandOptions): Promise<Outcome> {
  const plan = await readPlan(candlesFile, options);
  if (!plan.ok) return planFault(plan.error);
  const { strategy, markets, settings, names } = plan.value;
  const { name } = strategy.outline;
  const fixed = readPairs(options.param ?? []);
  if (!fixed.ok) return badInput(fixed.error.message);
  const space = readSpace(strategy, options.range, fixed.value);
  if (!space.ok) return badInput(space.error.message);
  const objectives = readObjectives(options.objective);
  if (!objectives.ok) return badInput(objectives.error.message);
  const log = openLog(options, plan.value, candlesFile);
  if (!log.ok) return badInput(log.error.message);

  const standard = readParameters(strategy.outline.params, fixed.value);
  if (!standard.ok) return badInput(`${name}: ${standard.error.message}`);
  const threads = options.threads ?? availableParallelism();
  const time = holdOut(markets, options.holdOut);
  const searchedMarkets = markets.map((market) => viewMarket(market, time.searched));
  const codeSha256 = strategy.codeSha256 ?? undefined;
  const named = { strategy: strategy.outline, params: standard.value, markets: searchedMarkets, settings, names };
  const book = options.store
    ? openTrialBook({ ...named, ...(codeSha256 && { codeSha256 }) }, 'search', options.dataDir)
    : null;
  const crew = openStrategyCrew(strategy.source, { markets, settings }, { size: threads, silentMsMax: TRIAL_MS_MAX });
  const evaluate = async (setting: Setting, span: Span): Promise<Evaluation | null> => {
    const params = { ...fixed.value, ...setting };
    return (await answerOf(crew, { kind: 'evaluate', params, span })).evaluation;
  };
  const work: SearchWork = {
    async judge(setting, span, otherTrials) {
      const params = { ...fixed.value, ...setting };
      const job = { kind: 'judge', params, span, seed: options.seed, otherTrials } as const;
      return (await answerOf(crew, job)).judgement.verdict;
    },
    async figures(setting, span) {
      const evaluation = await evaluate(setting, span);
      if (!evaluation) throw new Error('its values no longer fit together');
      return evaluation.figures;
    },
  };
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const outcome = await runSearch({
      proposer: proposerFor(space.value, { ...options, objectives: objectives.value }),
      evaluate: (setting, share) => evaluate(setting, firstPart(time.searched, share)),
      goodness: ({ figures }) => goodness(figures, objectives.value[0]!),
      trials: options.trials,
      together: SETTINGS_TOGETHER,
      atOnce: threads,
      prune: options.prune,
      earlier: log.value.earlier,
      recordTrial: (trial) => {
        log.value.append(trial);
        if (trial.evaluation) book?.count(trial.setting, trial.evaluation);
      },
      progress: tellProgress,
      signal: stop.signal,
    });
    process.stderr.write('\n');
    const { best, trials, isCancelled } = outcome;
    const front = paretoFront(trials, objectives.value);
    if (best === null) {
      const why = trials.find(({ state }) => state === 'failed')?.why ?? 'no setting fits together';
      return failed({ ok: false, error: why, trials: trials.length }, `${name}: ${why}`);
    }
    const otherTrials = book?.others(trials.map(({ setting }) => setting)) ?? [];
    const judgement = await judgeSearch(work, time, trials, best, otherTrials);
    const bestOf = { ...named, params: { ...standard.value, ...best.setting } };
    const heldOut = judgement.heldOut && time.heldOut && { figures: judgement.heldOut, span: time.heldOut };
    const found = searchFound(trials, front, heldOut);
    const listed = {
      sources: plan.value.sources,
      search: { plan: searchPlan(space.value, objectives.value, options), found },
    };
    if (options.store) {
      const kept = await storeBest(strategy, bestOf, listed, options.dataDir);
      if (!kept.ok) return failed({ ok: false, error: kept.error.message }, kept.error.message);
    }
    return answer(name, trials, best, front, isCancelled, judgement);
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    return failed({ ok: false, error: why }, why);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    book?.close();
    await crew.close();
  }
}

/** The search as the lab's form would have it. */
const searchPlan = (
  { ranges }: Space,
  objectives: readonly Objective[],
  { method, trials, holdOut: holdOutShare, prune }: SearchCommandOptions,
): SearchPlan => ({
  method,
  objectives: [...objectives],
  ranges: ranges.map(({ name, least, most }) => ({ name, from: least, to: most })),
  trials: Math.min(trials, TRIALS_MAX),
  holdOutShare,
  prune,
});

function answer(
  strategy: string,
  trials: readonly Trial[],
  best: Trial,
  front: readonly Trial[],
  isCancelled: boolean,
  { verdict, heldOut, walkForward, paths }: SearchJudgement,
): Outcome {
  const count = (state: Trial['state']): number => trials.filter((trial) => trial.state === state).length;
  const shown = ({ number, setting, evaluation }: Trial) => ({ number, setting, figures: evaluation?.figures ?? null });
  const value = {
    strategy,
    trials: trials.length,
    pruned: count('pruned'),
    failed: count('failed'),
    isCancelled,
    verdict,
    best: shown(best),
    front: front.map(shown),
    heldOut,
    walkForward: walkForward && {
      sharpePerDay: walkForward.sharpe,
      choices: walkForward.choices.map(({ chosen, trainingSharpe, testSharpe }) => ({
        chosen,
        trainingSharpe,
        testSharpe,
      })),
    },
    paths: paths && { ...paths, sharpes: [...paths.sharpes] },
  };
  const lines = [
    verdict.sentence,
    settingTable(best, front),
    ...(heldOut ? [`On the time that was held out, the best came to ${figuresText(heldOut)}.`] : []),
    ...(walkForward
      ? [
          `Chosen again and again on the days before, Sharpe ratio ${annual(walkForward.sharpe)} a year on the days after.`,
        ]
      : []),
    ...(paths ? [`${percent(100 * paths.lossShare)} of ${paths.sharpes.length} paths through the history lose.`] : []),
    `${trials.length} trials, ${value.pruned} given up early, ${value.failed} failed${isCancelled ? '; broken off' : ''}.`,
  ];
  return done(value, lines.join('\n'));
}

function settingTable(best: Trial, front: readonly Trial[]): string {
  const rows = [best, ...front.filter((trial) => trial !== best)].slice(0, SHOWN);
  const names = Object.keys(best.setting);
  return textTable([
    [...names, 'return', 'Sharpe', 'drawdown', 'turnover a year', 'trades'],
    ...rows.map(({ setting, evaluation }) => {
      const { returnPct, sharpe, maxDrawdownPct, turnoverPerYear, trades } = evaluation!.figures;
      const values = names.map((name) => String(Number(setting[name]!.toPrecision(4))));
      return [
        ...values,
        percent(returnPct),
        ratio(sharpe),
        percent(maxDrawdownPct),
        turnoverPerYear.toFixed(1),
        String(trades),
      ];
    }),
  ]);
}

const percent = (value: number): string => `${value.toFixed(1)} %`;
const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '–');
const annual = (sharpePerDay: number): string => ratio(sharpePerDay * Math.sqrt(365));
const figuresText = ({ returnPct, sharpe, maxDrawdownPct, trades }: TrialFigures): string =>
  `${percent(returnPct)} (Sharpe ratio ${ratio(sharpe)}, drawdown ${percent(maxDrawdownPct)}, ${trades} trades)`;

function tellProgress({ ended, of, best }: SearchProgress<Evaluation>): void {
  const found = best ? `, best return ${percent(best.evaluation!.figures.returnPct)}` : '';
  process.stderr.write(`\r${ended} of ${of} trials${found}   `);
}

/** `fast=2:50` as ranges; everything else has its standard value or that of `--param`. */
function readSpace(
  strategy: PlannedStrategy,
  texts: readonly string[],
  fixed: Readonly<Record<string, number>>,
): Result<Space, Fault> {
  const ranges: AskedRange[] = [];
  for (const text of texts) {
    const [, name, from, to] = /^([^=]+)=([^:]+):([^:]+)$/.exec(text) ?? [];
    const range = { name: name ?? '', from: Number(from), to: Number(to) };
    if (name === undefined || !Number.isFinite(range.from) || !Number.isFinite(range.to))
      return fail({ kind: 'bad-range', message: `--range ${text}: a range is given as name=from:to` });
    ranges.push(range);
  }
  const space = spaceOf(strategy.definition ?? strategy.outline, ranges, fixed);
  const { name } = strategy.outline;
  return space.ok ? space : fail({ kind: 'bad-range', message: `${name}: ${space.error.message}` });
}

function readObjectives(text: string): Result<readonly Objective[], Fault> {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !OBJECTIVES.some((each) => each === name));
  return wrong === undefined
    ? ok(names as readonly Objective[])
    : fail({
        kind: 'bad-objective',
        message: `--objective: there is no ${wrong || 'empty one'}: there is ${OBJECTIVES.join(', ')}`,
      });
}

function openLog(
  options: SearchCommandOptions,
  { strategy }: StrategyPlan,
  candlesFile: string,
): Result<SearchLog<Evaluation>, Fault> {
  if (options.log === undefined) return ok({ earlier: [], append: () => undefined });
  const { range, param = [], method, objective, holdOut: share, prune, seed, rules } = options;
  const identity = {
    strategy: strategy.outline.name,
    code: strategy.codeSha256,
    candles: [candlesFile, ...(options.with ?? [])],
    range,
    param,
    method,
    objective,
    holdOut: share,
    prune,
    seed,
    rules,
  };
  try {
    return openSearchLog(options.log, identity, EVALUATION_TEXT);
  } catch (error) {
    return fail({ kind: 'bad-log', message: `${options.log} cannot be written: ${(error as Error).message}` });
  }
}
