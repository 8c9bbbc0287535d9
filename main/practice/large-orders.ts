import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ATOMS_PER_UNIT } from '../engine/domain/decimal.ts';
import { assert } from '../engine/domain/result.ts';
import { Exchange } from './exchange.ts';
import { type DepthSample, type DepthShock, depthShock } from './market/book-facts.ts';
import type { RealFacts } from './market/real-facts.ts';
import { makeRow, type RealismRow } from './market/realism-facts.ts';
import type { MarketSource } from './market/source.ts';
import { median } from './market/statistics.ts';
import type { Side } from './matching/order.ts';
import { VenueStore } from './store/venue-store.ts';
import type { SymbolMarket } from './symbol-market.ts';

const START_MS = Date.UTC(2026, 4, 5, 22, 54);
const ORDERS = 120;
const SAMPLE_MS = 100;
const SAMPLES_AFTER = 30;
const PAUSE_MS = 17_000;
const TEN_BPS = 0.001;
const BASIS = 'spot depth feed, large takers';

/** What the running book did when an order of a stated size met it, as medians over many orders. */
export interface LargeOrderFacts {
  readonly depthLeft: number;
  readonly reachBps: number;
  readonly halfLifeSec: number;
}

/** The venue's book beside the real one, each hit by takers of the size that is large in reality. */
export function compareLargeOrders({ book }: RealFacts, source: MarketSource): RealismRow[] {
  const { symbol, facts } = book;
  const ours = measureLargeOrders(source, symbol, facts.shockBase);
  const row = (figure: string, real: number, own: number, tolerance: RealismRow['tolerance']): RealismRow =>
    makeRow({ symbol, figure, basis: BASIS, real, ours: own, tolerance });
  return [
    row('depth within 10 bps left after a large taker, share', facts.shockDepthLeft, ours.depthLeft, {
      kind: 'difference',
      by: 0.12,
    }),
    row('reach of such an order into the book, bps', facts.shockReachBps, ours.reachBps, { kind: 'factor', by: 1.8 }),
    row('half of the loss is back after, s', facts.refillHalfLifeSec, ours.halfLifeSec, { kind: 'factor', by: 2 }),
  ];
}

/** Runs an exchange on a clock of its own and sends it market orders of `base`, in turn from either side. */
export function measureLargeOrders(source: MarketSource, symbol: string, base: number): LargeOrderFacts {
  const folder = mkdtempSync(join(tmpdir(), 'practice-large-orders-'));
  const store = new VenueStore(folder);
  try {
    const clock = { nowMs: START_MS };
    const plenty = 1_000_000_000n * ATOMS_PER_UNIT;
    const { base: coin, quote } = source.instruments.find((one) => one.symbol === symbol) ?? { base: '', quote: '' };
    const exchange = new Exchange({
      source,
      store,
      nowMs: () => clock.nowMs,
      fees: { makerBps: 0, takerBps: 0, coinDiscountPercent: 0 },
      initialBalances: new Map([
        [coin, plenty],
        [quote, plenty],
      ]),
    });
    exchange.setWatched(new Set([symbol]), new Set([symbol]));
    const shocks: (DepthShock & { readonly reachBps: number })[] = [];
    for (let i = 0; i < ORDERS; i += 1) {
      clock.nowMs += PAUSE_MS;
      const shock = hit(exchange, clock, symbol, i % 2 === 0 ? 'buy' : 'sell', base);
      if (shock) shocks.push(shock);
    }
    return {
      depthLeft: median(shocks.map(({ left }) => left)),
      reachBps: median(shocks.map(({ reachBps }) => reachBps)),
      halfLifeSec: median(shocks.map(({ halfLifeSec }) => halfLifeSec)),
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function hit(exchange: Exchange, clock: { nowMs: number }, symbol: string, side: Side, base: number) {
  const samples = [sample(exchange.fresh(symbol), clock.nowMs)];
  const startMs = clock.nowMs;
  const { lotSize } = exchange.market(symbol).rules;
  const placed = exchange.place({
    symbol,
    side,
    type: 'market',
    timeInForce: 'ioc',
    priceTicks: null,
    stopTicks: null,
    qtyLots: Math.round(base / lotSize),
    quoteBudgetAtoms: null,
    clientOrderId: `large-${startMs}`,
    orderListId: -1,
  });
  assert(placed.ok, 'a large market order is refused');
  const prices = placed.reports.flatMap(({ fill }) => (fill ? [fill.ticks] : []));
  for (let i = 0; i < SAMPLES_AFTER; i += 1) {
    clock.nowMs += SAMPLE_MS;
    exchange.advanceAll();
    samples.push(sample(exchange.fresh(symbol), clock.nowMs));
  }
  const reachBps = (1e4 * Math.abs(prices.at(-1)! - prices[0]!)) / prices[0]!;
  const shock = depthShock(samples, { startMs, buy: side === 'buy' });
  return shock && { ...shock, reachBps };
}

function sample(market: SymbolMarket, timeMs: number): DepthSample {
  const [bids, asks] = [market.shown('buy', Infinity), market.shown('sell', Infinity)];
  const middle = (bids[0]!.ticks + asks[0]!.ticks) / 2;
  const sum = (levels: typeof bids): number =>
    levels.reduce((lots, one) => lots + (Math.abs(one.ticks - middle) <= middle * TEN_BPS ? one.lots : 0), 0);
  const { lotSize } = market.rules;
  return {
    timeMs,
    spreadTicks: asks[0]!.ticks - bids[0]!.ticks,
    bidDepth: sum(bids) * lotSize,
    askDepth: sum(asks) * lotSize,
  };
}
