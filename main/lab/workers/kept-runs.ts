/** Runs of the experiment store as the lab's screen lists and opens them, whoever made them. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AbTest, type LabRun, labRunDetailSchema, labRunSchema } from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { abTest } from '../experiments/compare.ts';
import type { Experiment } from '../experiments/experiment.ts';
import type { ExperimentStore } from '../experiments/experiment-store.ts';
import type { KeptRun, OpenedRun } from './job.ts';
import { readTrades } from './read-trades.ts';
import { figuresOfStatistics, planOfInputs, verdictOfSentence } from './unwritten-row.ts';

/** Beside the files for people: a run's line in the lab's list, and what its screen shows of it. */
export const ROW_FILE = 'row.json';
export const SCREEN_FILE = 'screen.json';
/** Of the draws that tell one run from another: the same question has the same answer. */
const AB_SEED = 1;

const { shape } = labRunSchema;
/** What is written down of a run for the list. */
const rowSchema = z.object({
  plan: shape.plan,
  origin: shape.origin,
  figures: shape.figures.unwrap(),
  intervals: shape.intervals,
  verdict: shape.verdict.unwrap(),
});

export type KeptRow = Pick<LabRun, 'plan' | 'origin' | 'intervals'> & {
  readonly figures: NonNullable<LabRun['figures']>;
  readonly verdict: NonNullable<LabRun['verdict']>;
};

interface NotThere {
  readonly kind: 'not-kept';
  readonly text: string;
}

const gone = (text: string): Result<never, NotThere> => fail({ kind: 'not-kept', text });

/** Lists the newest, newest first; a line that was read is read again only when its file has changed. */
export function createRunLister(store: ExperimentStore): (most: number) => readonly KeptRun[] {
  const known = new Map<string, { readonly changedMs: number; readonly row: KeptRow | null }>();
  const readRow = (folder: string): KeptRow | null => {
    const changedMs = statSync(join(folder, ROW_FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const before = known.get(folder);
    if (before?.changedMs === changedMs) return before.row;
    const row = writtenRow(folder);
    known.set(folder, { changedMs, row });
    return row;
  };
  return (most) => store.newest(most).map((experiment) => keptRunOf(experiment, store.folderOf(experiment), readRow));
}

/** A run's line in the list; of one that was kept without it, what its inputs and statistics say. */
export function keptRunOf(experiment: Experiment, folder: string, readRow = writtenRow): KeptRun {
  const { id, createdMs, status, why, inputs, statistics, tags, note } = experiment;
  const common = { experimentId: id, createdMs, state: status, error: why, folder, tags, note };
  const row = status === 'done' ? readRow(folder) : null;
  if (row) return { ...common, ...row };
  return {
    ...common,
    plan: planOfInputs(inputs),
    origin: 'command-line',
    figures: statistics && figuresOfStatistics(statistics, inputs),
    intervals: [],
    verdict: verdictOfSentence(experiment.verdict),
  };
}

function writtenRow(folder: string): KeptRow | null {
  try {
    const read = rowSchema.safeParse(JSON.parse(readFileSync(join(folder, ROW_FILE), 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Everything that a screen shows of a run that was kept. @param tradesMax the first so many */
export async function openKept(
  store: ExperimentStore,
  experimentId: string,
  tradesMax: number,
): Promise<Result<OpenedRun, NotThere>> {
  const found = store.find(experimentId);
  if (!found.ok) return gone(found.error.message);
  if (found.value.status === 'failed') return gone('A run that failed has nothing to show.');
  const folder = store.folderOf(found.value);
  try {
    const written = JSON.parse(readFileSync(join(folder, SCREEN_FILE), 'utf8')) as WrittenScreen;
    const detail = labRunDetailSchema.safeParse(written.detail);
    if (!detail.success) return gone(OLDER);
    const { candles } = written;
    const trades = await readTrades(join(folder, 'trades.parquet'), tradesMax);
    return ok({
      detail: detail.data,
      candles: candles.map((each) => ({ ...each, columns: columnsOf(each.columns) })),
      trades,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return gone(OLDER);
    return gone(`Its files in ${folder} cannot be read: ${(error as Error).message}`);
  }
}

const OLDER = 'It was kept by an earlier version, without its curves: its HTML report has them.';

interface WrittenScreen {
  readonly detail: unknown;
  readonly candles: readonly {
    readonly columns: Readonly<Record<string, readonly number[]>>;
    readonly barMs: number;
    readonly joined: number;
  }[];
}

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

export function reportOf(store: ExperimentStore, experimentId: string): Result<string, NotThere> {
  const found = store.find(experimentId);
  if (!found.ok) return gone(found.error.message);
  const file = join(store.folderOf(found.value), 'report.html');
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    return gone(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Each beside the first, which is null; p-values are held to how many are compared (Holm's rule). */
export function compareKept(store: ExperimentStore, experimentIds: readonly string[]): readonly (AbTest | null)[] {
  const [first = '', ...others] = experimentIds;
  const own = store.returnsOf(first);
  const tests = others.map((id) => abTest(own, store.returnsOf(id), AB_SEED));
  const held = holm(tests.map(({ pValue }) => pValue));
  return [
    null,
    ...tests.map(({ days, meanDifference, low, high }, at) => ({
      days,
      meanDifferenceShare: meanDifference,
      low: Number.isNaN(low) ? null : low,
      high: Number.isNaN(high) ? null : high,
      pValue: held[at]!,
    })),
  ];
}

/** S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const held = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, at] of order.entries()) {
    least = Math.min(1, Math.max(least, (pValues.length - rank) * pValues[at]!));
    held[at] = least;
  }
  return held;
}
