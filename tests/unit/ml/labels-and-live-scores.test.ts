/** What a model of either question said is settled live as its label answers it in training. */
import { expect, test } from 'vitest';
import { CandleTape } from '../../../main/engine/decision/candle-tape.ts';
import { createScoreKeeper } from '../../../main/engine/decision/score-keeper.ts';
import { totalOf } from '../../../main/engine/domain/ensemble.ts';
import type { PredictionArrived } from '../../../main/engine/domain/events.ts';
import { profileOf } from '../../../main/engine/model-cards.ts';
import { horizonOf, type LabelSpec, labelCandles } from '../../../main/ml/labels/label.ts';
import { candleAt } from '../../support/candle-samples.ts';
import { smallPackage } from '../../support/small-model.ts';
import { walkCandles } from '../../support/walk-candles.ts';

const BAR_MS = 300_000;
const BARS = 900;
const FROM = 320;
const candles = walkCandles(BARS, 12);
const row = (at: number) => {
  const { openTimeMs, open, high, low, close, volume } = candleAt(candles, at);
  return [openTimeMs, open, high, low, close, volume] as const;
};

/** True ranges as the card's barrier has them: a plain mean of 14, with the close before. */
function meanRanges(): Float64Array {
  const range = (at: number): number => {
    const before = candles.close[at - 1]!;
    return Math.max(candles.high[at]!, before) - Math.min(candles.low[at]!, before);
  };
  return Float64Array.from({ length: BARS }, (_, at) =>
    at < 14 ? 0 : Array.from({ length: 14 }, (_, k) => range(at - k)).reduce((sum, each) => sum + each, 0) / 14,
  );
}

test.each<Extract<LabelSpec, { kind: 'direction' | 'reversal' | 'move' }>>([
  { kind: 'direction', horizonBars: 12, multiple: 0.6, volatilityBars: 48 },
  { kind: 'direction', horizonBars: 5, multiple: 1.5, volatilityBars: 288 },
  { kind: 'reversal', horizonBars: 12, multiple: 2 },
  // Of a move the chance of a rise is read: where the last close lies, whatever was touched before.
  { kind: 'move', horizons: [6], volatilityBars: 48 },
])('[D16] %j', async (label) => {
  const to = BARS - horizonOf(label);
  // The trend is up throughout: a turn is a fall.
  const trend = { trendUp: new Uint8Array(BARS).fill(1), atr: meanRanges() };
  const { targets } = labelCandles(label, candles, trend, FROM, to);
  const { card } = await smallPackage();
  const profile = profileOf({ ...card, question: { ...card.question, label, trendFeature: null } });
  const speaker = { ...profile, name: profile.model };
  const keeper = createScoreKeeper();
  const tape = new CandleTape(BAR_MS, 2 * BARS);
  for (let bar = 0; bar < BARS; bar++) {
    tape.put(row(bar));
    keeper.noteCandle('X', '5m', candleAt(candles, bar));
    if (bar < FROM || bar >= to) continue;
    const target = targets[bar - FROM]!;
    const rises = label.kind === 'move' ? target > 0 : (target === 1) !== (label.kind === 'reversal');
    keeper.noteForecast(
      speaker,
      {
        instrumentId: 'X',
        timeframe: '5m',
        candleCloseTimeMs: candles.openTimeMs[bar]! + BAR_MS,
        probability: rises ? 0.9 : 0.1,
      } as PredictionArrived,
      tape,
      true,
    );
  }
  const score = keeper.score(`${card.name}@${card.version}`)!;
  expect(score.settled).toBe(to - FROM);
  const { n, logLoss } = totalOf(score);
  expect(logLoss / n).toBeCloseTo(-Math.log(0.9), 9);
});
