import { describe, expect, it } from 'vitest';
import { columnsOfRows } from '../../../main/engine/domain/candle.ts';
import type { CandleRow, EngineEvent } from '../../../main/engine/domain/events.ts';
import { contextFromReference } from '../../../main/engine/features/bar-context.ts';
import { createContextTape, referenceOf } from '../../../main/engine/features/context-tape.ts';
import { computeFeatures } from '../../../main/engine/features/feature-set.ts';
import { featureSetV2 } from '../../../main/engine/features/feature-set-v2.ts';
import { createFeaturesStage } from '../../../main/engine/features/features-stage.ts';
import { candleAt, sampleCandles } from '../../support/candle-samples.ts';

const ETH = 'binance:ETH/USDT';
const BTC = 'binance:BTC/USDT';
const MINUTE = 60_000;

const row = (openTimeMs: number, close = 100): CandleRow => [openTimeMs, close, close, close, close, 1];
const closed = (
  instrumentId: string,
  openTimeMs: number,
  from: 'trades' | 'venue' = 'trades',
  close = 100,
): EngineEvent => ({
  kind: 'CandleClosed',
  instrumentId,
  timeframe: '1m',
  candle: row(openTimeMs, close),
  from,
});
const prints = (instrumentId: string, ...trades: [number, 'buy' | 'sell', string][]): EngineEvent => ({
  kind: 'MarketBatchReceived',
  instrumentId,
  quote: null,
  trades: {
    id: trades.map((_, i) => `${i}`),
    timeMs: trades.map(([timeMs]) => timeMs),
    side: trades.map(([, side]) => side),
    qtyBase: trades.map(([, , qty]) => qty),
    price: trades.map(() => '100'),
  },
});
const funding = (fundingRate: string, nextFundingMs: number, eventTimeMs: number): EngineEvent => ({
  kind: 'MarkPriceReceived',
  instrumentId: 'binance-usdm:ETH/USDT:USDT',
  perpetual: { markPrice: '100', fundingRate, nextFundingMs, eventTimeMs },
});

function tapeAfter(...events: EngineEvent[]) {
  const tape = createContextTape(['1m']);
  for (const event of events) tape.apply(event);
  return (openTimeMs: number, instrumentId = ETH) => tape.contextOf(instrumentId, '1m', openTimeMs);
}

describe('what is known of a bar', () => {
  it('its prints by side, from the first whole bar on; a bar without any has none', () => {
    const known = tapeAfter(
      prints(ETH, [MINUTE + 5, 'buy', '9']),
      closed(ETH, MINUTE),
      // One print of the next bar comes before this one is closed.
      prints(ETH, [2 * MINUTE, 'buy', '1.5'], [2 * MINUTE + 9, 'sell', '0.5'], [3 * MINUTE, 'buy', '7']),
      closed(ETH, 2 * MINUTE),
      closed(ETH, 3 * MINUTE),
      closed(ETH, 4 * MINUTE),
    );
    expect(known(MINUTE).flow).toBeNull();
    expect(known(2 * MINUTE).flow).toEqual({ buyBase: 1.5, sellBase: 0.5, trades: 2 });
    expect(known(3 * MINUTE).flow).toEqual({ buyBase: 7, sellBase: 0, trades: 1 });
    expect(known(4 * MINUTE).flow).toEqual({ buyBase: 0, sellBase: 0, trades: 0 });
    expect(known(5 * MINUTE).flow).toBeNull();
  });

  it('the reference of as many bars as a series is begun with', () => {
    const candles = Array.from({ length: 720 }, (_, bar) => row(bar * MINUTE, 100 + bar));
    const known = tapeAfter({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles });
    expect([1, 719].map((bar) => known(bar * MINUTE).referenceClose)).toEqual([100, 818]);
    // The past as a whole knows the same.
    const columns = columnsOfRows(candles);
    const past = contextFromReference(columns, columns, MINUTE);
    for (const [bar, [openTimeMs]] of candles.entries()) expect(past(bar)).toEqual(known(openTimeMs));
  });

  it('no prints where the feed broke off within it, or the venue closed it for us', () => {
    const known = tapeAfter(
      prints(ETH, [0, 'buy', '1']),
      prints(ETH, [MINUTE, 'buy', '1']),
      closed(ETH, MINUTE, 'venue'),
      prints(ETH, [2 * MINUTE, 'buy', '1']),
      { kind: 'FeedStatusChanged', instrumentId: ETH, status: 'stale', why: 'silent' },
      prints(ETH, [2 * MINUTE + 50, 'buy', '1']),
      closed(ETH, 2 * MINUTE),
      prints(ETH, [3 * MINUTE, 'buy', '4']),
      closed(ETH, 3 * MINUTE),
    );
    expect([MINUTE, 2 * MINUTE].map((time) => known(time).flow)).toEqual([null, null]);
    expect(known(3 * MINUTE).flow).toEqual({ buyBase: 4, sellBase: 0, trades: 1 });
  });

  it('the funding that was last paid, of the perpetual with its symbol, if its moment was seen', () => {
    const known = tapeAfter(
      funding('0.0001', 10 * MINUTE, MINUTE),
      closed(ETH, 5 * MINUTE),
      funding('0.0002', 10 * MINUTE, 9 * MINUTE),
      funding('0.0003', 490 * MINUTE, 10 * MINUTE + 3),
      closed(ETH, 11 * MINUTE),
      // Nothing was heard for a day.
      funding('0.0004', 1_450 * MINUTE, 1_000 * MINUTE),
      closed(ETH, 1_001 * MINUTE),
    );
    expect([5, 11, 1_001].map((minute) => known(minute * MINUTE).fundingRate)).toEqual([null, 0.0002, null]);
  });

  it('the reference one bar before, whichever closes first', () => {
    expect([referenceOf(ETH), referenceOf(BTC)]).toEqual([BTC, ETH]);
    const known = tapeAfter(
      closed(BTC, MINUTE, 'trades', 7),
      closed(ETH, 2 * MINUTE, 'trades', 3),
      closed(BTC, 2 * MINUTE),
    );
    expect(known(2 * MINUTE).referenceClose).toBe(7);
    expect(known(MINUTE).referenceClose).toBeNull();
    expect(known(2 * MINUTE, BTC).referenceClose).toBeNull();
    expect(known(3 * MINUTE, BTC).referenceClose).toBe(3);
  });
});

describe('the stage', () => {
  it('gives with a reference what columns give with it, also where the reference’s past comes last', () => {
    const [own, reference] = [sampleCandles(420, 1), sampleCandles(420, 2)];
    const rowsOf = (from: number, to: number, columns: typeof own): CandleRow[] =>
      Array.from({ length: to - from }, (_, i) => {
        const { openTimeMs, open, high, low, close, volume } = candleAt(columns, from + i);
        return [openTimeMs, open, high, low, close, volume];
      });
    const stage = createFeaturesStage([{ timeframe: '1m', set: featureSetV2 }]);
    const values: (readonly number[])[] = [];
    const send = (event: EngineEvent): void => {
      stage.apply(event, 0);
      stage.handle(event, {
        nowMs: 0,
        perform: () => {},
        newId: () => 'x',
        emit: (each) => {
          if (each.kind === 'FeaturesComputed' && each.instrumentId === ETH) values.push(each.values);
        },
      });
    };
    send({ kind: 'HistoryLoaded', instrumentId: ETH, timeframe: '1m', candles: rowsOf(0, 400, own) });
    send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles: rowsOf(0, 400, reference) });
    for (let i = 400; i < 420; i++) {
      for (const [instrumentId, columns] of [
        [ETH, own],
        [BTC, reference],
      ] as const) {
        send({
          kind: 'CandleClosed',
          instrumentId,
          timeframe: '1m',
          candle: rowsOf(i, i + 1, columns)[0]!,
          from: 'venue',
        });
      }
    }
    const { rows } = computeFeatures(featureSetV2, own, (i) => ({
      flow: null,
      fundingRate: null,
      referenceClose: reference.close[i - 1] ?? null,
    }));
    expect(values).toHaveLength(21);
    expect(values.slice(1)).toEqual(rows.slice(400).map((each) => [...each!]));
    expect(values[0]).not.toEqual([...rows[399]!]);
  });
});
