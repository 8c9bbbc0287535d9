import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { readGrid, readPairs } from '../lab/strategy/setting-text.ts';
import type { Setting, SweepResult } from '../lab/sweep/sweep.ts';
import { readParams } from '../lab/workers/planned-strategy.ts';
import { openStrategyCrew, sweepOn } from '../lab/workers/strategy-crew.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';
import { planFault, readPlan, type StrategyOptions } from './strategy-plan.ts';

export interface SweepOptions extends StrategyOptions {
  readonly grid: readonly string[];
  readonly param?: readonly string[];
  readonly threads?: number;
  readonly out?: string;
}

/** A strategy that does not come back within this on one setting fails the sweep. */
const SETTING_MS_MAX = 600_000;
const SHOWN = 10;

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
  try {
    results = await sweepOn(crew, settings, (count) =>
      process.stderr.write(`\r${count} of ${settings.length} settings`),
    );
    process.stderr.write('\n');
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
  };
  const table = textTable([
    [...names, 'final equity', 'trades'],
    ...best.map((row) => [
      ...names.map((name) => String(row.setting[name])),
      row.finalEquity.toFixed(2),
      String(row.trades),
    ]),
  ]);
  const note = `The best of ${rows.length} settings looks better than it is: judge it on bars that the sweep did not see.`;
  return done(value, `${table}\n${note}`);
}
