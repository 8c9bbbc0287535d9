/** The gap of an account that trades perpetuals beside spot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../../../main/engine/domain/events.ts';
import type { LogRecord } from '../../../../main/engine/kernel/log-format.ts';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { REALISTIC } from '../../../../main/lab/backtest/settings.ts';
import { createPerson, ROBOT } from '../../../../main/lab/exact/approver.ts';
import type { ExactMarket } from '../../../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../../../main/lab/exact/run-exact.ts';
import { gapNotes } from '../../../../main/lab/gap/gap-reports.ts';
import { LivedFunding } from '../../../../main/lab/gap/lived-funding.ts';
import { type GapAsked, type GapFolder, measureGap } from '../../../../main/lab/gap/measure-gap.ts';
import { GAP_PARTS } from '../../../../main/lab/gap/split-gap.ts';
import { bothWays } from '../../../support/both-ways.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';
import { exactPlan, type StrategyPlan, WIDE_LIMITS } from '../../../support/exact-plan.ts';
import { livedAccount } from '../../../support/lived-account.ts';
import { barsOf, scriptedStrategy } from '../../../support/scripted-strategy.ts';
import { BTC, BTC_RECORD, PERP, PERP_RECORD, T0 } from '../../../support/small-engine.ts';

const BARS = 500;
const HOUR_MS = 3_600_000;
const TO_MS = T0 + BARS * 60_000;

function walk(seed: number) {
  const { volume, ...prices } = randomWalkCandles(BARS, createRandom(seed).next);
  const onTick = (column: Float64Array) => column.map((value) => Math.round(value * 100) / 100);
  const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map(onTick) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const openTimeMs = volume.map((_, bar) => T0 + bar * 60_000);
  return { openTimeMs, open, high, low, close, volume: volume.map(() => 1_000) };
}
const SPOT: ExactMarket = { candles: walk(5), record: BTC_RECORD };
/** Funding each full hour, of rates that no two hours share. */
const MARGIN: ExactMarket = {
  candles: walk(7),
  record: PERP_RECORD,
  fees: { makerFee: 0.0002, takerFee: 0.0005 },
  funding: Array.from({ length: 8 }, (_, hour) => ({
    timeMs: T0 + (hour + 1) * HOUR_MS,
    rate: 0.0001 * (hour + 1),
    markPrice: 100.37,
  })),
};
const PROPOSERS = { strategy: bothWays(0.5), params: {} };
const LIFE = { ...PROPOSERS, markets: [SPOT, MARGIN], marginQuote: 5_000 };
const MONEY = 15_000;

async function lived(over: Partial<StrategyPlan> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'gap-perpetuals-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const { folder, run } = await livedAccount(root, SPOT.candles, { ...LIFE, ...over });
  const gap = async (asked: Partial<GapAsked> = { proposers: PROPOSERS }, where: Partial<GapFolder> = {}) => {
    const measured = await measureGap({ ...folder, ...where }, { fromMs: T0, toMs: TO_MS, cards: [], ...asked });
    if (!measured.ok) throw new Error(measured.error.message);
    return measured.value;
  };
  return { run, gap };
}

const person = () =>
  createPerson(
    { medianDelayMs: 15_000, delaySpread: 0.7, sleepFromHour: 2, sleepToHour: 3, approvedShare: 0.8 },
    createRandom(1),
  );
const NOTHING = Object.fromEntries(GAP_PARTS.map((part) => [part, '0']));
const sumOf = (parts: Readonly<Record<string, string>>): number =>
  GAP_PARTS.reduce((sum, part) => sum + Number(parts[part]), 0);

describe('the gap of an account with perpetuals', () => {
  it('is nothing where life was the robot’s: fills, fees and funding are the same', async () => {
    const { run, gap } = await lived();
    const measured = await gap();
    expect(measured).toMatchObject({ gap: '0', parts: NOTHING, missed: 0, bars: 2 * BARS, fundingUnknown: 0 });
    expect(measured.orders.filter(({ instrumentId }) => instrumentId === PERP).length).toBeGreaterThan(8);
    expect(measured.orders.some(({ instrumentId, side }) => instrumentId === PERP && side === 'sell')).toBe(true);
    expect(measured.orders.some(({ instrumentId }) => instrumentId === BTC)).toBe(true);
    expect(measured.incomes).toMatchObject([{ instrumentId: PERP, kind: 'funding', gap: '0' }]);
    expect(Number(measured.incomes[0]!.live)).not.toBe(0);
    expect(Number(measured.live)).toBeCloseTo(run.equityQuote.at(-1)! - MONEY, 6);
    expect(gapNotes(measured)).toEqual([]);
  });

  it('begins with the short that was open at its start, at what it had cost, and is paid its funding', async () => {
    const { run, gap } = await lived();
    const held = run.trades.find(
      ({ instrument, side, entryBar, exitBar }) =>
        instrument === 1 && side === 'short' && entryBar > 60 && Math.floor(exitBar / 60) > Math.floor(entryBar / 60),
    )!;
    const fromMs = T0 + (held.entryBar + 1) * 60_000;
    const measured = await gap({ fromMs, proposers: PROPOSERS });
    expect(measured).toMatchObject({ gap: '0', parts: NOTHING });
    const exit = measured.orders.find(({ instrumentId }) => instrumentId === PERP)!;
    expect([exit.side, exit.timeMs > fromMs]).toEqual(['buy', true]);
    expect(Number(measured.incomes[0]!.rerun)).not.toBe(0);
  });

  it('is what a person’s account came to less than the robot’s, to the last digit', async () => {
    const { run, gap } = await lived({ approver: person() });
    const measured = await gap();
    // What funding was where life held nothing only the venue said, and here nobody kept that: the robot is to go without, too.
    const markets = [SPOT, { ...MARGIN, funding: [] }];
    const robot = await runExact(exactPlan(SPOT.candles, { ...LIFE, markets }));
    const funding = Number(measured.incomes[0]!.rerun);
    expect(Number(measured.rerun) - funding).toBeCloseTo(robot.equityQuote.at(-1)! - MONEY, 6);
    expect(Number(measured.live)).toBeCloseTo(run.equityQuote.at(-1)! - MONEY, 6);
    expect(sumOf(measured.parts)).toBeCloseTo(Number(measured.gap), 9);
    expect(measured.missed).toBeGreaterThan(0);
    const ofPerpetual = measured.orders.filter(({ instrumentId }) => instrumentId === PERP);
    for (const part of ['missedApprovals', 'latency'] as const)
      expect(ofPerpetual.some(({ parts }) => parts[part] !== '0')).toBe(true);
    expect(measured.parts.ownOrders).toBe('0');
    expect(measured.parts.funding).not.toBe('0');
  });

  it('counts orders there as own ones, and says so, where nobody names the perpetual or no candles of it were kept', async () => {
    const { gap } = await lived();
    const unnamed = await gap({});
    const bare = await gap({ proposers: PROPOSERS }, { perpetualCandleStore: '/nowhere/candles-usdm.db' });
    for (const [measured, why] of [
      [unnamed, 'no strategy names BTC/USDT PERP'],
      [bare, 'of BTC/USDT PERP no candles were kept'],
    ] as const) {
      const ofPerpetual = measured.orders.filter(({ instrumentId }) => instrumentId === PERP);
      const own = ofPerpetual.reduce((sum, { parts }) => sum + Number(parts.ownOrders), 0);
      expect(own).toBeCloseTo(
        ofPerpetual.reduce((sum, { live }) => sum + Number(live), 0),
        9,
      );
      expect(measured.parts.funding).toBe(measured.incomes[0]!.live);
      expect(gapNotes(measured)[0]).toBe(`Orders on perpetuals were not run again: ${why}. They are own orders.`);
    }
    expect(bare.parts).toEqual({ ...NOTHING, ownOrders: bare.parts.ownOrders, funding: bare.parts.funding });
  });
});

describe('a liquidation in life', () => {
  it('is signal where the re-run had left the position by itself, and the report says so', async () => {
    // Minute 30 jumps and hardly trades: the stop cannot fill.
    const jump = barsOf(
      Array.from({ length: 40 }, (_, bar) =>
        bar < 30 ? [100, 100.1, 99.9, 100] : [240, 250, 239, 240, bar === 30 ? 10 : 1e6],
      ),
    );
    const candles = { ...jump, openTimeMs: jump.openTimeMs.map((timeMs) => T0 + timeMs) };
    const strategy = scriptedStrategy((bar, desk) => {
      if (bar === 5) desk.enter('short', { qty: 50, stop: 110 });
      if (bar === 20) desk.exit();
    });
    const proposers = { strategy, params: {} };
    const { gap, run } = await lived({
      ...proposers,
      markets: [{ ...MARGIN, funding: [], candles }],
      marginQuote: 3_000,
      limits: { ...WIDE_LIMITS, leverageMax: 3 },
      settings: { ...REALISTIC, impact: 0 },
      // Nobody is there to sign the exit.
      approver: (question) => (question.proposal.reduceOnly ? null : ROBOT(question)),
    });
    expect(run.trades.map(({ reason }) => reason)).toEqual(['liquidation']);
    const measured = await gap({ proposers, settings: { impact: 0 }, toMs: T0 + 40 * 60_000 });
    expect(measured.liquidations).toEqual({ live: 1, rerun: 0 });
    expect(measured.parts).toEqual({ ...NOTHING, signal: measured.parts.signal, fees: measured.parts.fees });
    expect(Number(measured.parts.signal)).toBeLessThan(-2_500);
    expect(sumOf(measured.parts)).toBeCloseTo(Number(measured.gap), 9);
    expect(gapNotes(measured)).toEqual([
      'The venue closed by itself for want of margin: 1 position in life, 0 in the re-run. What one of them lost alone is signal, and an own order where you had opened it.',
    ]);
  });
});

describe('funding as an account met it', () => {
  const DUE_MS = T0 + 8 * HOUR_MS;
  const fill = (eventTimeMs: number, side: 'buy' | 'sell', qtyBase: string): EngineEvent => ({
    kind: 'FillBooked',
    via: 'stream',
    purpose: 'entry',
    proposalId: null,
    proposedPrice: null,
    fill: {
      fillId: String(eventTimeMs),
      venueOrderId: '1',
      clientOrderId: 'c',
      instrumentId: PERP,
      side,
      price: '100',
      qtyBase,
      fee: '0',
      feeAsset: 'USDT',
      liquidity: 'taker',
      eventTimeMs,
      realizedQuote: '0',
    },
  });
  const paid = (eventTimeMs: number, amountQuote: string): EngineEvent => ({
    kind: 'IncomeBooked',
    income: { incomeId: String(eventTimeMs), kind: 'funding', instrumentId: PERP, amountQuote, eventTimeMs },
  });
  const said = (fundingRate: string, nextFundingMs = DUE_MS): EngineEvent => ({
    kind: 'MarkPriceReceived',
    instrumentId: PERP,
    perpetual: { markPrice: '101', fundingRate, nextFundingMs, eventTimeMs: nextFundingMs - 1_000 },
  });
  const logOf = (...events: readonly (readonly [number, EngineEvent])[]): LogRecord[] =>
    events.map(([timeMs, event], at) => ({ seq: at + 1, timeMs, event }));
  const fundingOf = (ledger: readonly LogRecord[], market: readonly LogRecord[] = []) => {
    const funding = new LivedFunding(ledger, T0, T0 + 24 * HOUR_MS);
    for (const record of market) funding.read(record);
    return funding;
  };

  it('is what was booked on what was held just before, however late it was dated', () => {
    const ledger = logOf(
      [T0, fill(T0, 'sell', '3')],
      [DUE_MS - 1, fill(DUE_MS - 1, 'buy', '1')],
      [DUE_MS + 900, fill(DUE_MS + 900, 'buy', '2')],
      [DUE_MS + 40_000, paid(DUE_MS + 1_200, '0.02')],
    );
    expect(fundingOf(ledger, logOf([DUE_MS - 1_000, said('0.0004')])).eventsOf(PERP)).toEqual([
      { timeMs: DUE_MS, rate: 0.01, markPrice: 1, booked: { qtyBase: '-2', amountQuote: '0.02' } },
    ]);
  });

  it('is what the venue said last where nothing was held', () => {
    const market = logOf(
      [T0, said('0.0001')],
      [DUE_MS - 500, said('0.0003')],
      [DUE_MS + 500, said('0.0009', DUE_MS * 2)],
    );
    expect(fundingOf([], market).eventsOf(PERP)).toEqual([{ timeMs: DUE_MS, rate: 0.0003, markPrice: 101 }]);
  });

  it('is none where something was held and nothing booked', () => {
    const ledger = logOf([T0, fill(T0, 'buy', '1')]);
    expect(fundingOf(ledger, logOf([T0, said('0.0001')])).eventsOf(PERP)).toEqual([]);
  });

  it('is not known where the re-run alone held something and nobody kept what the venue said', () => {
    const rerun = logOf([T0, fill(T0, 'buy', '1')]);
    expect(fundingOf([]).unknownOf([PERP], rerun)).toBe(2);
    expect(fundingOf([], logOf([T0, said('0.0001')])).unknownOf([PERP], rerun)).toBe(1);
    expect(fundingOf(rerun).unknownOf([PERP], rerun)).toBe(0);
  });
});
