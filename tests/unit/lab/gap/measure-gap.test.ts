import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { createPerson, type PersonHabits } from '../../../../main/lab/exact/approver.ts';
import type { Proposers } from '../../../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../../../main/lab/exact/run-exact.ts';
import { measureGap } from '../../../../main/lab/gap/measure-gap.ts';
import { GAP_PARTS } from '../../../../main/lab/gap/split-gap.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { createOutsideAgent } from '../../../../main/lab/strategy/outside-agent.ts';
import { planOwn } from '../../../../main/lab/workers/planned-strategy.ts';
import { hireTrader } from '../../../../main/lab/workers/strategy-crew.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';
import { exactPlan, type StrategyPlan } from '../../../support/exact-plan.ts';
import { livedAccount } from '../../../support/lived-account.ts';
import { OWN_CROSS, ownFolder } from '../../../support/own-strategy.ts';
import { BTC_RECORD, T0 } from '../../../support/small-engine.ts';

const BARS = 500;
const CANDLES = (() => {
  const { volume, ...prices } = randomWalkCandles(BARS, createRandom(5).next);
  const onTick = (column: Float64Array) => column.map((value) => Math.round(value * 100) / 100);
  const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map(onTick) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const openTimeMs = volume.map((_, bar) => T0 + bar * 60_000);
  return { openTimeMs, open, high, low, close, volume: volume.map(() => 1_000) };
})();
const FROM_MS = CANDLES.openTimeMs[0]!;
const TO_MS = FROM_MS + BARS * 60_000;
const PROPOSERS = { strategy: smaCross, params: { fast: 5, slow: 20, share: 0.5, qty: 0.5 } };
const ROBOT = { ...PROPOSERS, markets: [{ candles: CANDLES, record: BTC_RECORD }] };
const NOTHING = Object.fromEntries(GAP_PARTS.map((part) => [part, '0']));
const DAY: PersonHabits = {
  medianDelayMs: 15_000,
  delaySpread: 0.7,
  sleepFromHour: 2,
  sleepToHour: 4,
  approvedShare: 0.8,
};

/** An account that somebody lived, and the gap of a window of it. */
async function lived(over: Partial<StrategyPlan> = {}, fromMs = FROM_MS) {
  const root = mkdtempSync(join(tmpdir(), 'gap-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const { folder, run } = await livedAccount(root, CANDLES, { ...PROPOSERS, ...over });
  const measured = await measureGap(folder, { fromMs, toMs: TO_MS, cards: [], proposers: PROPOSERS });
  if (!measured.ok) throw new Error(measured.error.message);
  return { run, gap: measured.value };
}

const person = (seed: number) => createPerson(DAY, createRandom(seed));
const sumOf = (parts: Readonly<Record<string, string>>): number =>
  GAP_PARTS.reduce((sum, part) => sum + Number(parts[part]), 0);

describe('the gap of an account', () => {
  it('is nothing where life was the robot’s', async () => {
    const { run, gap } = await lived();
    expect(run.trades.length).toBeGreaterThan(8);
    expect(gap.orders.length).toBeGreaterThanOrEqual(2 * run.trades.length);
    expect(gap).toMatchObject({
      gap: '0',
      parts: { ...NOTHING },
      missed: 0,
      withoutArrival: 0,
    });
    expect(Number(gap.live)).toBeCloseTo(run.equityQuote.at(-1)! - 10_000, 6);
  });

  it('is nothing of a strategy of the user’s own either: what it wanted is said again', {
    timeout: 120_000,
  }, async () => {
    const own = ownFolder();
    const root = mkdtempSync(join(tmpdir(), 'gap-'));
    onTestFinished(() => {
      own.remove();
      rmSync(root, { recursive: true });
    });
    const file = own.write(OWN_CROSS);
    const planned = await planOwn(file);
    if (!planned.ok) throw new Error(planned.error.message);
    const { outline } = planned.value;
    const mine = { own: { outline, hire: hireTrader(file) }, params: { fast: 5, slow: 20, qty: 0.5 } };
    const { folder, run } = await livedAccount(root, CANDLES, mine);
    const proposers: Proposers = {
      members: (account) => ({ strategies: [createOutsideAgent(outline, '1m', account)], alone: true }),
    };
    const measured = await measureGap(folder, { fromMs: FROM_MS, toMs: TO_MS, cards: [], proposers });
    expect(run.trades.length).toBeGreaterThan(8);
    expect(measured).toMatchObject({ ok: true, value: { gap: '0', missed: 0, parts: { signal: '0', latency: '0' } } });
    if (measured.ok) expect(Number(measured.value.rerun)).toBeCloseTo(run.equityQuote.at(-1)! - 10_000, 6);
  });

  it.each([1, 2])(
    'is what a person’s account came to less than the robot’s, to the last digit (seed %i)',
    async (seed) => {
      const [robot, { run, gap }] = [
        await runExact(exactPlan(CANDLES, ROBOT)),
        await lived({ approver: person(seed) }),
      ];
      expect(Number(gap.rerun)).toBeCloseTo(robot.equityQuote.at(-1)! - 10_000, 6);
      expect(Number(gap.live)).toBeCloseTo(run.equityQuote.at(-1)! - 10_000, 6);
      expect(sumOf(gap.parts)).toBeCloseTo(Number(gap.gap), 9);
      expect(gap.missed).toBeGreaterThan(0);
      for (const part of ['missedApprovals', 'latency'] as const)
        expect(gap.orders.some(({ parts }) => parts[part] !== '0')).toBe(true);
    },
  );

  it('is of latency and what follows from it where the person took everything, late', async () => {
    const late: PersonHabits = { ...DAY, sleepFromHour: 0, sleepToHour: 0, approvedShare: 1, delaySpread: 0 };
    const { gap } = await lived({ approver: createPerson(late, createRandom(1)) });
    expect([gap.parts.signal, gap.parts.missedApprovals, gap.missed]).toEqual(['0', '0', 0]);
    expect(gap.orders.some(({ parts }) => parts.latency !== '0')).toBe(true);
  });

  it('begins with what was held at its start', async () => {
    const robot = await runExact(exactPlan(CANDLES, ROBOT));
    const held = robot.trades.find(({ entryBar, exitBar }) => entryBar > 200 && exitBar - entryBar > 10)!;
    const { gap } = await lived({}, CANDLES.openTimeMs[held.entryBar + 5]!);
    // The robot’s life again, from the middle of a trade.
    expect(gap.gap).toBe('0');
  });

  it('says in a sentence why nothing was re-run', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gap-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const { folder } = await livedAccount(root, CANDLES, PROPOSERS);
    const asked = { fromMs: FROM_MS, toMs: TO_MS, cards: [], proposers: PROPOSERS };
    expect(await measureGap({ ...folder, candleStore: join(root, 'none.db') }, asked)).toMatchObject({
      ok: false,
      error: { kind: 'no-rerun' },
    });
    expect(await measureGap(folder, { ...asked, fromMs: 0, toMs: FROM_MS - 1 })).toMatchObject({
      ok: false,
      error: { kind: 'not-open' },
    });
  });
});
