/** The replay's exchange, case by case: tick 0.1, lot 0.001; times in ms, rows heard 1 ms after the exchange unless said. */
import { describe, expect, it } from 'vitest';
import {
  runTicks,
  type TickDesk,
  type TickRun,
  type TickSettings,
  type TickStrategy,
} from '../../../../main/lab/ticks/tick-engine.ts';
import { gridFeed, ROW, type RowKind, type TickFeed } from '../../../../main/lab/ticks/tick-feed.ts';

type Row = readonly [ms: number, kind: keyof typeof ROW, price: number, qty: number];
const START_US = 1_700_000_000_000_000;

function feedOf(rows: readonly Row[], heardAfterMs = 1): TickFeed {
  const us = (ms: number): number => START_US + ms * 1_000;
  const feed = gridFeed(
    {
      kind: Uint8Array.from(rows, ([, kind]): RowKind => ROW[kind]),
      exchangeTimeUs: Float64Array.from(rows, ([ms]) => us(ms)),
      localTimeUs: Float64Array.from(rows, ([ms]) => us(ms + heardAfterMs)),
      price: Float64Array.from(rows, ([, , price]) => price),
      qty: Float64Array.from(rows, ([, , , qty]) => qty),
    },
    0.1,
    0.001,
  );
  if (!feed.ok) throw new Error(feed.error.message);
  return feed.value;
}

const SETTINGS: TickSettings = {
  cashQuote: 1_000,
  orderLatencyUs: 1_000,
  reportLatencyUs: 1_000,
  makerFeeRate: 0.0002,
  takerFeeRate: 0.0007,
  restingFills: 'partial',
  equityEveryUs: 1_000_000,
};

/** Acts once, at 10 ms after the first row was heard: at 11 ms, so what it sends arrives at 12 ms. */
function once(act: (desk: TickDesk) => void, more: Partial<TickStrategy> = {}): TickStrategy {
  let done = false;
  return {
    everyUs: 10_000,
    onTime(desk) {
      if (!done) act(desk);
      done = true;
    },
    ...more,
  };
}

const BOOK: readonly Row[] = [
  [0, 'bid', 100, 5],
  [0, 'bid', 99.9, 4],
  [0, 'ask', 100.1, 2],
  [0, 'ask', 100.2, 3],
];
const LAST: Row = [200, 'bid', 90, 1];

function play(rows: readonly Row[], strategy: TickStrategy, settings: Partial<TickSettings> = {}): TickRun {
  return runTicks(feedOf([...BOOK, ...rows, LAST]), { ...SETTINGS, ...settings }, strategy);
}
const fillsOf = ({ fills }: TickRun): string[] =>
  fills.map(
    ({ side, qtyLots, priceTicks, maker, timeUs }) =>
      `${side > 0 ? 'BUY' : 'SELL'} ${qtyLots / 1_000} @ ${priceTicks / 10} ${maker ? 'maker' : 'taker'} heard ${(timeUs - START_US) / 1_000}`,
  );
const buyAtBid = once((desk) => desk.order(1, 'post-only', 1_000, 1_000));

describe('a resting order', () => {
  it('is not filled by a touch: what stood before it goes first', () => {
    expect(fillsOf(play([[20, 'sell', 100, 5]], buyAtBid))).toEqual([]);
  });
  it('is filled as far as a trade reaches beyond the queue, then by the next one', () => {
    const run = play(
      [
        [20, 'sell', 100, 5.4],
        [30, 'sell', 100, 0.7],
      ],
      once((desk) => desk.order(1, 'post-only', 1_000, 1_000)),
    );
    expect(fillsOf(run)).toEqual(['BUY 0.4 @ 100 maker heard 21', 'BUY 0.6 @ 100 maker heard 31']);
    expect(run.feesQuote).toBeCloseTo(100 * 0.0002, 12);
    expect(run.positionLots).toBe(1_000);
  });
  it('is filled whole where so told', () => {
    const run = play(
      [[20, 'sell', 100, 5.4]],
      once((desk) => desk.order(1, 'limit', 1_000, 1_000)),
      { restingFills: 'whole' },
    );
    expect(fillsOf(run)).toEqual(['BUY 1 @ 100 maker heard 21']);
  });
  it('does not move forward when the level shrinks to no less than its queue', () => {
    const rows: Row[] = [
      [13, 'bid', 100, 8],
      [20, 'bid', 100, 5],
      [30, 'sell', 100, 5],
    ];
    expect(
      fillsOf(
        play(
          rows,
          once((desk) => desk.order(1, 'limit', 1_000, 1_000)),
        ),
      ),
    ).toEqual([]);
  });
  it('moves forward when the level holds less than its queue', () => {
    const rows: Row[] = [
      [20, 'bid', 100, 1],
      [30, 'sell', 100, 1.5],
    ];
    expect(
      fillsOf(
        play(
          rows,
          once((desk) => desk.order(1, 'limit', 1_000, 1_000)),
        ),
      ),
    ).toEqual(['BUY 0.5 @ 100 maker heard 31']);
  });
  it('is filled by a trade beyond its price, and by a quote that comes to it', () => {
    const sell = (): TickStrategy => once((desk) => desk.order(-1, 'limit', 1_001, 500));
    expect(fillsOf(play([[20, 'buy', 100.2, 0.001]], sell()))).toEqual(['SELL 0.5 @ 100.1 maker heard 21']);
    expect(fillsOf(play([[20, 'bid', 100.1, 0.001]], sell()))).toEqual(['SELL 0.5 @ 100.1 maker heard 21']);
  });
  it('counts a trade without a side where it lies at or beyond the best price', () => {
    const rows: Row[] = [
      [20, 'trade', 100, 5.4],
      [21, 'trade', 100.1, 9],
    ];
    const run = play(
      rows,
      once((desk) => desk.order(1, 'limit', 1_000, 1_000)),
    );
    expect(fillsOf(run)).toEqual(['BUY 0.4 @ 100 maker heard 21']);
  });
});

describe('an order on arrival', () => {
  it('is refused where it would take and may not', () => {
    const run = play(
      [],
      once((desk) => desk.order(1, 'post-only', 1_001, 1_000)),
    );
    expect([run.refused, run.fills.length]).toEqual([1, 0]);
  });
  it('takes level by level at the book of its arrival, not of its sending, and the rest waits', () => {
    const run = play(
      [
        [11.5, 'ask', 100.1, 1],
        [40, 'sell', 100.2, 9],
      ],
      once((desk) => desk.order(1, 'limit', 1_002, 5_000)),
    );
    expect(fillsOf(run)).toEqual([
      'BUY 1 @ 100.1 taker heard 13',
      'BUY 3 @ 100.2 taker heard 13',
      'BUY 1 @ 100.2 maker heard 41',
    ]);
    expect(run.feesQuote).toBeCloseTo((100.1 + 300.6) * 0.0007 + 100.2 * 0.0002, 10);
  });
  it('at market takes what is shown and the rest is cancelled', () => {
    const run = play(
      [[40, 'sell', 100.2, 9]],
      once((desk) => desk.order(-1, 'market', 0, 20_000)),
    );
    expect(run.positionLots).toBe(-9_000);
    expect(run.finalEquity).toBeCloseTo(1_000 + 500 + 399.6 - 9 * 100.05 - 899.6 * 0.0007, 9);
  });
});

describe('time', () => {
  it('lets a cancel come too late', () => {
    const strategy = (): TickStrategy => {
      let calls = 0;
      return {
        everyUs: 10_000,
        onTime(desk) {
          calls += 1;
          if (calls === 1) desk.order(1, 'limit', 1_000, 1_000);
          if (calls === 2) desk.cancelAll();
        },
      };
    };
    // Sent at 21, there at 22.
    expect(fillsOf(play([[22, 'sell', 99.9, 1]], strategy()))).toHaveLength(1);
    expect(fillsOf(play([[22.001, 'sell', 99.9, 1]], strategy()))).toHaveLength(0);
  });
  it('tells of a fill after the way back, and lets it be answered then', () => {
    const seen: string[] = [];
    const run = play(
      [
        [20, 'sell', 99.9, 1],
        [21.5, 'bid', 99.9, 7],
        [22.5, 'bid', 99.9, 6],
      ],
      once((desk) => desk.order(1, 'limit', 1_000, 1_000), {
        onFill(desk, fill) {
          seen.push(`${(desk.timeUs - START_US) / 1_000} ${desk.positionLots} ${fill.maker}`);
          if (fill.side > 0) desk.order(-1, 'market', 0, 8_000);
        },
      }),
    );
    // Heard at 21, sold at 22: 5 at 100, then 3 of the 7 that stood at 99.9 by then.
    expect(seen).toEqual(['21 1000 true', '23 -4000 false', '23 -7000 false']);
    expect(run.fills.map((fill) => fill.exchangeTimeUs - START_US)).toEqual([20_000, 22_000, 22_000]);
  });
  it('is the same for a strategy that hears everything and acts as seldom', () => {
    const rows: Row[] = [
      [20, 'sell', 100, 5.4],
      [30, 'sell', 100, 0.2],
      [33, 'ask', 99.9, 1],
    ];
    const plain = play(
      rows,
      once((desk) => desk.order(1, 'post-only', 1_000, 1_000)),
    );
    let [books, trades] = [0, 0];
    const all = play(
      rows,
      once((desk) => desk.order(1, 'post-only', 1_000, 1_000), {
        onBook: () => {
          books += 1;
        },
        onTrade: () => {
          trades += 1;
        },
        onFill: () => {},
      }),
    );
    expect(all).toEqual(plain);
    expect([books, trades]).toEqual([6, 2]);
  });
});

it('refuses rows off the grid, out of order, or heard before they were sent', () => {
  const grid = (rows: readonly Row[], heardAfterMs = 1): string => {
    try {
      feedOf(rows, heardAfterMs);
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(grid([[0, 'bid', 100.05, 1]])).toBe('row 1: price 100.05 is no multiple of 0.1');
  expect(
    grid([
      [0, 'bid', 100, 1],
      [0, 'bid', 100, 0.0005],
    ]),
  ).toBe('row 2: quantity 0.0005 is no multiple of 0.001');
  expect(
    grid([
      [0, 'bid', 100, 1],
      [0, 'bid', -1, 1],
    ]),
  ).toContain('row 2: price -1 is no price');
  expect(
    grid([
      [5, 'bid', 100, 1],
      [4, 'bid', 100, 1],
    ]),
  ).toBe('row 2: its local time lies before the row above');
  expect(grid([[5, 'bid', 100, 1]], -1)).toBe('row 1: it was received before the exchange sent it');
});
