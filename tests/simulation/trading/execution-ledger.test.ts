import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal, smallerOf } from '../../../main/engine/domain/decimal.ts';
import type { Effect } from '../../../main/engine/domain/events.ts';
import type { VenueFill } from '../../../main/engine/domain/order.ts';
import { BTC, createRig, type Rig } from '../../support/trading-rig.ts';
import { ModelVenue, type VenueOrder } from './model-venue.ts';

type Step =
  | { readonly do: 'buy'; readonly qty: number; readonly stop: boolean; readonly target: boolean }
  | { readonly do: 'sell'; readonly qty: number }
  | {
      readonly do: 'call';
      readonly pick: number;
      readonly how: 'answered' | 'reply lost' | 'never arrived' | 'refused';
    }
  | { readonly do: 'fill'; readonly pick: number; readonly qty: number }
  | { readonly do: 'tell'; readonly pick: number; readonly again: boolean; readonly lost: boolean }
  | { readonly do: 'cancelled elsewhere'; readonly pick: number }
  | { readonly do: 'sold elsewhere'; readonly qty: number }
  | { readonly do: 'move'; readonly bid: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'audit' }
  | { readonly do: 'flatten' }
  | { readonly do: 'cancel all' }
  | { readonly do: 'kill'; readonly on: boolean }
  | { readonly do: 'restart' };

const lots = fc.integer({ min: 1, max: 50 });
const pick = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('buy' as const), qty: lots, stop: fc.boolean(), target: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sell' as const), qty: lots }) },
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      pick,
      how: fc.constantFrom(
        'answered' as const,
        'answered' as const,
        'answered' as const,
        'reply lost' as const,
        'never arrived' as const,
        'refused' as const,
      ),
    }),
  },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('fill' as const), pick, qty: lots }) },
  {
    weight: 20,
    arbitrary: fc.record({ do: fc.constant('tell' as const), pick, again: fc.boolean(), lost: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancelled elsewhere' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sold elsewhere' as const), qty: lots }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('move' as const), bid: fc.integer({ min: 59_500, max: 63_500 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 250, max: 4_000 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'audit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'flatten' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel all' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

const LOT = 10n ** 16n;

class Harness {
  readonly rig: Rig = createRig();
  readonly venue = new ModelVenue();
  readonly submitted = new Set<string>();
  calls: Effect[] = [];
  private steps = 0;

  constructor() {
    this.rig.effects.length = 0;
    this.audit();
  }

  run(next: Step): void {
    const { rig, venue } = this;
    switch (next.do) {
      case 'buy':
        rig.sign({
          qty: formatDecimal(BigInt(next.qty) * LOT),
          ...(next.stop ? { stop: '60000' } : {}),
          ...(next.target ? { target: '63000' } : {}),
        });
        break;
      case 'sell': {
        const held = rig.ledger.portfolio.position(BTC)?.qtyBase ?? 0n;
        const wish = BigInt(next.qty) * LOT;
        if (wish <= held) rig.sign({ side: 'sell', qty: formatDecimal(wish), price: '61000' });
        break;
      }
      case 'call': {
        const [call] = this.calls.splice(next.pick % Math.max(1, this.calls.length), 1);
        if (call) this.carryOut(call, next.how);
        break;
      }
      case 'fill': {
        const resting = venue.open().filter((order) => order.trigger === null);
        const order = resting[next.pick % Math.max(1, resting.length)];
        if (order) venue.fill(order, BigInt(next.qty) * LOT, rig.nowMs, venue.bid);
        break;
      }
      case 'tell': {
        const index = next.pick % Math.max(1, venue.stream.length);
        const told = venue.stream[index];
        if (!told) break;
        if (!next.again || next.lost) venue.stream.splice(index, 1);
        if (next.lost && next.again) break;
        rig.dispatch(
          told.kind === 'fill'
            ? { kind: 'FillReported', fill: told.fill }
            : { kind: 'OrderReported', report: told.report },
        );
        break;
      }
      case 'cancelled elsewhere': {
        const open = venue.open();
        const order = open[next.pick % Math.max(1, open.length)];
        if (order) venue.cancel(order, rig.nowMs);
        break;
      }
      case 'sold elsewhere': {
        const order = {
          clientOrderId: `web_${venue.orders.length}`,
          side: 'sell',
          type: 'market',
          qtyBase: formatDecimal(BigInt(next.qty) * LOT),
        };
        rig.nowMs += 1;
        venue.accept(
          { ...order, limitPrice: null, triggerPrice: null } as Parameters<ModelVenue['accept']>[0],
          rig.nowMs,
        );
        break;
      }
      case 'move':
        venue.move(String(next.bid), rig.nowMs);
        rig.bid = venue.bid;
        break;
      case 'wait':
        rig.tick(next.ms);
        break;
      case 'audit':
        this.audit();
        break;
      case 'flatten':
        rig.dispatch({ kind: 'FlattenRequested', instrumentId: null });
        break;
      case 'cancel all':
        rig.dispatch({ kind: 'CancelAllRequested' });
        break;
      case 'kill':
        rig.dispatch({ kind: 'KillSwitchSet', on: next.on });
        break;
      case 'restart':
        // Calls on the wire are lost with the process, or arrive without anyone waiting for the answer.
        for (const call of this.calls.splice(0)) if (call.kind === 'SubmitOrder') this.arrive(call);
        rig.restart();
        break;
    }
    this.collect();
    this.check();
    this.steps += 1;
    if (next.do === 'restart' || this.steps % 20 === 0) this.checkRebuilt();
  }

  /** Takes over what the engine asked for; a submit is counted here, whatever becomes of it. */
  private collect(): void {
    for (const effect of this.rig.effects.splice(0)) {
      if (effect.kind === 'SubmitOrder') {
        const { clientOrderId, purpose, qtyBase } = effect.order;
        expect(this.submitted.has(clientOrderId), `${clientOrderId} sent twice`).toBe(false);
        this.submitted.add(clientOrderId);
        const held = this.rig.ledger.portfolio.position(BTC)?.qtyBase ?? 0n;
        if (purpose === 'stop') expect(parseDecimal(qtyBase) <= held, 'a stop above what is held').toBe(true);
      }
      this.calls.push(effect);
    }
  }

  private arrive(call: Extract<Effect, { kind: 'SubmitOrder' }>): VenueOrder | null {
    return this.venue.accept(call.order, this.rig.nowMs);
  }

  private find(clientOrderId: string): VenueOrder | undefined {
    return this.venue.orders.find((order) => order.clientOrderId === clientOrderId);
  }

  private carryOut(call: Effect, how: 'answered' | 'reply lost' | 'never arrived' | 'refused'): void {
    const { rig, venue } = this;
    if (call.kind === 'SubmitOrder') {
      const { clientOrderId } = call.order;
      const placed = how === 'answered' || how === 'reply lost' ? this.arrive(call) : null;
      const heard =
        how === 'answered' ? (placed ? 'accepted' : 'rejected') : how === 'refused' ? 'rejected' : 'unknown';
      const venueOrderId = heard === 'accepted' ? (placed?.venueOrderId ?? null) : null;
      rig.dispatch({ kind: 'SubmitAnswered', clientOrderId, outcome: heard, venueOrderId, code: '', text: how });
    } else if (call.kind === 'CancelOrder') {
      const order = this.find(call.clientOrderId);
      const lost = how === 'reply lost' || how === 'never arrived';
      const done = how !== 'never arrived' && order ? venue.cancel(order, rig.nowMs) : false;
      const outcome = lost ? 'unknown' : done ? 'cancelled' : 'gone';
      rig.dispatch({ kind: 'CancelAnswered', clientOrderId: call.clientOrderId, outcome, text: how });
    } else if (call.kind === 'QueryOrder') {
      const order = this.find(call.clientOrderId);
      const clientOrderId = call.clientOrderId;
      if (how !== 'answered') rig.dispatch({ kind: 'OrderQueried', clientOrderId, outcome: 'unknown', report: null });
      // "Not found" counts only when no copy of the submit can still be on its way.
      else if (this.calls.some((other) => other.kind === 'SubmitOrder' && other.order.clientOrderId === clientOrderId))
        return;
      else if (order)
        rig.dispatch({
          kind: 'OrderQueried',
          clientOrderId,
          outcome: 'found',
          report: venue.reportOf(order, rig.nowMs),
        });
      else rig.dispatch({ kind: 'OrderQueried', clientOrderId, outcome: 'not-found', report: null });
    } else if (call.kind === 'RequestAudit') {
      this.audit();
    }
  }

  audit(): void {
    const { rig, venue } = this;
    const believed = new Set(rig.execution.orders.open().map((order) => order.clientOrderId));
    const open = venue.open();
    rig.dispatch({
      kind: 'AuditReceived',
      openOrders: open.map((order) => venue.reportOf(order, rig.nowMs)),
      closedOrders: venue.orders
        .filter((order) => believed.has(order.clientOrderId) && !open.includes(order))
        .map((order) => venue.reportOf(order, rig.nowMs)),
      // As Binance tells them: without our id.
      fills: venue.fills.map((fill): VenueFill => ({ ...fill, clientOrderId: null })),
      balances: [
        { asset: 'USDT', free: formatDecimal(venue.usdt), locked: '0' },
        { asset: 'BTC', free: formatDecimal(venue.btc), locked: '0' },
      ],
      askedAtMs: rig.nowMs,
      marks: [{ asset: 'BTC', priceQuote: venue.bid }],
    });
  }

  check(): void {
    const { rig } = this;
    const booked = rig.all('FillBooked').map(({ fill }) => fill);
    expect(new Set(booked.map((fill) => fill.fillId)).size, 'a fill booked twice').toBe(booked.length);
    let btc = 0n;
    let usdt = parseDecimal('100000');
    for (const fill of booked) {
      const qty = parseDecimal(fill.qtyBase);
      const quote = (qty * parseDecimal(fill.price)) / 10n ** 18n;
      btc += fill.side === 'buy' ? qty : -qty;
      usdt += fill.side === 'buy' ? -quote : quote;
      if (fill.feeAsset === 'BTC') btc -= parseDecimal(fill.fee);
      else usdt -= parseDecimal(fill.fee);
    }
    const books = rig.ledger.view.durableState();
    expect([books.balances.get('BTC') ?? 0n, books.balances.get('USDT')], 'cash and positions add up').toEqual([
      btc,
      usdt,
    ]);
    const holding = books.positions.get(BTC)?.holding;
    if (holding) {
      const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
      expect(sum(holding.lots.map(({ qty }) => qty)) - sum(holding.debts.map(({ qty }) => qty)), 'lots add up').toBe(
        btc,
      );
      const cost = sum(holding.lots.map((lot) => lot.cost)) - sum(holding.debts.map(({ proceeds }) => proceeds));
      expect(holding.realized, 'cost is conserved').toBe(usdt - parseDecimal('100000') + cost);
    }
  }

  checkRebuilt(): void {
    const { rig } = this;
    expect(rig.rebuilt(), 'the log gives the same state').toEqual({
      execution: rig.execution.view.durableState(),
      ledger: rig.ledger.view.durableState(),
    });
  }

  /** Lets everything arrive and be answered until nobody has anything more to say. */
  settle(): void {
    this.venue.move('61250.5', this.rig.nowMs);
    this.rig.bid = '61250.5';
    for (let round = 0; round < 400; round += 1) {
      for (const told of this.venue.stream.splice(0)) {
        this.rig.dispatch(
          told.kind === 'fill'
            ? { kind: 'FillReported', fill: told.fill }
            : { kind: 'OrderReported', report: told.report },
        );
        this.collect();
      }
      this.collect();
      for (const call of this.calls.splice(0)) {
        this.carryOut(call, 'answered');
        this.collect();
      }
      this.rig.tick(1_000);
      this.collect();
      if (round < 60 || this.calls.length > 0 || this.venue.stream.length > 0) continue;
      this.audit();
      this.collect();
      if (this.calls.length === 0) return;
    }
    const last = this.rig.events.filter((event) => event.kind !== 'ClockTicked').slice(-12);
    throw new Error(`it never comes to rest: ${JSON.stringify(last, null, 1)}`);
  }
}

describe('execution and ledger against a venue', () => {
  // A failing run prints its seed and path: SEED=… RUNS=… repeat it.
  it('[E2] [E7] [E14] [E24] [L1] [L2] [L9] [L14] hold for any course of events', { timeout: 300_000 }, () => {
    const parameters = {
      numRuns: Number(process.env.RUNS ?? 60),
      ...(process.env.SEED ? { seed: Number(process.env.SEED) } : { seed: 20260105 }),
    };
    fc.assert(
      fc.property(fc.array(step, { minLength: 80, maxLength: 160, size: 'max' }), (steps) => {
        const harness = new Harness();
        for (const next of steps) harness.run(next);
        harness.settle();
        harness.audit();
        harness.check();
        harness.checkRebuilt();
        const { rig, venue } = harness;
        const once = rig.rebuilt();
        harness.audit();
        expect(rig.last('Reconciled').repairs, 'reconciling twice').toEqual([]);
        expect(rig.rebuilt()).toEqual(once);

        const books = Object.fromEntries(rig.ledger.view.balances().map(({ asset, ledger }) => [asset, ledger]));
        expect(books, 'ledger = venue').toMatchObject({ USDT: formatDecimal(venue.usdt) });
        expect(books['BTC'] ?? '0').toBe(formatDecimal(venue.btc));
        expect(rig.all('BalanceDiffered'), 'no false alarm').toEqual([]);
        const ours = rig.execution.orders
          .open()
          .map(({ clientOrderId }) => clientOrderId)
          .sort();
        expect(ours, 'none forgotten').toEqual(
          venue
            .open()
            .map(({ clientOrderId }) => clientOrderId)
            .sort(),
        );
        expectProtected(harness);
      }),
      parameters,
    );
  });
});

/** At rest, every promise that is large enough rests on the venue, unless a sale has the balance. */
function expectProtected({ rig, venue }: Harness): void {
  const { covers } = rig.execution.view.durableState();
  const promised = [...covers.values()]
    .filter((cover) => cover.stopPrice !== null)
    .reduce((sum, { qty }) => sum + qty, 0n);
  const sales = venue.open().filter((order) => order.side === 'sell' && order.trigger === null);
  const resting = venue
    .open()
    .filter((order) => order.trigger !== null)
    .reduce((sum, order) => sum + order.qty, 0n);
  expect(resting <= venue.btc, 'stops within what is held').toBe(true);
  if (sales.length > 0) return;
  const due = smallerOf(promised, venue.btc);
  const rounding = 10n ** 14n * BigInt(covers.size + 10);
  expect(due - resting <= rounding, `promised ${formatDecimal(due)}, resting ${formatDecimal(resting)}`).toBe(true);
}
