import { beforeEach, describe, expect, it } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CandleRow, EngineEvent, InputEvent, Rests } from '../../../main/engine/domain/events.ts';
import type { OrderState } from '../../../main/engine/domain/order.ts';
import { laneOf } from '../../../main/engine/kernel/durability.ts';
import type { StrategyAccount } from '../../../main/engine/strategy-account.ts';
import { createOutsideAgent } from '../../../main/lab/strategy/outside-agent.ts';
import type { Desk } from '../../../main/lab/strategy/strategy.ts';
import { createStrategyAgent } from '../../../main/lab/strategy/strategy-agent.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';
import { BTC, BTC_RECORD, createSmallEngine, LIMITS, type SmallEngine, T0 } from '../../support/small-engine.ts';

const SPAN_MS = 300_000;
const PERP = 'binance-usdm:BTC/USDT:USDT';

/** What the strategy does at its next candle. */
let next: (desk: Desk) => void = () => {};
beforeEach(() => {
  next = () => {};
});

const accountOf = (engine: () => SmallEngine): StrategyAccount => ({
  equityQuote: () => engine().cash,
  position: (id) => engine().positions.get(id) ?? null,
  lotStep: () => parseDecimal(BTC_RECORD.lotStep),
});

/** @param before a session that ended: what is kept of it is known, and the strategy begins anew */
function deskOf(instrumentId = BTC, before?: SmallEngine) {
  const account = accountOf(() => engine);
  const strategy = scriptedStrategy((_, desk) => next(desk));
  const engine: SmallEngine = createSmallEngine({
    agents: [createStrategyAgent(strategy, {}, '5m', account, [instrumentId])],
    instruments: [{ ...BTC_RECORD, id: instrumentId, venue: instrumentId.split(':')[0] as string }],
  });
  engine.cash = parseDecimal('100000');
  for (const event of before?.log ?? []) if (laneOf(event) === 'ledger') engine.recall(event, before?.nowMs ?? T0);
  for (const order of before?.openOrders.values() ?? []) engine.openOrders.set(order.clientOrderId, order);
  engine.nowMs = before?.nowMs ?? T0;
  engine.start(before ? 'bbbbbbbb' : 'aaaaaaaa');
  if (instrumentId === PERP) engine.emit({ kind: 'Reconciled', repairs: [], venue: 'binance-usdm' });
  return engine;
}

let bar = 0;
beforeEach(() => {
  bar = 0;
});

/** The next candle closes with the market at 59999 / 60000, and the strategy does this. */
function close(engine: SmallEngine, what: (desk: Desk) => void, instrumentId = BTC): readonly EngineEvent[] {
  next = what;
  bar += 1;
  engine.nowMs = T0 + bar * SPAN_MS;
  engine.quote(instrumentId, '59999', '60000');
  const candle: CandleRow = [T0 + (bar - 1) * SPAN_MS, 60_000, 60_000, 60_000, 60_000, 1];
  return engine.emit({ kind: 'CandleClosed', instrumentId, timeframe: '5m', candle, from: 'venue' });
}

const of = <K extends EngineEvent['kind']>(events: readonly EngineEvent[], kind: K) =>
  events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
const proposals = (events: readonly EngineEvent[]) => of(events, 'ProposalMade').map(({ proposal }) => proposal);
const codes = (events: readonly EngineEvent[]) => of(events, 'Abstained').map(({ code }) => code);
const takenBack = (events: readonly EngineEvent[]) => of(events, 'RestTakenBack');

/** Signs what waits; its order rests at the venue from then on. */
function sign(engine: SmallEngine): string {
  const [held] = engine.approval.view.proposals().filter(({ state }) => state === 'pending');
  const proposalId = held?.proposal.id as string;
  const [signed] = of(engine.send({ kind: 'ApproveRequested', proposalId, portion: 'full' }), 'OrderSigned');
  return signed?.order.clientOrderId as string;
}

function becomes(engine: SmallEngine, clientOrderId: string, to: OrderState, filledBase = '0', instrumentId = BTC) {
  const isOver = to === 'filled' || to === 'cancelled';
  if (isOver) engine.openOrders.delete(clientOrderId);
  const order = { clientOrderId, instrumentId, from: 'acknowledged', to, venueOrderId: 'v', filledBase } as const;
  return engine.emit({ kind: 'OrderStateChanged', ...order, code: '', text: '' });
}

/** A buy of the strategy's own that had rested, unless it is said whose. */
function fill(
  engine: SmallEngine,
  clientOrderId: string,
  qtyBase: string,
  whose: { readonly restedFor?: string } = { restedFor: 'scripted' },
) {
  const made = { fillId: clientOrderId, venueOrderId: 'v', instrumentId: BTC, side: 'buy', price: '59000' } as const;
  const paid = { fee: '0', feeAsset: 'USDT', eventTimeMs: 0, liquidity: 'maker' } as const;
  const booked = { purpose: 'entry', proposalId: null, proposedPrice: null, via: 'stream', ...whose } as const;
  engine.emit({ kind: 'FillBooked', fill: { ...made, ...paid, clientOrderId, qtyBase }, ...booked });
}

const bid =
  (price: number, qty = 0.01) =>
  (desk: Desk) => {
    desk.cancel();
    desk.rest('buy', qty, price);
  };
const ask =
  (price: number, qty = 0.01) =>
  (desk: Desk) => {
    desk.cancel();
    desk.rest('sell', qty, price);
  };
const nothing = (): void => {};

describe('[D26] what a strategy wants to rest', () => {
  it('is proposed as a post-only order at its price, with a stop 20 % from there', () => {
    const engine = deskOf();
    const [proposal] = proposals(close(engine, bid(50_000.017)));
    expect(proposal).toMatchObject({
      side: 'buy',
      orderType: 'post-only',
      qtyBase: '0.01',
      // On the tick below, and so is the stop.
      entryPrice: '50000.01',
      stopPrice: '40000.01',
      targetPrice: null,
      reduceOnly: false,
      restsFor: { strategy: 'scripted', qtyBase: '0.01', price: '50000.01' },
    });
    const id = sign(engine);
    expect(engine.openOrders.get(id)).toMatchObject({ type: 'post-only', limitPrice: parseDecimal('50000.01') });
  });

  it('is what closes where something is held, at most as much as it names', () => {
    const engine = deskOf();
    engine.hold(BTC, '0.05', '3000');
    const both = (desk: Desk) => {
      bid(59_000)(desk);
      desk.rest('sell', 0.02, 61_000.001);
    };
    expect(proposals(close(engine, both))).toMatchObject([
      {
        side: 'sell',
        orderType: 'post-only',
        qtyBase: '0.02',
        entryPrice: '61000.01',
        reduceOnly: true,
        stopPrice: null,
      },
    ]);
  });

  it.each([
    ['a bid at the ask', bid(60_000)],
    ['a bid above it', bid(61_000)],
  ])('is never proposed across the touch: %s', (_, what) => {
    const engine = deskOf();
    const events = close(engine, what);
    expect([proposals(events), codes(events)]).toEqual([[], ['crosses']]);
  });

  it('is never proposed across the touch: an ask at the bid', () => {
    const engine = deskOf();
    engine.hold(BTC, '0.05', '3000');
    expect(codes(close(engine, ask(59_999)))).toEqual(['crosses']);
    expect(codes(close(engine, bid(59_000)))).toEqual(['no-signal']);
  });

  it.each([Number.NaN, -1, 1e22, Number.POSITIVE_INFINITY])('at %d is no order and stops nothing', (price) => {
    expect(codes(close(deskOf(), bid(price)))).toEqual(['bad-levels']);
    bar = 0;
    expect(codes(close(deskOf(), bid(59_000, price)))).toEqual(['bad-levels']);
  });

  it('waits where the strategy wants to trade now', () => {
    const engine = deskOf();
    const events = close(engine, (desk) => {
      desk.rest('buy', 0.01, 59_000);
      desk.enter('long', { qty: 0.02 });
    });
    expect(proposals(events)).toMatchObject([{ orderType: 'limit', qtyBase: '0.02' }]);
    expect(proposals(events)[0]).not.toHaveProperty('restsFor');
  });

  it('stands while the strategy says nothing else, and is asked for at its candles alone', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    const [held] = engine.approval.view.proposals();
    engine.send({ kind: 'DeclineRequested', proposalId: held?.proposal.id as string, why: '' });
    const minute = (): readonly EngineEvent[] => {
      engine.nowMs += 60_000;
      engine.quote(BTC, '59999', '60000');
      const candle: CandleRow = [engine.nowMs - 60_000, 60_000, 60_000, 60_000, 60_000, 1];
      return engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle, from: 'venue' });
    };
    expect([1, 2, 3, 4].flatMap(() => proposals(minute()))).toEqual([]);
    expect(proposals(close(engine, nothing))).toMatchObject([{ side: 'buy', entryPrice: '59000' }]);
  });

  // What lay beyond the lot was never part of the order.
  it.each([0.01, 0.010004])('is not asked for again while it rests, nor once it is filled: %d', (qty) => {
    const engine = deskOf();
    close(engine, bid(59_000, qty));
    const id = sign(engine);
    expect(codes(close(engine, nothing))).toEqual(['working-order']);
    fill(engine, id, '0.01');
    becomes(engine, id, 'filled', '0.01');
    expect(codes(close(engine, nothing))).toEqual(['no-signal']);
  });

  it('of a perpetual opens a short where nothing is held and only an ask is wanted, and closes bound to reduce', () => {
    const engine = deskOf(PERP);
    const [short] = proposals(close(engine, ask(61_000), PERP));
    expect(short).toMatchObject({ side: 'sell', orderType: 'post-only', reduceOnly: false, stopPrice: '73200' });
    engine.send({ kind: 'DeclineRequested', proposalId: short?.id as string, why: '' });
    engine.hold(PERP, '-0.02', '-1200');
    expect(proposals(close(engine, bid(58_000, 0.02), PERP))).toMatchObject([
      { side: 'buy', orderType: 'post-only', reduceOnly: true, stopPrice: null, qtyBase: '0.02' },
    ]);
  });
});

function outside() {
  const agent = createOutsideAgent(
    { name: 'mine', title: 'Mine' },
    '5m',
    accountOf(() => engine),
  );
  const engine: SmallEngine = createSmallEngine({ agents: [agent] });
  engine.cash = parseDecimal('100000');
  engine.start();
  const says = (rests?: Rests, isWarm = true): readonly EngineEvent[] => {
    const wishes = [{ instrumentId: BTC, wish: null, ...(rests && { rests }) }];
    const about = { strategy: 'mine', timeframe: '5m', candleCloseTimeMs: T0 + bar * SPAN_MS } as const;
    return engine.send({ kind: 'StrategySpoke', ...about, isWarm, wishes });
  };
  return { engine, says };
}
const started = (sessionId: string): InputEvent => ({
  ...{ kind: 'EngineStarted', sessionId, build: 'test', seed: 1, limits: LIMITS },
  ...{ mode: 'practice', venue: 'binance', sourceDescription: 'test' },
});
const BID: Rests = { buy: { qty: 0.01, price: 59_000 } };

describe('[D27] what a strategy no longer wants to rest', () => {
  it('[A20] lapses where it waits to be signed, with the reason', () => {
    const { engine, says } = outside();
    close(engine, nothing);
    const [first] = proposals(says(BID));
    engine.nowMs += 20_000;
    const events = says();
    expect(takenBack(events)).toMatchObject([{ proposalId: first?.id, strategy: 'mine' }]);
    expect(of(events, 'ProposalLapsed')).toMatchObject([
      { proposalId: first?.id, why: 'mine took it back: it no longer wants to buy there' },
    ]);
    expect(engine.send({ kind: 'ApproveRequested', proposalId: first?.id as string, portion: 'full' })).toContainEqual(
      expect.objectContaining({ kind: 'RequestRefused', code: 'lapsed' }),
    );
  });

  it('is taken back once where it rests, and what is wanted instead is proposed when it is off', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    const id = sign(engine);
    const events = close(engine, bid(58_000));
    expect(takenBack(events).map(({ text }) => text)).toEqual(['it now wants to buy 0.01 at 58000']);
    expect([codes(events), proposals(events)]).toEqual([['working-order'], []]);
    engine.nowMs += 700;
    engine.quote(BTC, '59999', '60000');
    const off = becomes(engine, id, 'cancelled');
    expect(proposals(off)).toMatchObject([{ side: 'buy', entryPrice: '58000', orderType: 'post-only' }]);
    expect(takenBack(engine.log)).toHaveLength(1);
  });

  it('is taken back where the strategy wants to trade now', () => {
    const engine = deskOf();
    engine.hold(BTC, '0.05', '3000');
    close(engine, ask(61_000));
    sign(engine);
    expect(takenBack(close(engine, (desk) => desk.exit()))).toHaveLength(1);
  });

  it.each([
    ['another price', bid(59_000.02), true],
    ['a price a tick away', bid(59_000.01), false],
    ['the same again', bid(59_000), false],
    ['more than a lot more', bid(59_000, 0.01002), true],
    ['a lot more', bid(59_000, 0.01001), false],
    ['less', bid(59_000, 0.005), true],
    ['nothing new', nothing, false],
  ] as const)('%s', (_, what, isTaken) => {
    const engine = deskOf();
    close(engine, bid(59_000));
    sign(engine);
    expect(takenBack(close(engine, what))).toHaveLength(isTaken ? 1 : 0);
  });

  it('is wanted as long as what is left of it is', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    becomes(engine, sign(engine), 'partially-filled', '0.006');
    for (const qty of [0.01, 0.007, 0.004]) expect(takenBack(close(engine, bid(59_000, qty)))).toEqual([]);
    expect(takenBack(close(engine, bid(59_000, 0.003)))).toHaveLength(1);
  });

  it('is wanted as long as what its fills left of it is, whether or not the venue also states the order anew', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    const id = sign(engine);
    fill(engine, id, '0.004');
    becomes(engine, id, 'partially-filled', '0.004');
    expect(takenBack(close(engine, nothing))).toEqual([]);
    // The order is part-filled already: nothing more is told of its state.
    fill(engine, id, '0.004');
    expect(takenBack(close(engine, nothing))).toEqual([]);
  });

  it('is not taken back because an order of somebody else filled on its side', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    sign(engine);
    fill(engine, 'of-a-person', '0.01', {});
    fill(engine, 'of-another-strategy', '0.01', { restedFor: 'other' });
    expect(takenBack(close(engine, nothing))).toEqual([]);
  });

  it.each([
    ['the same word', bid(59_000), 0],
    ['no new word', nothing, 0],
    ['another word', bid(58_000), 1],
  ] as const)(
    '[A7] rests where a person changed it to by %s, for the word that it was asked with',
    (_, what, taken) => {
      const engine = deskOf();
      const [asked] = proposals(close(engine, bid(59_000)));
      const change = { entryPrice: '58900', qtyBase: '0.004' };
      const [changed] = proposals(engine.send({ kind: 'ChangeRequested', proposalId: asked?.id as string, change }));
      expect(changed).toMatchObject({ restsFor: asked?.restsFor, orderType: 'post-only', entryPrice: '58900' });
      const id = sign(engine);
      expect(engine.openOrders.get(id)).toMatchObject({ limitPrice: parseDecimal('58900') });
      expect(takenBack(close(engine, what))).toHaveLength(taken);
    },
  );

  it('[A9] of which a person signed half is wanted as the whole was', () => {
    const engine = deskOf();
    const [asked] = proposals(close(engine, bid(59_000)));
    engine.send({ kind: 'ApproveRequested', proposalId: asked?.id as string, portion: 'half' });
    expect([...engine.openOrders.values()]).toMatchObject([{ qtyBase: parseDecimal('0.005') }]);
    for (const what of [nothing, bid(59_000)]) expect(takenBack(close(engine, what))).toEqual([]);
    expect(takenBack(close(engine, bid(58_000)))).toHaveLength(1);
  });

  it('is taken back at the first word after a restart; until then it stays', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    const id = sign(engine);
    const again = deskOf(BTC, engine);
    const minute: CandleRow = [engine.nowMs, 60_000, 60_000, 60_000, 60_000, 1];
    again.nowMs = engine.nowMs + 60_000;
    again.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle: minute, from: 'venue' });
    expect(takenBack(again.log)).toEqual([]);
    expect(takenBack(close(again, nothing))).toHaveLength(1);
    expect([again.openOrders.has(id), takenBack(close(again, nothing))]).toEqual([true, []]);
  });

  it('stays after a restart where the candles lead the strategy to it again', () => {
    const engine = deskOf();
    close(engine, bid(59_000));
    sign(engine);
    const again = deskOf(BTC, engine);
    next = bid(59_000);
    const past = [0, 1, 2].map((at): CandleRow => [T0 + (at - 2) * SPAN_MS, 60_000, 60_000, 59_500, 60_000, 1]);
    again.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '5m', candles: past });
    expect(takenBack(close(again, nothing))).toEqual([]);
  });
});

describe('[D27] a strategy that runs outside', () => {
  it('takes back by its word about a later candle, and by silence nothing', () => {
    const { engine, says } = outside();
    close(engine, nothing);
    expect(proposals(says(BID))).toMatchObject([{ orderType: 'post-only', entryPrice: '59000', agent: 'Mine' }]);
    sign(engine);
    expect(takenBack(close(engine, nothing))).toEqual([]);
    expect(takenBack(says(undefined, false))).toEqual([]);
    expect(takenBack(says(BID))).toEqual([]);
    close(engine, nothing);
    expect(takenBack(says())).toHaveLength(1);
  });

  it('that spoke before the books were read is heard once they are', () => {
    const { engine, says } = outside();
    close(engine, nothing);
    says(BID);
    sign(engine);
    // A new session: the venue's books are not read yet.
    close(engine, nothing);
    engine.send(started('bbbbbbbb'));
    close(engine, nothing);
    expect(takenBack(says())).toEqual([]);
    expect(takenBack(engine.emit({ kind: 'Reconciled', repairs: [] }))).toHaveLength(1);
  });

  it('that is switched off before anything was judged leaves no judgement of no candle behind', () => {
    const before = deskOf();
    close(before, bid(59_000));
    const id = sign(before);
    const again = deskOf(BTC, before);
    const off = again.send({ kind: 'StrategySwitchedOff', strategy: 'scripted', why: 'it threw.' });
    expect(takenBack(off)).toHaveLength(1);
    expect(of(becomes(again, id, 'cancelled'), 'VotesCounted')).toEqual([]);
  });

  it('that is switched off has all that rests for it taken back', () => {
    const { engine, says } = outside();
    close(engine, nothing);
    says(BID);
    sign(engine);
    const events = engine.send({ kind: 'StrategySwitchedOff', strategy: 'mine', why: 'it threw.' });
    expect(takenBack(events)).toMatchObject([{ strategy: 'mine', text: 'it was switched off: it threw' }]);
  });
});
