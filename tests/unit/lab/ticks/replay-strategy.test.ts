/** Strategies of the lab over a replayed book: tick 0.5, lot 0.01; times in seconds; latency 20 ms, half of it each way. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import type { RunSettings } from '../../../../main/lab/backtest/settings.ts';
import { marketMaker } from '../../../../main/lab/strategies/market-maker.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { type Desk, defineStrategy, type StrategyHandlers } from '../../../../main/lab/strategy/strategy.ts';
import { replayStrategy } from '../../../../main/lab/ticks/replay-strategy.ts';
import { gridFeed, ROW, type TickFeed } from '../../../../main/lab/ticks/tick-feed.ts';

type Row = readonly [seconds: number, kind: keyof typeof ROW, price: number, qty: number];
/** A whole minute. */
const START_MS = 1_700_000_040_000;

function feedOf(rows: readonly Row[]): TickFeed {
  const times = Float64Array.from(rows, ([seconds]) => START_MS * 1_000 + seconds * 1e6);
  const feed = gridFeed(
    {
      kind: Uint8Array.from(rows, ([, kind]) => ROW[kind]),
      exchangeTimeUs: times,
      localTimeUs: times.slice(),
      price: Float64Array.from(rows, ([, , price]) => price),
      qty: Float64Array.from(rows, ([, , , qty]) => qty),
    },
    0.5,
    0.01,
  );
  if (!feed.ok) throw new Error(feed.error.message);
  return feed.value;
}
const BOOK: readonly Row[] = [
  [1, 'bid', 100, 5],
  [1, 'ask', 101, 5],
  [1, 'bid', 99, 50],
  [1, 'ask', 102, 50],
];
const FREE: Partial<RunSettings> = {
  cashQuote: 1_000,
  makerFee: 0,
  takerFee: 0,
  latencyMs: 20,
  shorts: true,
  leverageMax: 10,
};

function play(
  rows: readonly Row[],
  handlers: (seen: string[]) => StrategyHandlers,
  settings: Partial<RunSettings> = {},
) {
  const seen: string[] = [];
  const strategy = defineStrategy({
    name: 'test',
    title: 'Test',
    about: 'For tests.',
    params: {},
    start: () => handlers(seen),
  });
  const feed = feedOf([...BOOK, ...rows, [240, 'trade', 100.5, 0.01]]);
  return { run: replayStrategy({ strategy, feed, candleMs: 60_000, settings: { ...FREE, ...settings } }), seen };
}
const text = ({ trades }: ReturnType<typeof play>['run']): string[] =>
  trades.map(
    ({ side, qty, entryPrice, exitPrice, pnl, reason }) =>
      `${side} ${qty} ${entryPrice} → ${exitPrice} ${reason} ${pnl.toFixed(2)}`,
  );
/** Enters at the first candle. */
const once = (act: (desk: Desk) => void): StrategyHandlers => {
  let done = false;
  return {
    onCandle(_candle, desk) {
      if (!done) act(desk);
      done = true;
    },
  };
};

describe('a strategy hears', () => {
  it('candles of the trades, none where there was no trade, and the book and trades as they come', () => {
    const rows: Row[] = [
      [10, 'buy', 101, 1],
      [20, 'sell', 100, 2],
      [59.5, 'buy', 101, 1],
      [130, 'bid', 100.5, 1],
      [150, 'trade', 100.5, 1],
    ];
    const { seen, run } = play(rows, (lines) => ({
      onCandle: ({ openTimeMs, open, high, low, close, volume }) =>
        lines.push(`candle ${(openTimeMs - START_MS) / 1_000}: ${[open, high, low, close, volume]}`),
      onTrade: ({ side, price, qty }) => lines.push(`${side} ${qty} @ ${price}`),
      onBook: ({ bid, bidQty, ask }) => lines.push(`book ${bid} × ${bidQty} | ${ask}`),
    }));
    expect(seen).toEqual([
      'book 100 × 5 | 101',
      'buy 1 @ 101',
      'sell 2 @ 100',
      'buy 1 @ 101',
      'candle 0: 101,101,100,101,4',
      'book 100.5 × 1 | 101',
      'sell 1 @ 100.5',
      'candle 120: 100.5,100.5,100.5,100.5,1',
      'sell 0.01 @ 100.5',
    ]);
    expect(Array.from(run.openTimeMs, (timeMs) => (timeMs - START_MS) / 1_000)).toEqual([0, 60, 120, 180, 240]);
  });
});

describe('what it wants', () => {
  const trade: Row = [10, 'buy', 101, 1];

  it('enters at what the book shows, with stop and target at the price at which it can be left', () => {
    const fall: Row[] = [trade, [70, 'bid', 100, 0], [70.1, 'bid', 99, 0], [70.1, 'bid', 97, 9]];
    const { run } = play(fall, () => once((desk) => desk.enter('long', { qty: 6, stop: 98.5 })));
    // 5 at 101 and 1 at 102; out below the stop, at what is bid 10 ms later.
    expect(text(run)).toEqual([`long 6 ${607 / 6} → 97 stop_loss ${(6 * 97 - 607).toFixed(2)}`]);
    expect(run.costs.slippage).toBeCloseTo(607 - 6 * 100.5 + 6 * ((97 + 101) / 2 - 97), 9);
    const rise: Row[] = [trade, [70, 'bid', 103, 9]];
    const { run: won } = play(rise, () => once((desk) => desk.enter('long', { qty: 5, stop: 98.5, target: 102.5 })));
    expect(text(won)).toEqual(['long 5 101 → 103 take_profit 10.00']);
  });
  it('reverses, and the new position has its own stop', () => {
    let candles = 0;
    const { run } = play(
      [trade, [70, 'buy', 101, 1], [130, 'ask', 101, 0], [130, 'ask', 102, 0], [130, 'ask', 104, 50]],
      () => ({
        onCandle(_candle, desk) {
          candles += 1;
          if (candles === 1) desk.enter('long', { qty: 1, stop: 90 });
          if (candles === 2) desk.enter('short', { qty: 2, stop: 103 });
        },
      }),
    );
    expect(text(run)).toEqual(['long 1 101 → 100 signal -1.00', 'short 2 100 → 104 stop_loss -8.00']);
  });
  it('rests in the queue, and takes back what rests', () => {
    const rests = (sold: number) =>
      play([trade, [70, 'sell', 100, sold], [130, 'sell', 100, 9], [190, 'sell', 99.5, 9]], () => ({
        onCandle(candle, desk) {
          if (candle.openTimeMs === START_MS) desk.rest('buy', 2, 100);
          else desk.cancel();
        },
      })).run;
    // Behind five: of six one is ours; the rest is taken back at 120.
    expect([rests(6).fills, rests(5).fills, rests(9).fills]).toEqual([1, 0, 1]);
  });
  it('on spot sells no more than it has, and buys no more than it can pay', () => {
    const { run } = play(
      [trade, [70, 'buy', 103, 9]],
      () =>
        once((desk) => {
          desk.rest('sell', 1, 102);
          desk.enter('short', { qty: 1 });
          desk.enter('long', { share: 3 });
        }),
      { shorts: false, leverageMax: 1 },
    );
    expect(run.refused).toEqual({ tooSmall: 0, noMoney: 1, noShorts: 2, letGo: 0 });
    expect([run.fills, run.trades]).toEqual([2, []]);
  });
  it('on spot sells nothing twice: neither by two sales at once nor by one that was taken back too late', () => {
    const sold = (then: (desk: Desk) => void) => {
      let candles = 0;
      const onCandle = (_: unknown, desk: Desk): void => {
        candles += 1;
        if (candles === 1) desk.enter('long', { qty: 1 });
        if (candles === 2) then(desk);
      };
      const rows: Row[] = [trade, [110, 'trade', 100.5, 0.01], [120.005, 'buy', 104, 9], [180, 'buy', 105, 9]];
      const { run } = play(rows, () => ({ onCandle }), { shorts: false, leverageMax: 1 });
      return [...text(run), `${run.fills} fills`];
    };
    const one = ['long 1 101 → 102 limit 1.00', '2 fills'];
    const twoAtOnce = (desk: Desk): void => {
      desk.rest('sell', 1, 102);
      desk.rest('sell', 1, 103);
    };
    expect(sold(twoAtOnce)).toEqual(one);
    const takenBack = (desk: Desk): void => {
      desk.rest('sell', 0.6, 102);
      desk.rest('sell', 0.6, 103);
      desk.cancel();
      desk.rest('sell', 1, 102);
    };
    expect(sold(takenBack)).toEqual(one);
    // A sale at the market takes back what rests: that has the balance.
    const leaves = (desk: Desk): void => {
      desk.rest('sell', 1, 110);
      desk.exit();
    };
    expect(sold(leaves)).toEqual(['long 1 101 → 100 signal -1.00', '2 fills']);
  });
  it('of one who looks at two instruments is refused', () => {
    const pair = { ...smaCross, instruments: 2 };
    expect(() => replayStrategy({ strategy: pair, feed: feedOf(BOOK), candleMs: 60_000 })).toThrow('a feed is of one');
    expect(() =>
      replayStrategy({ strategy: smaCross, params: { fast: -1 }, feed: feedOf(BOOK), candleMs: 60_000 }),
    ).toThrow('fast must lie');
  });
});

it('its account and the engine’s books agree to the cent, on a noisy book with both kinds of orders', () => {
  const random = createRandom(9);
  let middle = 200;
  const rows: Row[] = [];
  for (let at = 0; at < 6_000; at += 1) {
    const seconds = 2 + at * 0.2;
    const u = random.next();
    if (u < 0.1) {
      const up = random.next() < 0.5;
      rows.push([seconds, up ? 'ask' : 'bid', (up ? middle + 1 : middle - 1) / 2, 0]);
      middle += up ? 1 : -1;
    } else if (u < 0.4)
      rows.push([
        seconds,
        u < 0.25 ? 'buy' : 'sell',
        (u < 0.25 ? middle + 1 : middle - 1) / 2,
        0.01 * Math.ceil(300 * random.next()),
      ]);
    rows.push(
      [seconds, 'bid', (middle - 1) / 2, 0.01 * Math.ceil(500 * random.next())],
      [seconds, 'ask', (middle + 1) / 2, 0.01 * Math.ceil(500 * random.next())],
    );
  }
  const strategy = defineStrategy({
    name: 'both',
    title: 'Both',
    about: 'Rests and takes.',
    params: {},
    start: () => {
      let candles = 0;
      return {
        onCandle({ close }, desk) {
          candles += 1;
          desk.cancel();
          if (candles % 5 === 0)
            desk.enter(candles % 2 === 0 ? 'long' : 'short', {
              share: 0.5,
              stop: candles % 2 === 0 ? close - 2 : close + 2,
            });
          else if (candles % 7 === 0) desk.exit();
          else {
            desk.rest('buy', 0.4, close - 0.5);
            desk.rest('sell', 0.4, close + 0.5);
          }
        },
      };
    },
  });
  let account = Number.NaN;
  const spy = {
    ...strategy,
    start: (context: Parameters<typeof strategy.start>[0]) => {
      const handlers = strategy.start(context);
      return {
        ...handlers,
        onBook: (_quote: unknown, desk: Desk) => {
          account = desk.equity;
        },
      };
    },
  };
  const settings = { ...FREE, makerFee: 0.0002, takerFee: 0.001 };
  const run = replayStrategy({ strategy: spy, feed: feedOf([...BOOK, ...rows]), candleMs: 10_000, settings });
  expect(run.fills).toBeGreaterThan(50);
  expect(run.trades.length).toBeGreaterThan(20);
  expect(account).toBeCloseTo(run.equityQuote.at(-1)!, 6);
  expect(replayStrategy({ strategy, feed: feedOf([...BOOK, ...rows]), candleMs: 10_000, settings })).toEqual(run);
});

it('the market maker moves its quotes with the book, between candles too', () => {
  const rows: Row[] = [];
  // A price that goes up and down two ticks a second: the true range of a second's candle is about 1.
  for (let second = 2; second < 60; second += 1) {
    const middle = 100.5 + (second % 2);
    rows.push([second, 'bid', middle - 0.5, 5], [second, 'ask', middle + 0.5, 5]);
    rows.push([second + 0.1, 'buy', middle + 0.5, 0.01], [second + 0.2, 'sell', middle - 0.5, 0.01]);
  }
  // Then it goes away inside one candle.
  for (let step = 1; step <= 8; step += 1) {
    const [at, middle] = [60.1 + step / 20, 100.5 + step];
    rows.push([at, 'ask', middle - 0.5, 0], [at, 'bid', middle - 0.5, 5], [at, 'ask', middle + 0.5, 5]);
  }
  const quoted: { readonly timeMs: number; readonly price: number }[] = [];
  let nowMs = 0;
  const start: typeof marketMaker.start = (context) => {
    const handlers = marketMaker.start(context);
    const spied = (desk: Desk): Desk =>
      new Proxy(desk, {
        get: (target, name) => {
          const value = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) => {
            if (name === 'rest' && given[0] === 'buy') quoted.push({ timeMs: nowMs, price: given[2] as number });
            return value.apply(target, given);
          };
        },
      });
    return {
      onCandle: (candle, desk) => {
        nowMs = candle.openTimeMs + 1_000;
        handlers.onCandle?.(candle, spied(desk));
      },
      onBook: (quote, desk) => {
        nowMs = quote.timeMs;
        handlers.onBook?.(quote, spied(desk));
      },
    };
  };
  const strategy = { ...marketMaker, start };
  replayStrategy({ strategy, feed: feedOf([...BOOK, ...rows]), candleMs: 1_000, settings: { ...FREE, shorts: false } });
  const inside = quoted.filter(({ timeMs }) => timeMs > START_MS + 60_100 && timeMs < START_MS + 61_000);
  expect(inside.length).toBeGreaterThan(3);
  expect(inside.at(-1)!.price - inside[0]!.price).toBeGreaterThan(3);
});
