import { describe, expect, test } from 'vitest';
import {
  readInstrument,
  readKline,
  readQuote,
  readRestKline,
  readTrade,
} from '../../../main/engine/venues/binance/convert.ts';
import { readExecutionReport, readMyTrade, readRestOrder } from '../../../main/engine/venues/binance/convert-orders.ts';
import { ccxtOrder, classOf } from '../../../main/engine/venues/binance/orders.ts';
import { plainDecimal } from '../../../main/engine/venues/plain-decimal.ts';
import type { OrderToSubmit } from '../../../main/engine/venues/venue-port.ts';

const BTC = 'binance:BTC/USDT';
const instrumentOf = (symbol: string) => (symbol === 'BTCUSDT' ? BTC : undefined);
const why = (read: { ok: boolean; error?: { why: string } }): string =>
  read.ok ? 'believed' : (read.error?.why ?? '');

const TRADE = { e: 'trade', E: 2, s: 'BTCUSDT', t: 9, p: '61250.50000000', q: '0.08500000', T: 1, m: true };
const KLINE = { t: 60_000, i: '1m', o: '10', h: '12', l: '9', c: '11', v: '3.5', x: true, L: 77 };
const kline = (changes: Record<string, unknown>) =>
  readKline({ e: 'kline', E: 5, s: 'BTCUSDT', k: { ...KLINE, ...changes } }, instrumentOf);
const REPORT = {
  e: 'executionReport',
  E: 3,
  s: 'BTCUSDT',
  c: 'entry-1',
  C: '',
  S: 'BUY',
  o: 'LIMIT',
  q: '0.50000000',
  p: '61250.50000000',
  P: '0.00000000',
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  i: 42,
  l: '0.10000000',
  z: '0.30000000',
  L: '61250.40000000',
  n: '0.00010000',
  N: 'BTC',
  T: 1_700,
  t: 99,
  m: true,
};

describe('public messages', () => {
  test('a print: the buyer’s resting order makes the seller the taker; amounts stay as they were written', () => {
    expect(readTrade(TRADE, instrumentOf)).toEqual({
      ok: true,
      value: { instrumentId: BTC, id: 9, timeMs: 1, price: '61250.50000000', qtyBase: '0.08500000', side: 'sell' },
    });
  });

  test.each([
    [{ p: 'NaN' }, 'trade: p is not a decimal'],
    [{ p: '-1' }, 'trade: p is not a decimal'],
    [{ p: 61250.5 }, 'trade: p is not a decimal'],
    [{ q: '0.00000000' }, 'trade: q is not positive'],
    [{ s: 'PEPEUSDT' }, 'trade: unknown symbol'],
    [{ t: null }, 'trade: t is not an integer'],
    [{ T: 1.5 }, 'trade: T is not an integer'],
  ])('a print with %o is put aside', (changes, expected) => {
    expect(why(readTrade({ ...TRADE, ...changes }, instrumentOf))).toBe(expected);
  });

  test('a crossed quote is put aside', () => {
    const quote = { s: 'BTCUSDT', b: '10', B: '1', a: '10', A: '1', u: 1 };
    expect(why(readQuote(quote, instrumentOf, 1, 0))).toBe('quote: bid is not below ask');
    expect(readQuote({ ...quote, a: '11' }, instrumentOf, 1_000, 250)).toMatchObject({
      ok: true,
      value: { quote: { eventTimeMs: 750, receivedTimeMs: 1_000 } },
    });
  });

  test('a candle and what it holds through', () => {
    expect(kline({})).toMatchObject({
      ok: true,
      value: { timeframe: '1m', candle: [60_000, 10, 12, 9, 11, 3.5], closed: true, throughTradeId: 77 },
    });
    expect(kline({ L: -1 })).toMatchObject({ ok: true, value: { throughTradeId: null } });
  });

  test.each([
    [{ h: 'NaN' }, 'kline: price is not a decimal'],
    [{ v: '-1' }, 'kline: volume is not a decimal'],
    [{ h: '10.5' }, 'kline: high or low does not hold open and close'],
    [{ l: '0' }, 'kline: price is not positive'],
    [{ i: '3m' }, 'kline: unknown interval'],
  ])('a candle with %o is put aside', (changes, expected) => {
    expect(why(kline(changes))).toBe(expected);
  });

  test('REST candles obey the same rules', () => {
    expect(readRestKline([60_000, '10', '12', '9', '11', '3.5', 119_999])).toEqual({
      ok: true,
      value: [60_000, 10, 12, 9, 11, 3.5],
    });
    expect(why(readRestKline([60_000, '10', 'NaN', '9', '11', '3.5']))).toBe('klines: price is not a decimal');
    expect(why(readRestKline('<html>'))).toBe('klines: not a row');
  });

  test('an instrument’s rules in their shortest form', () => {
    const info = {
      symbol: 'BTCUSDT',
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', stepSize: '0.00001000', minQty: '0.00001000', maxQty: '9000.00000000' },
        { filterType: 'NOTIONAL', minNotional: '5.00000000' },
      ],
    };
    const market = { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', info };
    expect(readInstrument(market)).toMatchObject({
      ok: true,
      value: {
        id: BTC,
        tickSize: '0.01',
        lotStep: '0.00001',
        maxQty: '9000',
        minNotional: '5',
        venueSymbol: 'BTCUSDT',
      },
    });
    expect(why(readInstrument({ ...market, info: { ...info, filters: [] } }))).toBe(
      'instrument: tickSize is not a decimal',
    );
  });
});

describe('our orders', () => {
  test('a fill: order and fill in one, money as exact strings', () => {
    expect(readExecutionReport(REPORT, instrumentOf)).toEqual({
      ok: true,
      value: {
        report: {
          venueOrderId: '42',
          clientOrderId: 'entry-1',
          instrumentId: BTC,
          side: 'buy',
          type: 'limit',
          status: 'partially-filled',
          qtyBase: '0.5',
          filledBase: '0.3',
          limitPrice: '61250.5',
          triggerPrice: null,
          eventTimeMs: 1_700,
        },
        fill: {
          fillId: '99',
          venueOrderId: '42',
          clientOrderId: 'entry-1',
          instrumentId: BTC,
          side: 'buy',
          price: '61250.4',
          qtyBase: '0.1',
          fee: '0.0001',
          feeAsset: 'BTC',
          liquidity: 'maker',
          eventTimeMs: 1_700,
        },
      },
    });
  });

  test('a cancel’s own id does not pass for the order’s', () => {
    const read = readExecutionReport(
      { ...REPORT, x: 'CANCELED', X: 'CANCELED', c: 'cancel-7', C: 'entry-1' },
      instrumentOf,
    );
    expect(read).toMatchObject({
      ok: true,
      value: { report: { clientOrderId: 'entry-1', status: 'cancelled' }, fill: null },
    });
  });

  test('a cancel’s reply names the order in origClientOrderId', () => {
    const order = {
      symbol: 'BTCUSDT',
      orderId: 42,
      clientOrderId: 'cancel-7',
      origClientOrderId: 'stop-1',
      side: 'SELL',
      type: 'STOP_LOSS',
      status: 'CANCELED',
      origQty: '1.00',
      executedQty: '0.00',
      price: '0.00',
      stopPrice: '59000.00',
      transactTime: 5,
    };
    expect(readRestOrder(order, instrumentOf)).toMatchObject({
      ok: true,
      value: { clientOrderId: 'stop-1', type: 'stop-loss', triggerPrice: '59000', limitPrice: null, eventTimeMs: 5 },
    });
    expect(why(readRestOrder({ ...order, status: 'SHINY' }, instrumentOf))).toBe('order: status is unknown');
  });

  test('a fill with a fee that is not a number is put aside', () => {
    const row = {
      symbol: 'BTCUSDT',
      id: 1,
      orderId: 2,
      price: '1',
      qty: '1',
      commission: 'NaN',
      commissionAsset: 'BNB',
      time: 1,
      isBuyer: true,
    };
    expect(why(readMyTrade(row, instrumentOf))).toBe('myTrades: commission is not a decimal');
  });

  const order = (changes: Partial<OrderToSubmit>): OrderToSubmit => ({
    clientOrderId: 'a-1',
    instrumentId: BTC,
    purpose: 'entry',
    side: 'buy',
    type: 'limit',
    qtyBase: '1',
    limitPrice: '2',
    triggerPrice: null,
    ...changes,
  });

  test('a market order without a bound carries no price, and every order carries our id', () => {
    const market = ccxtOrder(order({ type: 'market', limitPrice: null }));
    expect(market).toEqual({ type: 'market', price: undefined, params: { newClientOrderId: 'a-1' } });
    const bounded = ccxtOrder(order({ type: 'market', limitPrice: '61250' }));
    expect(bounded).toMatchObject({ type: 'limit', price: '61250', params: { timeInForce: 'IOC' } });
    for (const type of ['limit', 'market', 'post-only', 'stop-loss', 'take-profit'] as const) {
      expect(ccxtOrder(order({ type, triggerPrice: '1' })).params['newClientOrderId']).toBe('a-1');
    }
  });

  test('stops, exits and flattening are protective; only an entry is an entry', () => {
    const classes = (['entry', 'exit', 'stop', 'target', 'flatten'] as const).map((purpose) =>
      classOf(order({ purpose })),
    );
    expect(classes).toEqual(['entry', 'protect', 'protect', 'protect', 'protect']);
  });
});

test.each([
  [0.00000012, '0.00000012'],
  [1e-8, '0.00000001'],
  [61250.5, '61250.5'],
  [1e21, '1000000000000000000000'],
  [0, '0'],
])('%s is written %s', (value, text) => {
  expect(plainDecimal(value)).toBe(text);
});
