import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DecidedForecast } from '../../../../main/engine/domain/trust-model.ts';
import { openForecastBook, readForecastBook } from '../../../../main/ml/trust/forecast-book.ts';
import { plantedForecasts } from '../../../support/settled-forecasts.ts';

const DAY_MS = 86_400_000;
const members = ['b@1.0.0', 'a@1.0.0'].map((member) => ({
  member,
  says: () => 0.6,
  isRightAt: () => 0.6,
}));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'forecasts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What was known is kept to seven digits. */
const rounded = (forecast: DecidedForecast): DecidedForecast => {
  const { volatility, skill, n, company, regime } = forecast.situation;
  const [v, s, w, c] = [volatility, skill, n, company].map((value) => Number(value.toPrecision(7)));
  return { ...forecast, situation: { regime, volatility: v!, skill: s!, n: w!, company: c! } };
};
const inOrder = (forecasts: readonly DecidedForecast[]) =>
  forecasts.map(rounded).sort((a, b) => a.madeMs - b.madeMs || (a.member < b.member ? -1 : 1));

test('what is written is read again, in order of time and member, over several days and starts', () => {
  const forecasts = plantedForecasts(members, 2, 1);
  for (const half of [forecasts.slice(0, 300), forecasts.slice(300)]) openForecastBook(dir).write(half);
  expect(readForecastBook(dir)).toEqual({ forecasts: inOrder(forecasts), damaged: 0 });
  expect(readdirSync(dir).length).toBe(3);
});

test('a line that a crash cut short, and lines that are none, are counted and cost no other', () => {
  const [first, second, third] = plantedForecasts(members, 1, 2) as [DecidedForecast, DecidedForecast, DecidedForecast];
  openForecastBook(dir).write([first, second]);
  const [name] = readdirSync(dir) as [string];
  const path = join(dir, name);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, -9));
  openForecastBook(dir).write([third]);
  appendFileSync(
    path,
    `${JSON.stringify(['a@1.0.0', 'BTC/USDT', '15m', 1, 0, 1, 2, 1, 1, 'calm', 0, 0, 0, 0])}\n{}\nnone\n`,
  );
  expect(readForecastBook(dir)).toEqual({ forecasts: inOrder([first, third]), damaged: 4 });
});

test('the last sixty days are kept; a folder that is not there holds nothing', () => {
  const [forecast] = plantedForecasts(members, 1, 3) as [DecidedForecast];
  const book = openForecastBook(dir);
  for (let day = 0; day < 65; day += 1) book.write([{ ...forecast, settledMs: forecast.settledMs + day * DAY_MS }]);
  expect(readdirSync(dir).length).toBeLessThanOrEqual(61);
  expect(readForecastBook(dir).forecasts.at(-1)?.settledMs).toBe(forecast.settledMs + 64 * DAY_MS);
  expect(readForecastBook(join(dir, 'none'))).toEqual({ forecasts: [], damaged: 0 });
});
