import { expect, test } from 'vitest';
import { CandleTape } from '../../../main/engine/decision/candle-tape.ts';
import { createScoreKeeper, regimeAt } from '../../../main/engine/decision/score-keeper.ts';
import { type MemberScore, totalOf } from '../../../main/engine/domain/ensemble.ts';
import type { PredictionArrived } from '../../../main/engine/domain/events.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import { BTC, ETH, T0 } from '../../support/small-engine.ts';

const MINUTE_MS = 60_000;
const M = {
  name: 'm',
  version: '1.0.0',
  barrier: { kind: 'range', multiple: 1, bars: 14 } as const,
  horizonBars: 3,
  skillOnCard: 0,
};
/** Forty closes a dollar apart and back, up to T0: a true range of about one. */
const closes = Array.from({ length: 40 }, (_, at) => 100 + (at % 2));
const past = candlesFromCloses(closes, T0);

function tapeOf(): CandleTape {
  const tape = new CandleTape(MINUTE_MS);
  tape.load(past.map(rowOf));
  return tape;
}

const said = (probability: number, over: Partial<PredictionArrived> = {}) =>
  ({
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: T0,
    probability,
    ...over,
  }) as PredictionArrived;
const bar = (at: number, high: number, low: number, close: number) => ({
  openTimeMs: T0 + at * MINUTE_MS,
  open: close,
  high,
  low,
  close,
  volume: 1,
});
const LAST = closes.at(-1)!;

test.each([
  ['the upper barrier first', [bar(0, LAST + 9, LAST, LAST)], 0.7],
  ['the lower barrier first', [bar(0, LAST, LAST - 9, LAST)], 0.3],
  ['both in one bar: by its close', [bar(0, LAST + 9, LAST - 9, LAST + 1)], 0.7],
  ['neither until the end: by the last close', [0, 1, 2].map((at) => bar(at, LAST + 0.1, LAST - 0.1, LAST - 0.1)), 0.3],
] as const)('[D16] a forecast is settled by %s', (_, bars, given) => {
  const keeper = createScoreKeeper();
  keeper.noteForecast(M, said(0.7), tapeOf(), true);
  for (const each of bars) keeper.noteCandle(BTC, '1m', each);
  const score = keeper.score('m@1.0.0') as MemberScore;
  expect(score).toMatchObject({ settled: 1, sinceMs: T0 });
  expect(totalOf(score).logLoss).toBeCloseTo(-Math.log(given), 12);
  expect(totalOf(score)).toMatchObject({ n: 1, right: given > 0.5 ? 1 : 0 });
});

test('[D16] a question of the last close is settled by that alone, however far price went before', () => {
  const keeper = createScoreKeeper();
  keeper.noteForecast({ ...M, barrier: { kind: 'close', bars: 14, horizonBars: 3 } }, said(0.7), tapeOf(), true);
  for (const at of [0, 1]) keeper.noteCandle(BTC, '1m', bar(at, LAST + 50, LAST - 50, LAST + 20));
  expect(keeper.scores()).toEqual([]);
  keeper.noteCandle(BTC, '1m', bar(2, LAST + 50, LAST - 1, LAST - 0.5));
  expect(totalOf(keeper.score('m@1.0.0') as MemberScore).logLoss).toBeCloseTo(-Math.log(0.3), 12);
});

test('[D16] a level end, another instrument, another timeframe and the candle itself settle nothing; no candle settles twice', () => {
  const keeper = createScoreKeeper();
  keeper.noteForecast(M, said(0.7), tapeOf(), true);
  keeper.noteForecast(M, said(0.7), tapeOf(), true);
  keeper.noteCandle(ETH, '1m', bar(0, LAST + 9, LAST, LAST));
  keeper.noteCandle(BTC, '5m', bar(0, LAST + 9, LAST, LAST));
  keeper.noteCandle(BTC, '1m', bar(-1, LAST + 9, LAST, LAST));
  expect(keeper.scores()).toEqual([]);
  for (const at of [0, 1, 2]) keeper.noteCandle(BTC, '1m', bar(at, LAST, LAST, LAST));
  expect(keeper.scores()).toEqual([]);
  keeper.noteForecast(M, said(0.6), tapeOf(), true);
  for (const at of [0, 1]) keeper.noteCandle(BTC, '1m', bar(at, LAST + 9, LAST, LAST));
  expect(keeper.score('m@1.0.0')?.settled).toBe(1);
});

test('[D16] a shadow is scored on the same events as the one that votes, each for itself', () => {
  const keeper = createScoreKeeper();
  keeper.noteForecast(M, said(0.9), tapeOf(), true);
  keeper.noteForecast({ ...M, version: '2.0.0' }, said(0.2), tapeOf(), true);
  keeper.noteCandle(BTC, '1m', bar(0, LAST + 9, LAST, LAST));
  expect(keeper.scores().map(({ member, byRegime }) => [member, totalOf({ byRegime }).right])).toEqual([
    ['m@1.0.0', 1],
    ['m@2.0.0', 0],
  ]);
});

test('[D16] a forecast about a candle that is not on the tape, or without a range, is not scored', () => {
  const keeper = createScoreKeeper();
  keeper.noteForecast(M, said(0.7, { candleCloseTimeMs: T0 + 1 }), tapeOf(), true);
  keeper.noteForecast(M, said(0.7), null, true);
  keeper.noteCandle(BTC, '1m', bar(0, LAST + 9, LAST - 9, LAST));
  expect(keeper.scores()).toEqual([]);
});

test('the regime is the range of the last bars against that of the past', () => {
  const ranged = (ranges: number[]) => ranges.map((range, at) => bar(at, 100 + range, 100, 100));
  const of = (late: number) => regimeAt(ranged([...Array(80).fill(1), ...Array(14).fill(late)]));
  expect([of(0.3), of(1), of(3)]).toEqual(['calm', 'usual', 'wild']);
  expect(regimeAt(ranged([1, 5, 9]))).toBe('usual');
});

test('[D23] a settled forecast is told with what was known when it was made: regime, skill, what the others said', () => {
  const keeper = createScoreKeeper();
  const two = { ...M, name: 'two', skillOnCard: 0.01 };
  keeper.noteForecast(M, said(0.7), tapeOf(), true);
  keeper.noteForecast(two, said(0.4), tapeOf(), false);
  expect(keeper.lastForecast('m@1.0.0', BTC, '1m')?.situation.company).toBeCloseTo(Math.log(0.4 / 0.6), 12);
  expect(keeper.lastForecast('m@1.0.0', ETH, '1m')).toBe(null);
  keeper.noteCandle(BTC, '1m', bar(0, LAST + 0.1, LAST - 0.1, LAST));
  keeper.noteCandle(BTC, '1m', bar(1, LAST + 9, LAST, LAST));
  const { forecasts, next } = keeper.settledSince(0);
  const both = { instrumentId: BTC, timeframe: '1m', madeMs: T0, settledMs: T0 + 2 * MINUTE_MS, bars: 2, rose: true };
  expect(forecasts).toMatchObject([
    { ...both, member: 'm@1.0.0', probability: 0.7, voted: true, situation: { regime: 'usual', skill: 0, n: 0 } },
    { ...both, member: 'two@1.0.0', probability: 0.4, voted: false, situation: { skill: 0.01 } },
  ]);
  // It said down, and the other up: against its own side.
  expect(forecasts[1]?.situation.company).toBeCloseTo(-Math.log(0.7 / 0.3), 12);
  expect(keeper.settledSince(next)).toEqual({ forecasts: [], next });
  expect(keeper.settledSince(1).forecasts.map(({ member }) => member)).toEqual(['two@1.0.0']);
});

test('[D23] what was settled is kept for a few thousand forecasts, and its numbers go on', () => {
  const keeper = createScoreKeeper();
  for (let each = 0; each < 9_000; each += 1) {
    keeper.noteForecast(M, said(0.7, { instrumentId: `of ${each}` }), tapeOf(), true);
    keeper.noteCandle(`of ${each}`, '1m', bar(0, LAST + 9, LAST, LAST));
  }
  const { forecasts, next } = keeper.settledSince(0);
  expect(next).toBe(9_000);
  expect(forecasts.length).toBeLessThan(8_192);
  expect(forecasts.at(-1)?.instrumentId).toBe('of 8999');
  expect(keeper.settledSince(8_998).forecasts.map(({ instrumentId }) => instrumentId)).toEqual(['of 8998', 'of 8999']);
});

test('[D16] what is no probability is not scored', () => {
  const keeper = createScoreKeeper();
  for (const probability of [Number.NaN, 1.2, -0.1]) keeper.noteForecast(M, said(probability), tapeOf(), true);
  keeper.noteCandle(BTC, '1m', bar(0, LAST + 9, LAST, LAST));
  expect(keeper.scores()).toEqual([]);
});
