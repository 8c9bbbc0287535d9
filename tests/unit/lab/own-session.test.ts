import { describe, expect, it } from 'vitest';
import type { CandleRow, EngineEvent, StrategySpoke } from '../../../main/engine/domain/events.ts';
import { defineStrategy } from '../../../main/lab/strategy/strategy.ts';
import { type OwnSessionOptions, openOwnSession } from '../../../main/lab/user-strategies/own-session.ts';
import { checkSaid } from '../../../main/lab/user-strategies/sandbox-answers.ts';
import { createHearing, type HearJob } from '../../../main/lab/workers/hear-job.ts';

const MINUTE_MS = 60_000;
const HELD = { canShort: false, lot: 0, position: 0, entryPrice: 0, equity: 0 };
const closed = (minute: number): EngineEvent => ({
  kind: 'CandleClosed',
  instrumentId: 'binance:BTC/USDT',
  timeframe: '1m',
  candle: [minute * MINUTE_MS, 1, 1, 1, 1, 1] satisfies CandleRow,
  from: 'trades',
});

it('a strategy that never answers keeps a bounded number of candles waiting, then is switched off', async () => {
  let given = 0;
  let ended = 0;
  const why: string[] = [];
  const session = openOwnSession({
    name: 'mute',
    params: {},
    timeframe: '1m',
    groups: null,
    account: { position: () => null, equityQuote: () => 0n },
    hire: () => ({
      give: () => {
        given += 1;
      },
      end: async () => {
        ended += 1;
      },
    }),
    answerMsMax: 600_000,
    loadMsMax: 600_000,
    spoke: () => {},
    switchedOff: (text) => why.push(text),
  });
  for (let minute = 0; minute <= 2_000; minute += 1) session.saw(closed(minute));
  expect([given, why]).toEqual([1, []]);
  for (let minute = 2_001; minute <= 3_000; minute += 1) session.saw(closed(minute));
  expect(why).toEqual(['Ended: it fell behind; 2000 candles and words wait for it.']);
  await session.settled();
  expect([given, ended]).toEqual([1, 1]);
});

/** The market at a time, in seconds. */
const market = (second: number, price: string, prints = 0): EngineEvent => ({
  kind: 'MarketBatchReceived',
  instrumentId: 'binance:BTC/USDT',
  trades: {
    id: Array.from({ length: prints }, (_, n) => `${second}-${n}`),
    timeMs: Array.from({ length: prints }, () => second * 1_000),
    price: Array.from({ length: prints }, () => price),
    qtyBase: Array.from({ length: prints }, () => '0.5'),
    side: Array.from({ length: prints }, () => 'buy' as const),
  },
  quote: { bid: price, bidQty: '1', ask: price, askQty: '1', eventTimeMs: second * 1_000, receivedTimeMs: 0 },
});

/** A session whose strategy runs right here, and all that it says. */
function openHere(strategy: Parameters<typeof createHearing>[0]) {
  const spoke: StrategySpoke[] = [];
  const jobs: HearJob[] = [];
  const why: string[] = [];
  const hearing = createHearing(strategy);
  const hire: OwnSessionOptions['hire'] = ({ said }) => ({
    give(job) {
      jobs.push(job as HearJob);
      queueMicrotask(() => said({ kind: 'answer', answer: hearing(job as HearJob) }));
    },
    end: async () => {},
  });
  const session = openOwnSession({
    ...{
      name: 'own',
      params: {},
      timeframe: '1m' as const,
      groups: null,
      hire,
      answerMsMax: 60_000,
      loadMsMax: 60_000,
    },
    account: { position: () => null, equityQuote: () => 0n },
    spoke: (event) => spoke.push(event),
    switchedOff: (text) => why.push(text),
  });
  return { session, spoke, jobs, why };
}

const about = { name: 'own', title: 'Own', about: '', params: {} } as const;

it('trades and quotes are told in order, a second’s together, and what is wanted for them is said at once', async () => {
  const heard: string[] = [];
  const strategy = defineStrategy({
    ...about,
    start: () => ({
      onCandle: ({ close }) => heard.push(`candle ${close}`),
      onTrade: ({ price, side }) => heard.push(`${side} ${price}`),
      onBook({ bid }, desk) {
        heard.push(`bid ${bid}`);
        if (bid > 100) desk.enter('long', { qty: 1 });
      },
    }),
  });
  const { session, spoke, jobs } = openHere(strategy);
  session.saw(market(59, '99', 1));
  session.saw(closed(0));
  await session.settled();
  session.saw(market(60, '99', 2));
  session.saw(market(60, '100', 1));
  await session.settled();
  session.saw(market(61, '101', 1));
  await session.settled();
  session.saw(market(62, '101', 0));
  session.saw(closed(1));
  await session.settled();
  expect(heard.join(', ')).toBe(
    'candle 1, buy 99, buy 99, bid 99, buy 100, bid 100, buy 101, bid 101, bid 101, candle 1',
  );
  expect(jobs.map(({ told }) => told.map(({ kind }) => kind).join('+'))).toEqual([
    'candle',
    'market',
    'market+market',
    'market',
    'candle',
  ]);
  // Nothing new is wanted at second 62; the next candle starts from nothing.
  expect(spoke.map(({ candleCloseTimeMs, wishes }) => [candleCloseTimeMs, wishes[0]?.wish?.kind])).toEqual([
    [60_000, undefined],
    [60_000, 'enter'],
    [120_000, undefined],
  ]);
});

it('who asks for candles alone is told of no trades and quotes', async () => {
  const { session, jobs } = openHere(defineStrategy({ ...about, start: () => ({ onCandle: () => {} }) }));
  session.saw(closed(0));
  await session.settled();
  for (let second = 60; second < 90; second += 1) session.saw(market(second, '99', 3));
  session.saw(closed(1));
  await session.settled();
  expect(jobs.map(({ told }) => told.length)).toEqual([1, 1]);
});

it('what it is told at once is bounded where the venue’s time stands still', async () => {
  const { session, jobs, why } = openHere(defineStrategy({ ...about, start: () => ({ onBook: () => {} }) }));
  session.saw(closed(0));
  await session.settled();
  for (let n = 0; n < 1_700; n += 1) session.saw(market(60, '99'));
  await session.settled();
  expect(why).toEqual([]);
  expect(Math.max(...jobs.map(({ told }) => told.length))).toBe(500);
});

it('what it wants to rest is said with every word about its instrument, until it is filled or cancelled', async () => {
  const strategy = defineStrategy({
    ...about,
    start: () => ({
      onCandle({ openTimeMs }, desk) {
        if (openTimeMs === 0) desk.rest('buy', 3, 0.9);
        if (openTimeMs === 3 * MINUTE_MS) desk.cancel();
      },
    }),
  });
  const { session, spoke, why } = openHere(strategy);
  const filled = (qtyBase: string, restedFor?: string): EngineEvent => ({
    kind: 'FillBooked',
    fill: {
      ...{ fillId: qtyBase, venueOrderId: 'v', clientOrderId: 'c', instrumentId: 'binance:BTC/USDT', side: 'buy' },
      ...{ price: '0.9', qtyBase, fee: '0', feeAsset: 'USDT', liquidity: 'maker', eventTimeMs: 0 },
    },
    ...{ purpose: 'entry', proposalId: null, proposedPrice: null, via: 'stream', ...(restedFor && { restedFor }) },
  });
  const candle = async (minute: number): Promise<unknown> => {
    session.saw(closed(minute));
    await session.settled();
    return spoke.at(-1)?.wishes[0]?.rests;
  };
  expect(await candle(0)).toEqual({ buy: { qty: 3, price: 0.9 } });
  session.saw(filled('2', 'own'));
  // What filled of other orders, of a person or of another strategy, was none of its own.
  session.saw(filled('1'));
  session.saw(filled('1', 'other'));
  expect(await candle(1)).toEqual({ buy: { qty: 1, price: 0.9 } });
  expect(await candle(2)).toEqual({ buy: { qty: 1, price: 0.9 } });
  expect(await candle(3)).toBeUndefined();
  expect(why).toEqual([]);
});

describe('what is said to rest is believed only where it is an order', () => {
  const job: HearJob = { kind: 'hear', group: 0, params: {}, spanMs: MINUTE_MS, held: [HELD], told: [] };
  const said = (rests: unknown): boolean => {
    const wishes = [{ instrument: 0, wish: null, rests }];
    const answer = { kind: 'hear', isWarm: true, hearsMarket: false, wishes };
    return checkSaid({ kind: 'answer', answer }, job, { points: 0, instruments: 1 }).ok;
  };
  const order = { qty: 1, price: 100 };

  it('with numbers above zero', () => {
    expect([{}, { buy: order }, { buy: order, sell: order }].map(said)).toEqual([true, true, true]);
  });

  it.each([Number.NaN, -1, 0, Number.POSITIVE_INFINITY, '1', null])('never with %s', (bad) => {
    expect([said({ buy: { ...order, qty: bad } }), said({ sell: { ...order, price: bad } })]).toEqual([false, false]);
  });

  it('and nothing beside them', () => {
    expect([said({ long: order }), said({ buy: { ...order, side: 'buy' } }), said(null)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
