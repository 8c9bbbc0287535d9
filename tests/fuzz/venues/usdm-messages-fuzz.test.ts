import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecimal } from '../../../main/engine/domain/decimal.ts';
import type { Read } from '../../../main/engine/venues/binance/convert.ts';
import {
  readAlgoOrder,
  readAlgoUpdate,
  readIncome,
  readOrderTradeUpdate,
  readPerpetual,
  readPosition,
  readRestOrder,
  readUserTrade,
  readWallet,
} from '../../../main/engine/venues/binance-usdm/convert-orders.ts';
import { readMarkPrice } from '../../../main/engine/venues/binance-usdm/mark-prices.ts';
import { anyJson, damaged } from '../../support/damaged.ts';

const BTC = 'binance-usdm:BTC/USDT:USDT';
const instrumentOf = (symbol: string): string | undefined => (symbol === 'BTCUSDT' ? BTC : undefined);
const AT = 1_767_614_400_000;

const READERS: readonly (readonly [string, unknown, (message: unknown) => Read<unknown>])[] = [
  [
    'an order',
    {
      orderId: 28,
      symbol: 'BTCUSDT',
      status: 'PARTIALLY_FILLED',
      clientOrderId: 'cs-1',
      price: '61250.50',
      origQty: '0.01',
      executedQty: '0.005',
      timeInForce: 'GTX',
      type: 'LIMIT',
      side: 'SELL',
      updateTime: AT,
    },
    (message) => readRestOrder(message, instrumentOf),
  ],
  [
    'a conditional order',
    {
      algoId: 7,
      clientAlgoId: 'cs-2',
      orderType: 'STOP_MARKET',
      symbol: 'BTCUSDT',
      side: 'SELL',
      quantity: '0.01',
      algoStatus: 'TRIGGERED',
      actualOrderId: '29',
      triggerPrice: '60000',
      price: '0',
      updateTime: AT,
    },
    (message) => readAlgoOrder(message, instrumentOf),
  ],
  [
    'the update of a conditional order',
    {
      e: 'ALGO_UPDATE',
      T: AT,
      o: {
        caid: 'cs-2',
        aid: 7,
        o: 'TAKE_PROFIT',
        s: 'BTCUSDT',
        S: 'BUY',
        q: '0.01',
        X: 'NEW',
        ai: '',
        tp: '750',
        p: '750',
      },
    },
    (message) => readAlgoUpdate(message, instrumentOf),
  ],
  [
    'the update of an order',
    {
      e: 'ORDER_TRADE_UPDATE',
      T: AT,
      o: {
        s: 'BTCUSDT',
        c: 'cs-1',
        S: 'BUY',
        o: 'MARKET',
        f: 'GTC',
        q: '0.01',
        p: '0',
        x: 'TRADE',
        X: 'FILLED',
        i: 28,
        l: '0.01',
        z: '0.01',
        L: '61250.5',
        N: 'USDT',
        n: '0.30625',
        T: AT,
        t: 9,
        m: false,
        rp: '-1.5',
      },
    },
    (message) => readOrderTradeUpdate(message, instrumentOf),
  ],
  [
    'a row of fills',
    {
      symbol: 'BTCUSDT',
      id: 9,
      orderId: 28,
      side: 'BUY',
      price: '61250.5',
      qty: '0.01',
      commission: '0.30625',
      commissionAsset: 'USDT',
      time: AT,
      maker: true,
      realizedPnl: '12.5',
    },
    (message) => readUserTrade(message, instrumentOf),
  ],
  [
    'an income',
    { symbol: 'BTCUSDT', incomeType: 'FUNDING_FEE', income: '-0.61', tranId: '1795288013855', time: AT },
    (message) => readIncome(message, instrumentOf),
  ],
  [
    'a mark price',
    { e: 'markPriceUpdate', E: AT, s: 'BTCUSDT', p: '61250.5', i: '61250', P: '61250', r: '-0.0001', T: AT },
    (message) => readMarkPrice(message, instrumentOf),
  ],
  [
    'a position',
    {
      symbol: 'BTCUSDT',
      positionSide: 'BOTH',
      positionAmt: '-0.5',
      entryPrice: '61000',
      markPrice: '61250.5',
      unRealizedProfit: '-125.25',
      liquidationPrice: '0',
      updateTime: AT,
    },
    (message) => readPosition(message, instrumentOf),
  ],
  [
    'the wallet',
    { assets: [{ asset: 'USDT', walletBalance: '10000.5', availableBalance: '9000' }] },
    (message) => readWallet(message),
  ],
  [
    'an instrument',
    {
      symbol: 'BTC/USDT:USDT',
      base: 'BTC',
      quote: 'USDT',
      contractSize: 1,
      info: {
        symbol: 'BTCUSDT',
        filters: [
          { filterType: 'PRICE_FILTER', tickSize: '0.10' },
          { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001', maxQty: '1000' },
          { filterType: 'MIN_NOTIONAL', notional: '100' },
        ],
      },
    },
    readPerpetual,
  ],
];

const POSITIVE = new Set(
  'price filledBase limitPrice triggerPrice entryPrice markPrice liquidationPrice minNotional'.split(' '),
);
const SIGNED = new Set('fee unrealizedQuote free locked realizedQuote amountQuote fundingRate'.split(' '));

function expectBelievable(value: unknown, name = ''): void {
  if (typeof value === 'number') expect(Number.isFinite(value), `${name} is ${value}`).toBe(true);
  else if (typeof value === 'string' && POSITIVE.has(name)) {
    expect(isDecimal(value) && !value.startsWith('-'), `${name} is ${value}`).toBe(true);
  } else if (typeof value === 'string' && SIGNED.has(name)) expect(isDecimal(value), `${name} is ${value}`).toBe(true);
  else if (name === 'instrumentId') expect(value).toBe(BTC);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) expectBelievable(inner, key);
  }
}

describe('what USD-M says', () => {
  it.each(READERS)('%s as it should be is read', (_name, sample, read) => {
    const result = read(sample);
    expect(result.ok).toBe(true);
    if (result.ok) expectBelievable(result.value);
  });

  it.each(READERS)(
    '[V10] %s that is damaged is believed where all of it can be, else refused by its field',
    (_n, sample, read) => {
      fc.assert(
        fc.property(fc.oneof({ weight: 6, arbitrary: damaged(sample) }, anyJson), (message) => {
          const result = read(message);
          if (result.ok) expectBelievable(result.value);
          else {
            expect(result.error.kind).toBe('malformed');
            expect(result.error.why).toMatch(/^[a-zA-Z]+: [\w ]+$/);
          }
        }),
        { numRuns: 400 },
      );
    },
  );
});
