import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TIMEFRAMES } from '../../engine/domain/candle.ts';
import { REGIMES } from '../../engine/domain/ensemble.ts';
import type { DecidedForecast } from '../../engine/domain/trust-model.ts';

/** A file a day, of lines: who said what of which candle, what was known then, and what came of it. */
const FILE_NAME = /^\d{4}-\d{2}-\d{2}\.jsonl$/;
const DAYS_KEPT = 60;
const DIGITS = 7;

const HEADER = JSON.stringify({
  schemaVersion: 1,
  columns:
    'member instrumentId timeframe madeMs settledMs bars probability rose voted regime volatility skill n company'.split(
      ' ',
    ),
});
const flag = z.union([z.literal(0), z.literal(1)]);
const share = z.number().min(0).max(1);
const rowSchema = z.tuple([
  z.string().min(3).max(200),
  z.string().min(1).max(100),
  z.enum(TIMEFRAMES),
  z.int(),
  z.int(),
  z.int().min(1),
  share,
  flag,
  flag,
  z.enum(REGIMES),
  share,
  z.number(),
  z.number().min(0),
  z.number(),
]);

/** Settled forecasts of an account, written down as the market decides them: what trust is learnt from. The last sixty days are kept. */
export interface ForecastBook {
  write(forecasts: readonly DecidedForecast[]): void;
}

/** @param dir made where missing */
export function openForecastBook(dir: string): ForecastBook {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let day = '';
  return {
    write(forecasts) {
      for (const [of, settled] of Map.groupBy(forecasts, ({ settledMs }) =>
        new Date(settledMs).toISOString().slice(0, 10),
      )) {
        const path = join(dir, `${of}.jsonl`);
        const begin = of === day ? '' : beginningOf(path);
        if (of !== day) dropOld(dir);
        day = of;
        appendFileSync(path, `${begin}${settled.map(lineOf).join('')}`, { mode: 0o600 });
      }
    },
  };
}

/** Of a file that is new its header; after a line that a crash cut short, the end of it. */
function beginningOf(path: string): string {
  if (!existsSync(path)) return `${HEADER}\n`;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n' ? '\n' : '';
  } finally {
    closeSync(file);
  }
}

const filesOf = (dir: string): readonly string[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => FILE_NAME.test(name))
        .sort()
    : [];

function dropOld(dir: string): void {
  for (const name of filesOf(dir).slice(0, -DAYS_KEPT)) rmSync(join(dir, name), { force: true });
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

function lineOf(forecast: DecidedForecast): string {
  const { member, instrumentId, timeframe, madeMs, settledMs, bars, probability, rose, voted, situation } = forecast;
  const { regime, volatility, skill, n, company } = situation;
  const known = [regime, ...[volatility, skill, n, company].map(rounded)];
  const said = [
    member,
    instrumentId,
    timeframe,
    madeMs,
    settledMs,
    bars,
    rounded(probability),
    rose ? 1 : 0,
    voted ? 1 : 0,
  ];
  return `${JSON.stringify([...said, ...known])}\n`;
}

/** What a book holds, in order of the time it was said; `damaged` counts the lines that say nothing that can be understood. */
export function readForecastBook(dir: string): { readonly forecasts: DecidedForecast[]; readonly damaged: number } {
  const forecasts: DecidedForecast[] = [];
  let damaged = 0;
  for (const name of filesOf(dir)) {
    for (const line of readFileSync(join(dir, name), 'utf8').split('\n')) {
      if (line === '' || line === HEADER) continue;
      const forecast = forecastOf(line);
      if (forecast) forecasts.push(forecast);
      else damaged += 1;
    }
  }
  return { forecasts: forecasts.sort((a, b) => a.madeMs - b.madeMs || (a.member < b.member ? -1 : 1)), damaged };
}

function forecastOf(line: string): DecidedForecast | null {
  let row: z.infer<typeof rowSchema>;
  try {
    row = rowSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
  const [member, instrumentId, timeframe, madeMs, settledMs, bars, probability, rose, voted, ...known] = row;
  const [regime, volatility, skill, n, company] = known;
  const situation = { regime, volatility, skill, n, company };
  const said = { member, instrumentId, timeframe, madeMs, settledMs, bars, probability };
  return settledMs > madeMs ? { ...said, rose: rose === 1, voted: voted === 1, situation } : null;
}
