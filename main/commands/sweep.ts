import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { barTimes } from '../lab/backtest/bar-times.ts';
import { readGrid, readPairs } from '../lab/strategy/setting-text.ts';
import type { Setting, SweepResult } from '../lab/sweep/sweep.ts';
import { readParams } from '../lab/workers/planned-strategy.ts';
import { answerOf, openStrategyCrew, type StrategyCrew, sweepOn } from '../lab/workers/strategy-crew.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';
import { storeBest } from './store-own.ts';
import { openTrialBook } from './store-run.ts';
import { planFault, readPlan, type StrategyOptions, type StrategyPlan } from './strategy-plan.ts';

export interface SweepOptions extends StrategyOptions {
  readonly grid: readonly string[];
  readonly param?: readonly string[];
  readonly threads?: number;
  readonly out?: string;
  /** Counts every setting in the experiment store, and keeps the best one, judged. */
  readonly store?: boolean;
}

/** A strategy that does not come back within this on one setting fails the sweep. */
const SETTING_MS_MAX = 600_000;
const SHOWN = 10;
/** Of a sweep that is counted: each is a row with the return of every day. As many as may wait for the workers. */
const KEPT_MAX = 1_000;

/** `sweep CANDLES --strategy NAME --grid fast=5:50:5 …`: every setting of a grid, on all cores; the best by final equity. */
export async function sweep(candlesFile: string, options: SweepOptions): Promise<Outcome> {
  const plan = await readPlan(candlesFile, options);
  if (!plan.ok) return planFault(plan.error);
  const { strategy, markets, settings: rules } = plan.value;
  const ground = { markets, settings: rules };
  const { name } = strategy.outline;
  const fixed = readPairs(options.param ?? []);
  if (!fixed.ok) return badInput(fixed.error.message);
  const grid = readGrid(options.grid);
  if (!grid.ok) return badInput(grid.error.message);

  if (options.store && grid.value.length > KEPT_MAX)
    return badInput(`--store counts each setting by its days: more than ${KEPT_MAX} are too many`);
  const settings: Setting[] = [];
  for (const point of grid.value) {
    const read = readParams(strategy, { ...fixed.value, ...point });
    if (read.ok) settings.push(read.value);
    else if (read.error.kind !== 'conflict') return badInput(`${name}: ${read.error.message}`);
  }
  const unfit = badInput(`${name}: no setting of the grid fits together`);
  if (settings.length === 0) return unfit;

  const size = options.threads ?? availableParallelism();
  const crew = openStrategyCrew(strategy.source, ground, { size, silentMsMax: SETTING_MS_MAX });
  const before = performance.now();
  let results: readonly (SweepResult | null)[];
  let kept: Kept | null = null;
  try {
    results = await sweepOn(crew, settings, (count) =>
      process.stderr.write(`\r${count} of ${settings.length} settings`),
    );
    process.stderr.write('\n');
    if (options.store) kept = await keep(plan.value, { settings, results }, crew, options.dataDir);
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    return failed({ ok: false, error: why }, why);
  } finally {
    await crew.close();
  }
  const seconds = (performance.now() - before) / 1_000;
  const rows = settings.flatMap((setting, at) => (results[at] ? [{ setting, ...results[at] }] : []));
  if (rows.length === 0) return unfit;
  const names = options.grid.map((pair) => pair.slice(0, pair.indexOf('=')).trim());
  if (options.out !== undefined) {
    const lines = rows.map((row) =>
      [...names.map((name) => row.setting[name]), row.finalEquity, row.trades, row.fees].join(','),
    );
    try {
      await writeFile(
        options.out,
        `${[[...names, 'final_equity', 'trades', 'fees'].join(','), ...lines].join('\n')}\n`,
      );
    } catch (error) {
      return badInput(`${options.out} cannot be written: ${(error as Error).message}`);
    }
  }
  const best = rows.toSorted((a, b) => b.finalEquity - a.finalEquity).slice(0, SHOWN);
  const bars = markets[0]!.candles.close.length;
  const value = {
    strategy: name,
    bars,
    settings: rows.length,
    skipped: grid.value.length - rows.length,
    threads: size,
    seconds,
    best,
    ...(kept?.ok && { kept: kept.value }),
  };
  if (kept && !kept.ok) return failed({ ok: false, error: kept.error.message }, kept.error.message);
  const table = textTable([
    [...names, 'final equity', 'trades'],
    ...best.map((row) => [
      ...names.map((name) => String(row.setting[name])),
      row.finalEquity.toFixed(2),
      String(row.trades),
    ]),
  ]);
  const said = kept?.ok ? `\n${kept.value.verdict}\n${kept.value.folder}` : '';
  const note = `The best of ${rows.length} settings looks better than it is: judge it on bars that the sweep did not see.`;
  return done(value, `${table}\n${note}${said}`);
}

type Kept = Awaited<ReturnType<typeof storeBest>>;

/** Every setting that fits together is a try of the strategy; the best by final equity is kept as a run, judged beside all of them. */
async function keep(
  { strategy, markets, settings: rules, names, sources }: StrategyPlan,
  { settings, results }: { readonly settings: readonly Setting[]; readonly results: readonly (SweepResult | null)[] },
  crew: StrategyCrew,
  dataDir: string | undefined,
): Promise<Kept | null> {
  const tried = settings.flatMap((params, at) =>
    results[at] ? [{ params, finalEquity: results[at].finalEquity }] : [],
  );
  const [best] = tried.toSorted((a, b) => b.finalEquity - a.finalEquity);
  if (!best) return null;
  const named = { markets, settings: rules, names };
  const { outline, codeSha256 } = strategy;
  const asked = { ...named, strategy: outline, params: best.params, ...(codeSha256 !== null && { codeSha256 }) };
  const book = openTrialBook(asked, 'sweep', dataDir);
  const times = barTimes(markets);
  const span = { fromMs: times[0] ?? 0, toMs: (times.at(-1) ?? 0) + 1 };
  try {
    let counted = 0;
    await Promise.all(
      tried.map(async ({ params }) => {
        const { evaluation } = await answerOf(crew, { kind: 'evaluate', params, span });
        if (evaluation) book.count(params, evaluation);
        counted += 1;
        process.stderr.write(`\r${counted} of ${tried.length} settings counted`);
      }),
    );
    process.stderr.write('\n');
  } finally {
    book.close();
  }
  return storeBest(strategy, { ...named, params: best.params }, { sources }, dataDir);
}
