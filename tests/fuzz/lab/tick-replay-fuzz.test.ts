import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { BookSide, NO_TICK } from '../../../main/lab/ticks/book-side.ts';
import { runTicks, type TickRun, type TickSettings, type TickStrategy } from '../../../main/lab/ticks/tick-engine.ts';
import { gridFeed, ROW, type TickFeed } from '../../../main/lab/ticks/tick-feed.ts';

describe('a side of a book', () => {
  // Near each other, at the edges of pages, and far away.
  const tick = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 500, max: 530 }),
    fc.integer({ min: 1, max: 5_000_000 }),
  );
  const change = fc.oneof(
    { weight: 30, arbitrary: fc.record({ tick, qty: fc.integer({ min: 0, max: 3 }) }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );

  it.each([1, -1] as const)('holds what a sorted list holds (better %i)', (better) => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 150 }), (changes) => {
        const side = new BookSide(better);
        const levels = new Map<number, number>();
        for (const each of changes) {
          if (each === null) {
            side.clear();
            levels.clear();
          } else {
            side.set(each.tick, each.qty);
            if (each.qty === 0) levels.delete(each.tick);
            else levels.set(each.tick, each.qty);
          }
          const sorted = [...levels.keys()].sort((a, b) => (b - a) * better);
          expect(side.best).toBe(sorted[0] ?? NO_TICK);
        }
        const walked: (readonly [number, number])[] = [];
        for (let at = side.best; at !== NO_TICK; at = side.next(at)) walked.push([at, side.at(at)]);
        expect(walked).toEqual([...levels].sort(([a], [b]) => (b - a) * better));
      }),
    );
  });
});

/** A book of two sides a tick apart or more, that moves, with trades at its best prices; heard a varying while later. */
function randomFeed(seed: number): TickFeed {
  const random = createRandom(seed);
  const rows: number[][] = [];
  let [timeUs, heardUs, bid] = [1_000_000, 0, 50];
  for (let at = 0; at < 400; at += 1) {
    timeUs += Math.floor(4_000 * random.next() ** 3);
    heardUs = Math.max(heardUs, timeUs + Math.floor(3_000 * random.next()));
    const u = random.next();
    const qty = Math.ceil(5 * random.next());
    const row = (kind: number, tick: number, lots: number): number => rows.push([kind, timeUs, heardUs, tick, lots]);
    if (u < 0.15) row(random.next() < 0.5 ? ROW.buy : ROW.trade, bid + 1, qty);
    else if (u < 0.3) row(ROW.sell, bid, qty);
    else if (u < 0.4) {
      row(ROW.ask, bid + 1, 0);
      bid += 1;
      row(ROW.bid, bid, qty);
      row(ROW.ask, bid + 1, qty);
    } else if (u < 0.5) {
      row(ROW.bid, bid, 0);
      bid -= 1;
      row(ROW.ask, bid + 1, qty);
      row(ROW.bid, bid, qty);
    } else if (u < 0.51) row(ROW.clear, 0, 0);
    else if (u < 0.75) row(ROW.bid, bid - Math.floor(4 * random.next()), qty);
    else row(ROW.ask, bid + 1 + Math.floor(4 * random.next()), qty);
  }
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at]!);
  const feed = gridFeed(
    {
      kind: Uint8Array.from(rows, ([kind]) => kind!),
      exchangeTimeUs: column(1),
      localTimeUs: column(2),
      price: column(3),
      qty: column(4),
    },
    1,
    1,
  );
  if (!feed.ok) throw new Error(feed.error.message);
  return feed.value;
}

/** Orders and cancels at random, the same for the same seed, whatever else it hears. */
function randomStrategy(seed: number, more: Partial<TickStrategy> = {}): TickStrategy {
  const random = createRandom(seed);
  return {
    everyUs: 1_500,
    onTime(desk) {
      const u = random.next();
      const side = random.next() < 0.5 ? 1 : -1;
      const price = Math.max(1, 50 + Math.floor(8 * random.next()) - 4);
      const qty = Math.ceil(6 * random.next());
      if (u < 0.3) desk.order(side, 'limit', price, qty);
      else if (u < 0.5) desk.order(side, 'post-only', price, qty);
      else if (u < 0.55) desk.order(side, 'market', 0, qty);
      else if (u < 0.7) desk.cancelAll();
    },
    ...more,
  };
}

const settings = (orderLatencyUs: number, reportLatencyUs: number): TickSettings => ({
  cashQuote: 1_000,
  orderLatencyUs,
  reportLatencyUs,
  makerFeeRate: 0.001,
  takerFeeRate: 0.002,
  restingFills: 'partial',
  equityEveryUs: 10_000,
});

describe('a replay', () => {
  const any = fc.tuple(
    fc.integer({ min: 0, max: 1e9 }),
    fc.integer({ min: 0, max: 4_000 }),
    fc.integer({ min: 0, max: 4_000 }),
  );

  it('comes to the same, however far ahead the exchange may be played', () => {
    fc.assert(
      fc.property(any, ([seed, there, back]) => {
        const feed = randomFeed(seed);
        const run = (more: Partial<TickStrategy>): TickRun =>
          runTicks(feed, settings(there, back), randomStrategy(seed, more));
        const plain = run({});
        expect(run({ onFill: () => {} })).toEqual(plain);
        expect(run({ onBook: () => {}, onTrade: () => {} })).toEqual(plain);
        expect(run({ onBook: () => {}, onTrade: () => {}, onFill: () => {} })).toEqual(plain);
      }),
    );
  });
  it('hears of a fill no sooner than it can, and its books add up', () => {
    fc.assert(
      fc.property(any, ([seed, there, back]) => {
        const heard: number[] = [];
        const strategy = randomStrategy(seed, { onFill: (desk) => heard.push(desk.timeUs) });
        const { fills, positionLots, feesQuote } = runTicks(randomFeed(seed), settings(there, back), strategy);
        expect(heard).toEqual(fills.map(({ timeUs }) => timeUs));
        expect(heard).toEqual(heard.toSorted((a, b) => a - b));
        for (const { timeUs, exchangeTimeUs, qtyLots, priceTicks } of fills) {
          expect(timeUs).toBe(exchangeTimeUs + back);
          expect([qtyLots > 0, priceTicks > 0]).toEqual([true, true]);
        }
        expect(positionLots).toBe(fills.reduce((sum, { side, qtyLots }) => sum + side * qtyLots, 0));
        expect(feesQuote).toBeCloseTo(
          fills.reduce((sum, { feeQuote }) => sum + feeQuote, 0),
          9,
        );
      }),
    );
  });
});
