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
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { exactPlan } from '../../support/exact-plan.ts';
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

describe('the exact gear', () => {
  it('gives the trades of the fast one', async () => {
    const exact = await runExact(PLAN);
    const { strategy, params, markets, settings } = PLAN;
    const fast = runBacktest({ strategy, params, markets, settings });
    const rounded = (run: Pick<typeof fast, 'trades'>) =>
      run.trades.map((trade) => [trade.entryBar, trade.exitBar, trade.entryPrice.toFixed(6), trade.pnl.toFixed(6)]);
    expect(fast.trades.length).toBeGreaterThan(8);
    expect(rounded(exact)).toEqual(rounded(fast));
    expect(exact.equityQuote.at(-1)).toBeCloseTo(fast.equityQuote.at(-1) as number, 6);
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
