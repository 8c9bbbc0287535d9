import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecimal } from '../../../main/engine/domain/decimal.ts';
import { readAll } from '../../../main/engine/venues/binance/connector-context.ts';
import {
  type Read,
  readBalances,
  readInstrument,
  readKline,
  readQuote,
  readRestKline,
  readTicker,
  readTrade,
} from '../../../main/engine/venues/binance/convert.ts';
import {
  readExecutionReport,
  readMyTrade,
  readReplyFills,
  readRestOrder,
} from '../../../main/engine/venues/binance/convert-orders.ts';
import { judgeOutcome, namesOrder, parseAnswer } from '../../../main/engine/venues/binance/errors.ts';
import { observeResponse } from '../../../main/engine/venues/binance/venue-limits.ts';
import { createRequestBudget } from '../../../main/engine/venues/request-budget.ts';
import { anyJson, damaged } from '../../support/damaged.ts';

const BTC = 'binance:BTC/USDT';
const instrumentOf = (symbol: string): string | undefined => (symbol === 'BTCUSDT' ? BTC : undefined);

const ORDER = {
  symbol: 'BTCUSDT',
  orderId: 28,
  clientOrderId: 'cs-1',
  price: '61250.50',
  origQty: '0.01',
  executedQty: '0.005',
  status: 'PARTIALLY_FILLED',
  type: 'STOP_LOSS_LIMIT',
  side: 'BUY',
  stopPrice: '60000.00',
  transactTime: 1_767_614_400_000,
  fills: [{ price: '61250.50', qty: '0.005', commission: '0.000005', commissionAsset: 'BTC', tradeId: 9 }],
};
const TRADE = { e: 'trade', E: 1, s: 'BTCUSDT', t: 7, p: '61250.50', q: '0.01', T: 1_767_614_400_000, m: true };
const KLINE = {
  e: 'kline',
  E: 1_767_614_400_001,
  s: 'BTCUSDT',
  k: { t: 1_767_614_400_000, i: '1m', f: 1, L: 7, o: '100', c: '101', h: '102', l: '99', v: '3.5', x: true },
};
const REPORT = {
  e: 'executionReport',
  s: 'BTCUSDT',
  c: 'cs-1',
  C: '',
  S: 'BUY',
  o: 'LIMIT',
  x: 'TRADE',
  X: 'FILLED',
  i: 28,
  q: '0.01',
  z: '0.01',
  p: '61250.50',
  P: '0.00',
  l: '0.01',
  L: '61250.50',
  n: '0.00001',
  N: 'BTC',
  t: 9,
  T: 1_767_614_400_000,
  m: false,
};
const reply = {
  clientOrderId: 'cs-1',
  venueOrderId: '28',
  instrumentId: BTC,
  side: 'buy',
  eventTimeMs: 1,
} as Parameters<typeof readReplyFills>[1];

const READERS: readonly (readonly [string, unknown, (message: unknown) => Read<unknown>])[] = [
  ['a print', TRADE, (message) => readTrade(message, instrumentOf)],
  [
    'a quote',
    { u: 1, s: 'BTCUSDT', b: '100.1', B: '1', a: '100.2', A: '2' },
    (message) => readQuote(message, instrumentOf, 1_767_614_400_000, -12.5),
  ],
  ['a candle', KLINE, (message) => readKline(message, instrumentOf)],
  ['a row of candles', [1_767_614_400_000, '100', '102', '99', '101', '3.5', 1], readRestKline],
  [
    'a 24 h ticker',
    { e: '24hrTicker', s: 'BTCUSDT', c: '101', o: '100', q: '1000.5' },
    (message) => readTicker(message, instrumentOf),
  ],
  [
    'an instrument',
    {
      symbol: 'BTC/USDT',
      base: 'BTC',
      quote: 'USDT',
      info: {
        symbol: 'BTCUSDT',
        filters: [
          { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
          { filterType: 'LOT_SIZE', stepSize: '0.00001000', minQty: '0.00001', maxQty: '9000' },
          { filterType: 'NOTIONAL', minNotional: '5.0' },
        ],
      },
    },
    readInstrument,
  ],
  ['balances', { balances: [{ asset: 'USDT', free: '10000.00', locked: '0.00' }] }, readBalances],
  ['an execution report', REPORT, (message) => readExecutionReport(message, instrumentOf)],
  ['an order', ORDER, (message) => readRestOrder(message, instrumentOf)],
  ['the fills of a reply', ORDER, (message) => readReplyFills(message as Record<string, unknown>, reply)],
  [
    'a row of fills',
    {
      symbol: 'BTCUSDT',
      id: 9,
      orderId: 28,
      price: '61250.5',
      qty: '0.01',
      commission: '0.00001',
      commissionAsset: 'BTC',
      time: 1_767_614_400_000,
      isBuyer: true,
      isMaker: false,
    },
    (message) => readMyTrade(message, instrumentOf),
  ],
];

/** Names of amounts in what the readers give out. */
const AMOUNTS = new Set(
  'price qtyBase fee bid ask bidQty askQty last openPrice tickSize lotStep minQty maxQty minNotional free locked filledBase limitPrice triggerPrice'.split(
    ' ',
  ),
);

/** All numbers finite, all amounts decimals that are not negative, all identifiers of ours. */
function expectBelievable(value: unknown, name = ''): void {
  if (typeof value === 'number') expect(Number.isFinite(value), `${name} is ${value}`).toBe(true);
  else if (typeof value === 'string' && AMOUNTS.has(name)) {
    expect(isDecimal(value) && !value.startsWith('-'), `${name} is ${value}`).toBe(true);
  } else if (name === 'instrumentId') expect(value).toBe(BTC);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) expectBelievable(inner, key);
  }
}

describe('what the venue says', () => {
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
            // Reasons are counted by their words, so the venue's own text is never part of them.
            expect(result.error.why).toMatch(/^[a-zA-Z]+: [\w ]+$/);
          }
        }),
        { numRuns: 400 },
      );
    },
  );

  it('a list with one unreadable row is refused whole', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(ORDER), damaged(ORDER), anyJson), { maxLength: 5 }), (rows) => {
        const read = readAll(rows, (row) => readRestOrder(row, instrumentOf));
        if (read.ok) expect(read.value).toHaveLength(rows.length);
      }),
    );
    fc.assert(
      fc.property(anyJson, (answer) => {
        const read = readAll(answer, (row) => readRestOrder(row, instrumentOf));
        expect(read.ok).toBe(Array.isArray(answer) && answer.length === 0);
      }),
    );
  });

  it('a body of any text is an answer only where it is an object', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (body) => {
        const answer = parseAnswer(body);
        if (answer !== null) expect(answer).toEqual(JSON.parse(body));
      }),
    );
  });

  it('[V10] an answer to an order is done only where it names one, refused only where the venue said so, else its fate is unknown', () => {
    const words = fc.oneof(
      fc.constant('Account has insufficient balance.'),
      fc.constant('Duplicate order sent.'),
      anyJson,
    );
    const error = fc.record({
      code: fc.oneof(fc.constantFrom(-1000, -1007, -1021, -2010, -2011), anyJson),
      msg: words,
    });
    const body = fc.oneof(
      fc.oneof(damaged(ORDER), error, anyJson).map((value) => JSON.stringify(value)),
      fc.string(),
      fc.constantFrom('<html>', '', '{"orderId":1', 'null'),
    );
    const trace = fc.record({
      requestClass: fc.constant('entry' as const),
      weight: fc.constant(1),
      sent: fc.boolean(),
      transportCode: fc.constantFrom('', 'ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'),
      status: fc.option(fc.constantFrom(200, 201, 301, 400, 401, 403, 404, 418, 429, 500, 503)),
      body,
    });
    fc.assert(
      fc.property(trace, (ended) => {
        const outcome = judgeOutcome(ended, new Error('what ccxt says'), namesOrder);
        const { status, sent, transportCode } = ended;
        const answer = parseAnswer(ended.body);
        if (outcome.kind === 'done') {
          expect(sent && status !== null && status < 300).toBe(true);
          expect(['string', 'number']).toContain(typeof outcome.body['orderId']);
        } else if (outcome.kind === 'refused') {
          const saidNo = status !== null && status >= 300 && status < 500 && typeof answer?.code === 'number';
          const never = !sent || (status === null && transportCode === 'ECONNREFUSED');
          expect(never || status === 429 || status === 418 || saidNo).toBe(true);
          expect(outcome.text).toMatch(/\w/);
        } else expect(outcome.text).toMatch(/\w/);
      }),
      { numRuns: 600 },
    );
  });

  it('limits and headers of any kind leave a budget that lets requests through in the end', () => {
    const info = {
      rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 }],
    };
    const headers = fc.dictionary(
      fc.constantFrom('X-MBX-USED-WEIGHT-1M', 'Retry-After', 'retry-after', 'content-type'),
      fc.oneof(fc.string(), fc.integer(), anyJson),
    );
    const answer = fc.tuple(fc.constantFrom(200, 400, 418, 429, 503), headers, fc.oneof(damaged(info), anyJson));
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 4 }), (answers) => {
        let nowMs = 0;
        const waiting: { atMs: number; run: () => void }[] = [];
        const budget = createRequestBudget(
          { weightMax: 6_000, windowMs: 60_000, waitingMax: 10 },
          {
            nowMs: () => nowMs,
            after(delayMs, run) {
              const timer = { atMs: nowMs + delayMs, run };
              waiting.push(timer);
              return () => void waiting.splice(waiting.indexOf(timer), waiting.includes(timer) ? 1 : 0);
            },
          },
        );
        for (const [status, head, parsed] of answers) observeResponse(budget, nowMs, status, head, parsed);
        expect(Number.isFinite(budget.weightMax) && budget.weightMax > 0).toBe(true);
        expect(Number.isFinite(budget.weightUsed)).toBe(true);
        let went = false;
        void budget.take('protect', 1).then(() => {
          went = true;
        });
        for (let day = 0; day < 400 && waiting.length > 0; day += 1) {
          nowMs += 86_400_000;
          for (const timer of waiting.splice(0)) timer.run();
        }
        expect(went || waiting.length === 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
