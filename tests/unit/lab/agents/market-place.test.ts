import { describe, expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../../main/engine/features/feature-set-reversal-v1.ts';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { agentPaths, scalerOf } from '../../../../main/lab/agents/agent-paths.ts';
import { bootstrapCandles } from '../../../../main/lab/agents/bootstrap-candles.ts';
import { MarketCrowd } from '../../../../main/lab/agents/market-crowd.ts';
import { agentSettings, MarketPlace } from '../../../../main/lab/agents/market-place.ts';
import { type Moments, ReplayBuffer } from '../../../../main/lab/agents/replay-buffer.ts';
import { runBacktest } from '../../../../main/lab/backtest/run-backtest.ts';
import { defineStrategy } from '../../../../main/lab/strategy/index.ts';
import { trendingCandles } from '../../../support/trending-candles.ts';

const SEEN = featureSetReversalV1.features.length;
const candles = trendingCandles({ bars: 400, seed: 4, drift: 0.3 });

describe('a market place', () => {
  it.each([true, false])('comes to the very equity of a backtest that wants the same (shorts: %s)', (shorts) => {
    const random = createRandom(8);
    const wanted = candles.close.map(() =>
      random.next() < 0.8 ? Number.NaN : Math.floor(random.next() * (shorts ? 3 : 2)),
    );
    let last = 0;
    const actions = wanted.map((each) => {
      if (!Number.isNaN(each)) last = each;
      return last;
    });
    let bar = 0;
    const strategy = defineStrategy({
      name: 'scripted',
      title: 'Scripted',
      about: 'Wants what it was told.',
      params: {},
      start: () => ({
        onCandle(_, desk) {
          const action = actions[bar++]!;
          if (action === 0) desk.exit();
          else desk.enter(action === 1 ? 'long' : 'short', { share: 0.95 });
        },
      }),
    });
    const run = runBacktest({ strategy, markets: [{ candles }], settings: { shorts } });
    const place = new MarketPlace(candles, agentSettings({ shorts }), 0);
    for (let at = 0; at + 1 < actions.length; at++) {
      const before = place.equityQuote;
      const growth = place.pass(actions[at]!);
      expect(place.equityQuote).toBe(run.equityQuote[at + 1]);
      expect(growth).toBeCloseTo(Math.log(place.equityQuote / before), 12);
    }
    expect(place.isOver).toBe(true);
    expect(place.fills).toBe(run.fills);
  });
});

describe('a crowd', () => {
  const paths = agentPaths([candles, trendingCandles({ bars: 300, seed: 5, drift: 0 })], featureSetReversalV1);
  const settings = agentSettings({ shorts: true });
  const crowd = (seed: number) =>
    new MarketCrowd(paths, scalerOf(paths), settings, { accounts: 4, episodeBars: 20 }, createRandom(seed));

  it('shows each account its features and its side, and nothing of what is to come', () => {
    const states = crowd(1).states();
    expect(states).toHaveLength(4 * (SEEN + 1));
    expect(states.every(Number.isFinite)).toBe(true);
    expect([0, 1, 2, 3].map((at) => states[at * (SEEN + 1) + SEEN])).toEqual([0, 0, 0, 0]);
  });

  it('ends an episode after its bars and begins another one flat', () => {
    const own = crowd(1);
    for (let bar = 1; bar < 20; bar++) expect(own.step([1, 2, 1, 0]).ended).toEqual(Uint8Array.of(0, 0, 0, 0));
    const sides = own.states();
    expect([0, 1, 2, 3].map((at) => sides[at * (SEEN + 1) + SEEN])).toEqual([1, -1, 1, 0]);
    expect(own.step([1, 2, 1, 0]).ended).toEqual(Uint8Array.of(1, 1, 1, 1));
    const fresh = own.states();
    expect([0, 1, 2, 3].map((at) => fresh[at * (SEEN + 1) + SEEN])).toEqual([0, 0, 0, 0]);
  });

  it('pays nothing for holding nothing, and the costs for going in and out', () => {
    const idle = crowd(2);
    for (let bar = 0; bar < 30; bar++) expect(idle.step([0, 0, 0, 0]).rewards).toEqual(new Float32Array(4));
    const busy = crowd(2);
    let sum = 0;
    for (let bar = 0; bar < 600; bar++) sum += busy.step(new Array(4).fill(bar % 2)).rewards.reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThan(0);
  });
});

describe('bootstrapped candles', () => {
  it('are blocks of real bars, each going on where the last one closed', () => {
    const path = bootstrapCandles(candles, 500, 50, createRandom(3));
    const known = new Set(
      Array.from({ length: 399 }, (_, bar) => (candles.close[bar + 1]! / candles.close[bar]!).toFixed(9)),
    );
    for (let bar = 1; bar < 500; bar++) {
      expect(known.has((path.close[bar]! / path.close[bar - 1]!).toFixed(9))).toBe(true);
      expect(path.low[bar]! <= Math.min(path.open[bar]!, path.close[bar]!)).toBe(true);
      expect(path.high[bar]! >= Math.max(path.open[bar]!, path.close[bar]!)).toBe(true);
      expect(path.openTimeMs[bar]! - path.openTimeMs[bar - 1]!).toBe(3_600_000);
    }
    expect(path.close).not.toEqual(bootstrapCandles(candles, 500, 50, createRandom(4)).close);
  });

  it('are refused where a block is longer than what there is', () => {
    expect(() => bootstrapCandles(candles, 10, 400, createRandom(1))).toThrow(
      'blocks of 400 bars cannot be cut from 400',
    );
  });
});

describe('a replay buffer', () => {
  const moments = (from: number, count: number): Moments => ({
    states: Float32Array.from({ length: count * 2 }, (_, at) => from + Math.floor(at / 2)),
    actions: Uint8Array.from({ length: count }, (_, at) => (from + at) % 3),
    rewards: Float32Array.from({ length: count }, (_, at) => from + at),
    nextStates: Float32Array.from({ length: count * 2 }, (_, at) => from + Math.floor(at / 2) + 1),
    ended: Uint8Array.from({ length: count }, (_, at) => (from + at) % 2),
  });

  it('keeps the newest and draws whole moments of them alone', () => {
    const buffer = new ReplayBuffer(10, 2);
    expect(() => buffer.draw(1, createRandom(1))).toThrow('nothing has been lived through');
    buffer.add(moments(0, 7));
    expect(buffer.size).toBe(7);
    buffer.add(moments(7, 7));
    expect(buffer.size).toBe(10);
    const drawn = buffer.draw(300, createRandom(1));
    expect(new Set(drawn.rewards)).toEqual(new Set([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]));
    for (const [at, reward] of drawn.rewards.entries()) {
      expect([...drawn.states.subarray(2 * at, 2 * at + 2)]).toEqual([reward, reward]);
      expect([...drawn.nextStates.subarray(2 * at, 2 * at + 2)]).toEqual([reward + 1, reward + 1]);
      expect([drawn.actions[at], drawn.ended[at]]).toEqual([reward % 3, reward % 2]);
    }
  });
});
