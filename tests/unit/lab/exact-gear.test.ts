import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { readLane } from '../../../main/engine/kernel/log-reader.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { replayLog } from '../../../main/engine/kernel/replay.ts';
import { verifyLog } from '../../../main/engine/kernel/verify-log.ts';
import { createPipeline } from '../../../main/engine/pipeline.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { createPerson, type PersonHabits } from '../../../main/lab/exact/approver.ts';
import { membersOf } from '../../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../../main/lab/exact/run-exact.ts';
import type { StrategyDefinition } from '../../../main/lab/strategy/strategy.ts';
import { bothWays } from '../../support/both-ways.ts';
import { candlesOf, randomWalkCandles, without } from '../../support/candle-columns.ts';
import { exactPlan, marketOf, type StrategyPlan, WIDE_LIMITS } from '../../support/exact-plan.ts';
import { expectSame } from '../../support/same-run.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

const BARS = 900;
const HABITS: PersonHabits = {
  medianDelayMs: 10_000,
  delaySpread: 0,
  sleepFromHour: 0,
  sleepToHour: 0,
  approvedShare: 1,
};

/** Prices on the tick, as a venue has them. */
function walk(bars = BARS, seed = 3) {
  const candles = randomWalkCandles(bars, createRandom(seed).next);
  const onTick = (column: Float64Array): Float64Array => column.map((value) => Math.round(value * 100) / 100);
  const { open, high, low, close } = candles;
  const volume = candles.volume.map(() => 1_000);
  return { ...candles, open: onTick(open), high: onTick(high), low: onTick(low), close: onTick(close), volume };
}
const CANDLES = walk();
const PLAN = exactPlan(CANDLES, { params: { fast: 10, slow: 40, share: 0.5, qty: 0.5 } });

const rounded = ({ trades }: Pick<ReturnType<typeof runBacktest>, 'trades'>) =>
  trades.map((trade) => [trade.entryBar, trade.exitBar, trade.entryPrice.toFixed(6), trade.pnl.toFixed(6)]);

describe('the exact gear', () => {
  it('gives the trades of the fast one', async () => {
    const exact = await runExact(PLAN);
    const { strategy, params, markets, settings } = PLAN;
    const fast = runBacktest({ strategy, params, markets, settings });
    expect(fast.trades.length).toBeGreaterThan(8);
    expect(rounded(exact)).toEqual(rounded(fast));
    expect(exact.equityQuote.at(-1)).toBeCloseTo(fast.equityQuote.at(-1) as number, 6);
  });

  it.each(['same price', 'new price'])(
    'gives the trades of the fast one where orders rest, at the %s each time',
    async (how) => {
      const strategy = limitTrader(how === 'new price');
      const plan: StrategyPlan = { ...PLAN, strategy, params: {} };
      const exact = await runExact(plan);
      const fast = runBacktest({ strategy, params: {}, markets: plan.markets, settings: plan.settings });
      expect(fast.trades.length).toBeGreaterThan(10);
      expect(new Set(fast.trades.map(({ reason }) => reason))).toEqual(new Set(['limit']));
      expectSame(exact, fast);
    },
  );

  it('gives the trades of the fast one where an order fills over several candles: it is not taken back in between', async () => {
    const strategy = patientTrader();
    const settings = { ...PLAN.settings, volumeShareMax: 0.1 };
    const thin = { ...CANDLES, volume: CANDLES.volume.map(() => 2) };
    const plan: StrategyPlan = { ...PLAN, strategy, params: {}, settings, markets: [marketOf(thin)] };
    const exact = await runExact(plan);
    const fast = runBacktest({ strategy, params: {}, markets: plan.markets, settings });
    expect(fast.trades.length).toBeGreaterThan(5);
    expect(rounded(exact)).toEqual(rounded(fast));
  });

  it('gives the trades of the fast one across holes, and lets go of the same', async () => {
    // In and out every eight bars; every third time one candle, or six, are missing right after.
    const candles = without(walk(1_200), (bar) => bar % 24 === 9 || (bar % 48 >= 29 && bar % 48 < 35));
    const strategy = heldByTime();
    const plan: StrategyPlan = { ...PLAN, strategy, params: {}, markets: [marketOf(candles)] };
    const exact = await runExact(plan);
    const fast = runBacktest({ strategy, params: {}, markets: plan.markets, settings: plan.settings });
    expect(fast.refused.letGo).toBeGreaterThan(20);
    expect(fast.trades.length).toBeGreaterThan(20);
    expectSame(exact, fast);
  });

  it('gives the trades of the fast one where one instrument’s market is still while another’s goes on', async () => {
    const first = without(walk(1_200), (bar) => bar % 48 >= 5 && bar % 48 < 8 + ((bar / 48) & 1));
    const markets = [marketOf(first), marketOf(walk(1_200, 5))];
    const strategy: StrategyDefinition = {
      ...heldByTime(),
      instruments: 2,
      start: () => ({
        onCandle({ instrument, openTimeMs }, desk) {
          const bar = openTimeMs / 300_000;
          if (instrument === 0) return;
          if (bar % 16 === 7) desk.of(0).enter('long', { qty: 0.5 });
          else if (bar % 16 === 15) desk.of(0).exit();
        },
      }),
    };
    const plan: StrategyPlan = { ...PLAN, strategy, params: {}, markets };
    const exact = await runExact(plan);
    const fast = runBacktest({ strategy, params: {}, markets, settings: plan.settings });
    expect(fast.refused.letGo).toBeGreaterThan(10);
    expect(fast.trades.length).toBeGreaterThan(20);
    expectSame(exact, fast);
  });

  it('keeps a log that is whole and replays to the same fills and the same decision hash', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'exact-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const paths = { dir: join(dir, 'journal'), headFile: join(dir, 'head') };
    const opened = openEventLog({ ...paths, segmentBytesMax: 2 ** 24, marketBytesMax: 2 ** 30 });
    const run = await runExact({ ...PLAN, opened });
    expect(verifyLog(paths.dir, paths.headFile)).toMatchObject({ ok: true });
    const replayed = replayLog(paths.dir, () => createPipeline([], membersOf(PLAN)).stages);
    expect(replayed).toMatchObject({ same: true, sessions: 1, replayedHash: run.decisionHash });
    const fills: EngineEvent[] = [];
    readLane(paths.dir, 'ledger', ({ event }) => event.kind === 'FillBooked' && fills.push(event));
    expect(fills).toHaveLength(run.fills);
    expect((await runExact(PLAN)).decisionHash).toBe(run.decisionHash);
  });

  it('sets a stop on the venue for every entry, and a target where one is wanted', async () => {
    const strategy = scriptedStrategy((bar, desk) => {
      if (bar % 40 === 5)
        desk.enter('long', { qty: 0.5, stop: desk.equity > 0 ? closeAt(bar) * 0.99 : 0, target: closeAt(bar) * 1.01 });
    });
    const closeAt = (bar: number): number => CANDLES.close[bar]!;
    const { trades } = await runExact({ ...PLAN, strategy, params: {} });
    const reasons = new Set(trades.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(['stop_loss', 'take_profit']);
    for (const { entryPrice, exitPrice, reason } of trades) {
      const share = exitPrice / entryPrice - 1;
      if (reason === 'stop_loss') expect(share).toBeLessThan(-0.005);
      else expect(share).toBeGreaterThan(0.005);
    }
  });

  it('lets what breaks in a strategy out, with its own words', async () => {
    const strategy = scriptedStrategy((bar) => {
      if (bar === 30) throw new Error('thirty is too much');
    });
    await expect(runExact({ ...PLAN, strategy, params: {} })).rejects.toThrow('thirty is too much');
  });
});

/** With nothing held a bid below the close, with something held an ask above it: moved at each close, or left where it is. */
const limitTrader = (moves: boolean): StrategyDefinition => ({
  ...scriptedStrategy(() => {}),
  start() {
    let resting: 'buy' | 'sell' | null = null;
    return {
      onCandle({ close }, desk) {
        const side = desk.position > 0 ? 'sell' : 'buy';
        if (side === resting && !moves) return;
        resting = side;
        desk.cancel();
        // In steps of five ticks: an order that would move by a tick stays where it is on the desk.
        desk.rest(side, 0.5, Math.round(close * (side === 'buy' ? 0.9985 : 1.0015) * 20) / 20);
      },
    };
  },
});

/** A bid, left alone until all of it has filled; then an ask, left alone until all of that has. */
const patientTrader = (): StrategyDefinition => ({
  ...scriptedStrategy(() => {}),
  start() {
    let resting: 'buy' | 'sell' | null = null;
    return {
      onCandle({ close }, desk) {
        const side = desk.position > 0.499 ? 'sell' : desk.position > 0 ? resting : 'buy';
        if (side === resting || side === null) return;
        resting = side;
        desk.cancel();
        desk.rest(side, 0.5, Math.round(close * (side === 'buy' ? 0.9985 : 1.0015) * 20) / 20);
      },
    };
  },
});

/** In for eight bars of five minutes by the clock, out for eight. */
const heldByTime = (): StrategyDefinition => ({
  ...scriptedStrategy(() => {}),
  start: () => ({
    onCandle({ openTimeMs }, desk) {
      const bar = openTimeMs / 300_000;
      if (bar % 16 === 8) desk.enter('long', { qty: 0.5 });
      else if (bar % 16 === 0) desk.exit();
    },
  }),
});

/** With nothing held an ask that opens a short, with something held a bid that closes it. */
const limitShort: StrategyDefinition = {
  ...scriptedStrategy(() => {}),
  start: () => ({
    onCandle({ close }, desk) {
      desk.cancel();
      const side = desk.position === 0 ? 'sell' : 'buy';
      desk.rest(side, 0.5, Math.round(close * (side === 'buy' ? 0.9985 : 1.0015) * 20) / 20);
    },
  }),
};

describe('perpetuals in the exact gear', () => {
  const settings = { ...PLAN.settings, shorts: true, leverageMax: 2 };
  const perpetual = (strategy: StrategyDefinition, candles = CANDLES, more: Partial<StrategyPlan> = {}): StrategyPlan =>
    exactPlan(candles, { strategy, params: {}, settings, ...more });
  const watched = async (plan: StrategyPlan) => {
    const events: EngineEvent[] = [];
    const run = await runExact({ ...plan, watch: (event) => events.push(event) });
    const of = <K extends EngineEvent['kind']>(kind: K) =>
      events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
    return { run, of };
  };

  it('give the trades of the fast gear where orders rest, short', async () => {
    const plan = perpetual(limitShort, CANDLES, { settings: { ...settings, borrowPerYear: 0 } });
    const { run, of } = await watched(plan);
    const fast = runBacktest({ strategy: limitShort, params: {}, markets: plan.markets, settings: plan.settings });
    expect(fast.trades.length).toBeGreaterThan(10);
    expect(new Set(fast.trades.map(({ side, reason }) => `${side} ${reason}`))).toEqual(new Set(['short limit']));
    expectSame(run, fast);
    expect([of('BalanceDiffered'), of('AnomalyStated')]).toEqual([[], []]);
  });

  it('a short has its stop above and its target below, and both can only reduce', async () => {
    const strategy = scriptedStrategy((bar, desk) => {
      const close = CANDLES.close[bar]!;
      if (bar % 40 === 5) desk.enter('short', { qty: 0.5, stop: close * 1.01, target: close * 0.99 });
    });
    const { run, of } = await watched(perpetual(strategy));
    expect([...new Set(run.trades.map(({ reason }) => reason))].sort()).toEqual(['stop_loss', 'take_profit']);
    for (const { side, entryPrice, exitPrice, reason } of run.trades) {
      expect(side).toBe('short');
      if (reason === 'stop_loss') expect(exitPrice / entryPrice).toBeGreaterThan(1.005);
      else expect(exitPrice / entryPrice).toBeLessThan(0.995);
    }
    const entries = of('ProposalMade').map(({ proposal }) => [proposal.side, proposal.reduceOnly]);
    expect(new Set(entries.map(String))).toEqual(new Set(['sell,false']));
    // The engine's books and the venue's agree all along.
    expect([of('BalanceDiffered'), of('AnomalyStated')]).toEqual([[], []]);
  });

  it('replays to the same decisions', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'exact-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const paths = { dir: join(dir, 'journal'), headFile: join(dir, 'head') };
    const opened = openEventLog({ ...paths, segmentBytesMax: 2 ** 24, marketBytesMax: 2 ** 30 });
    const plan = perpetual(bothWays(0.5), walk(300));
    const run = await runExact({ ...plan, opened });
    expect(run.trades.length).toBeGreaterThan(4);
    const replayed = replayLog(paths.dir, () => createPipeline([], membersOf(plan)).stages);
    expect(replayed).toMatchObject({ same: true, replayedHash: run.decisionHash });
  });

  it('pays and receives funding on what is held, as the books have it', async () => {
    const candles = walk(300);
    const funding = [60, 120, 180].map((bar) => ({ timeMs: candles.openTimeMs[bar]!, rate: 0.001, markPrice: 100 }));
    const strategy = scriptedStrategy((bar, desk) => {
      if (bar === 20) desk.enter('short', { qty: 2, stop: 200 });
      if (bar === 130) desk.exit();
    });
    const { run, of } = await watched(perpetual(strategy, candles, { markets: [{ ...marketOf(candles), funding }] }));
    // A short receives: twice 0.1 % of 2 × 100; by the third it is out.
    expect(of('IncomeBooked').map(({ income }) => Number(income.amountQuote))).toEqual([0.2, 0.2]);
    expect(run.costs.funding).toBeCloseTo(-0.4, 12);
    expect(of('BalanceDiffered')).toEqual([]);
  });

  it('what the margin no longer carries the venue closes, and the desk says so', async () => {
    const price = (bar: number): [number, number, number, number] => {
      if (bar < 30) return [100, 100.1, 99.9, 100];
      return bar === 30 ? [100, 250, 99, 240] : [240, 241, 239, 240];
    };
    // In the minute of the jump hardly anything is traded: the stop cannot fill.
    const columns = candlesOf(Array.from({ length: 40 }, (_, bar) => price(bar)));
    const candles = { ...columns, volume: columns.volume.map((_, bar) => (bar === 30 ? 10 : 1_000_000)) };
    const strategy = scriptedStrategy((bar, desk) => {
      if (bar === 5) desk.enter('short', { qty: 80, stop: 110 });
    });
    const limits = { ...WIDE_LIMITS, leverageMax: 2 };
    const { run, of } = await watched(perpetual(strategy, candles, { limits, settings: { ...settings, impact: 0 } }));
    expect(run.trades.map(({ reason }) => reason)).toEqual(['liquidation']);
    expect(of('AnomalyStated').map(({ code }) => code)).toContain('liquidated');
    expect(of('BalanceDiffered')).toEqual([]);
    // What had to be kept of the position's value, less what closing it cost.
    expect(run.equityQuote.at(-1)).toBeGreaterThan(0);
    expect(run.equityQuote.at(-1)).toBeLessThan(200);
  });
});

describe('the person in the loop', () => {
  const loop = (habits: Partial<PersonHabits>) =>
    runExact({ ...PLAN, approver: createPerson({ ...HABITS, ...habits }, createRandom(1)) });

  it('who takes ten seconds trades the same bars at other prices', async () => {
    const [robot, person] = [await runExact(PLAN), await loop({})];
    expect(person.trades.map(({ entryBar }) => entryBar)).toEqual(robot.trades.map(({ entryBar }) => entryBar));
    expect(person.trades.map(({ entryPrice }) => entryPrice)).not.toEqual(
      robot.trades.map(({ entryPrice }) => entryPrice),
    );
    expect(person.approvals).toMatchObject({ lapsed: 0, declined: 0 });
  });

  it('who takes longer than a question lives signs nothing', async () => {
    const { trades, fills, approvals } = await loop({ medianDelayMs: 61_000 });
    expect([trades.length, fills, approvals.signed]).toEqual([0, 0, 0]);
    expect(approvals.lapsed).toBeGreaterThan(8);
  });

  it('who sleeps lets questions lapse in those hours, and answers in the others', async () => {
    const { trades, approvals } = await loop({ sleepFromHour: 22, sleepToHour: 8 });
    expect(approvals.lapsed).toBeGreaterThan(0);
    for (const { entryBar } of trades) {
      expect(new Date(CANDLES.openTimeMs[entryBar]!).getUTCHours()).toBeGreaterThanOrEqual(8);
    }
    expect(trades.length).toBeGreaterThan(0);
  });

  it('who approves half of the entries never keeps back an exit', async () => {
    const { trades, approvals } = await loop({ approvedShare: 0.5 });
    expect(approvals.declined).toBeGreaterThan(2);
    expect(trades.length).toBeGreaterThan(2);
    expect(approvals.signed).toBeGreaterThanOrEqual(2 * trades.length);
  });
});
