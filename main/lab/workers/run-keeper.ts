import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type LabRunDetail,
  type LabVerdict,
  labRunSchema,
  type RunFigures,
  type RunPlan,
} from '../../../preload/lab-contract.ts';
import { timeframeName } from '../../candle-files/index.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import type { Plain } from '../experiments/canonical-json.ts';
import type { DayReturns } from '../experiments/day-returns.ts';
import type { Experiment, ExperimentInputs } from '../experiments/experiment.ts';
import { buildId, dataUsed, experimentId } from '../experiments/experiment-id.ts';
import { ExperimentStore, familyOf } from '../experiments/experiment-store.ts';
import { reportPage } from '../report/report-page.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { JoinedCandles, KeptRun, OpenedRun } from './job.ts';
import type { Try } from './map-walk.ts';
import { sourceName } from './read-candles.ts';
import { readTrades } from './read-trades.ts';

/** What was run, before it is known what comes of it. */
export interface RunAsked {
  readonly plan: RunPlan;
  readonly strategy: StrategyDefinition;
  readonly candles: CandleColumns;
  readonly barMs: number;
}

/** What is kept of a run. */
export interface RunOutcome {
  readonly run: BarRun;
  readonly figures: RunFigures;
  readonly verdict: LabVerdict;
  readonly intervals: Readonly<Record<string, { readonly low: number; readonly high: number }>>;
  readonly detail: LabRunDetail;
  readonly joined: JoinedCandles;
}

interface NotKept {
  readonly kind: 'not-kept';
  readonly text: string;
}

/** Beside the files for people: what the lab's screen shows of a run. */
const SCREEN_FILE = 'screen.json';
const LISTED_MAX = 100;
/** Runs draw nothing; what is judged of them does, always in the same way. */
const SEED = 1;

const judgementSchema = z.object({
  plan: labRunSchema.shape.plan,
  figures: labRunSchema.shape.figures.unwrap(),
  verdict: labRunSchema.shape.verdict.unwrap(),
});

/** Runs of the lab in the experiment store: each is a try that counts, and each can be looked at again later. */
export class RunKeeper {
  readonly #store: ExperimentStore;
  readonly #build: string;

  /** @throws where the results folder cannot be opened */
  constructor(resultsDir: string, version: string, nowMs: () => number) {
    this.#store = new ExperimentStore(resultsDir, nowMs);
    this.#build = buildId(version);
  }

  inputsOf({ plan, strategy, candles, barMs }: RunAsked): ExperimentInputs {
    const params = readSetting(strategy, plan.params);
    const { source } = plan;
    const instrument = source.kind === 'file' ? sourceName(source) : source.instrumentId;
    return {
      strategy: strategy.name,
      params: params.ok ? params.value : plan.params,
      settings: { ...REALISTIC, ...plan.settings },
      data: [dataUsed(instrument, timeframeName(barMs), candles)],
      seed: SEED,
      build: this.#build,
    };
  }

  /** Daily returns of every other try of this strategy on this instrument so far. */
  triesBeside(inputs: ExperimentInputs): readonly DayReturns[] {
    const own = experimentId(inputs);
    const others = this.#store.trials(familyOf(inputs)).filter(({ id }) => id !== own);
    return others.map(({ returns }) => returns);
  }

  /** Counts the runs of a map: each of them is a try. */
  countTries(inputs: ExperimentInputs, tries: readonly Try[]): void {
    this.#store.recordTrials(
      'map',
      tries.map(({ params, returns }) => ({ inputs: { ...inputs, params }, returns })),
    );
  }

  keep({ plan, strategy, candles }: RunAsked, inputs: ExperimentInputs, outcome: RunOutcome): Result<KeptRun, NotKept> {
    const { run, figures, verdict, intervals, detail, joined } = outcome;
    const statistics = runStatistics(run, run.openTimeMs, plan.settings.cashQuote);
    const report = reportPage({
      id: experimentId(inputs),
      title: strategy.title,
      inputs,
      run,
      statistics,
      verdict,
      intervals,
      close: candles.close,
    });
    const judgement = { plan, figures, verdict, intervals } as unknown as Readonly<Record<string, Plain>>;
    const recorded = this.#store.record(inputs, { run, statistics, judgement, report });
    if (!recorded.ok) return fail({ kind: 'not-kept', text: `It was not kept: ${recorded.error.message}.` });
    const { experiment } = recorded.value;
    const folder = this.#store.folderOf(experiment);
    writeFileSync(join(folder, SCREEN_FILE), JSON.stringify({ detail, candles: plainCandles(joined) }));
    return ok({ ...this.#rowOf(experiment), plan, figures, verdict });
  }

  recordFailure(inputs: ExperimentInputs, why: string): void {
    this.#store.recordFailure(inputs, why);
  }

  /** The newest that this screen can show, newest first. */
  list(): readonly KeptRun[] {
    const found: KeptRun[] = [];
    for (const experiment of this.#store.list()) {
      if (found.length >= LISTED_MAX) break;
      const judgement = this.#judgementOf(experiment);
      if (judgement) found.push({ ...this.#rowOf(experiment), ...judgement });
    }
    return found;
  }

  /** Everything that a screen shows of a run that was kept. */
  async open(experimentId: string, tradesMax: number): Promise<Result<OpenedRun, NotKept>> {
    const found = this.#store.find(experimentId);
    if (!found.ok) return gone(found.error.message);
    const folder = this.#store.folderOf(found.value);
    try {
      const { detail, candles } = JSON.parse(readFileSync(join(folder, SCREEN_FILE), 'utf8')) as {
        detail: LabRunDetail;
        candles: ReturnType<typeof plainCandles>;
      };
      const trades = await readTrades(join(folder, 'trades.parquet'), tradesMax);
      return ok({ detail, candles: { ...candles, columns: columnsOf(candles.columns) }, trades });
    } catch (error) {
      return gone(`Its files in ${folder} cannot be read: ${(error as Error).message}`);
    }
  }

  report(experimentId: string): Result<string, NotKept> {
    const found = this.#store.find(experimentId);
    if (!found.ok) return gone(found.error.message);
    const file = join(this.#store.folderOf(found.value), 'report.html');
    try {
      return ok(readFileSync(file, 'utf8'));
    } catch (error) {
      return gone(`${file} cannot be read: ${(error as Error).message}`);
    }
  }

  mark(experimentId: string, tags: readonly string[], note: string): void {
    const found = this.#store.find(experimentId);
    if (!found.ok) return;
    for (const tag of found.value.tags) if (!tags.includes(tag)) this.#store.setTag(experimentId, tag, false);
    for (const tag of tags) if (!found.value.tags.includes(tag)) this.#store.setTag(experimentId, tag, true);
    this.#store.setNote(experimentId, note);
  }

  close(): void {
    this.#store.close();
  }

  #rowOf(experiment: Experiment): Pick<KeptRun, 'experimentId' | 'createdMs' | 'folder' | 'tags' | 'note'> {
    const { id, createdMs, tags, note } = experiment;
    return { experimentId: id, createdMs, folder: this.#store.folderOf(experiment), tags, note };
  }

  /** Null where it failed, or was not made by the lab. */
  #judgementOf(experiment: Experiment): z.infer<typeof judgementSchema> | null {
    if (experiment.status !== 'done') return null;
    try {
      const text = readFileSync(join(this.#store.folderOf(experiment), 'metrics.json'), 'utf8');
      const read = judgementSchema.safeParse((JSON.parse(text) as { judgement?: unknown }).judgement);
      return read.success ? read.data : null;
    } catch {
      return null;
    }
  }
}

const gone = (text: string): Result<never, NotKept> => fail({ kind: 'not-kept', text });

const plainCandles = ({ columns, barMs, joined }: JoinedCandles) => ({
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]])),
  barMs,
  joined,
});

const columnsOf = (lists: Readonly<Record<string, readonly number[]>>): CandleColumns => {
  const column = (name: keyof CandleColumns): Float64Array => Float64Array.from(lists[name] ?? []);
  return {
    openTimeMs: column('openTimeMs'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
};
