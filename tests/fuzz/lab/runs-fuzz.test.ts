import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { checkPlan } from '../../../main/lab/desk/check-plan.ts';
import { strategyNamed } from '../../../main/lab/strategies/shipped.ts';
import { breakdownOf } from '../../../main/lab/workers/breakdown.ts';
import { heldCurve } from '../../../main/lab/workers/held-curve.ts';
import { joinCandles } from '../../../main/lab/workers/join-candles.ts';
import { mandateAsked } from '../../../main/lab/workers/planned-mandate.ts';
import { calendarOf, distributionOf, figuresOf, seriesOf, tradeColumns } from '../../../main/lab/workers/run-views.ts';
import { RunWatch } from '../../../main/lab/workers/run-watch.ts';
import { mandateLoop } from '../../../main/lab/workers/signed-loop.ts';
import { TimeSteps } from '../../../main/lab/workers/time-steps.ts';
import {
  type LabMandate,
  type LabPerson,
  labContract,
  labRunSchema,
  type RunPlan,
} from '../../../preload/lab-contract.ts';
import { LAB_PLAN } from '../../support/memory-lab.ts';

const anyNumber = fc.oneof(
  fc.integer({ min: -5, max: 6_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e-300, 1e300),
);
const axis = fc.record({
  name: fc.constantFrom('fast', 'slow', 'share', 'none', '__proto__'),
  values: fc.array(anyNumber, { minLength: 2, maxLength: 4 }),
});
const settings = fc.record({
  cashQuote: fc.double({ min: 1, max: 1e12, noNaN: true }),
  makerFee: fc.double({ min: -0.01, max: 0.1, noNaN: true }),
  takerFee: fc.double({ min: 0, max: 0.1, noNaN: true }),
  slippageBps: fc.double({ min: 0, max: 1_000, noNaN: true }),
  impact: fc.double({ min: 0, max: 10, noNaN: true }),
  latencyMs: fc.double({ min: 0, max: 600_000, noNaN: true }),
  shorts: fc.boolean(),
  leverageMax: fc.double({ min: 0.01, max: 125, noNaN: true }),
});
const params = fc.dictionary(fc.constantFrom('fast', 'slow', 'share', 'qty', 'other', '__proto__'), anyNumber);
const probability = fc.double({ min: 0, max: 1, noNaN: true });
const mandate: fc.Arbitrary<LabMandate> = fc.record({
  notionalQuoteMax: fc.constantFrom('1', '250.5', '1000000'),
  minProbability: probability,
  fromHourUtc: fc.nat({ max: 23 }),
  toHourUtc: fc.nat({ max: 24 }),
  validUntilMs: fc.option(fc.nat()),
  supposed: fc.option(probability),
});
const person: fc.Arbitrary<LabPerson> = fc.record({
  medianDelayMs: fc.double({ min: 0, max: 3_600_000, noNaN: true }),
  delaySpread: fc.double({ min: 0, max: 3, noNaN: true }),
  sleepFromHour: fc.nat({ max: 23 }),
  sleepToHour: fc.nat({ max: 24 }),
  approvedShare: probability,
});
const plan: fc.Arbitrary<RunPlan> = fc.record({
  strategy: fc.constantFrom('sma-cross', 'model-driven', 'none', 'constructor'),
  mandate: fc.option(mandate),
  person: fc.option(person),
  model: fc.constantFrom(null, 'reversal-gbt'),
  params,
  sources: fc.constant(LAB_PLAN.sources),
  fromMs: fc.option(fc.nat()),
  toMs: fc.option(fc.nat()),
  settings,
  map: fc.option(fc.record({ x: axis, y: axis })),
  search: fc.option(
    fc.record({
      method: fc.constantFrom('tpe', 'random', 'grid'),
      objectives: fc.constant(['sharpe' as const]),
      ranges: fc.array(
        fc.record({ name: fc.constantFrom('fast', 'slow', 'none', '__proto__'), from: anyNumber, to: anyNumber }),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      trials: fc.integer({ min: 2, max: 100 }),
      holdOutShare: fc.constantFrom(0, 0.2),
      prune: fc.boolean(),
    }),
  ),
});

/** Whatever a market may do: steps of any size, prices from dust to millions, hours without a trade, holes. */
const candles: fc.Arbitrary<CandleColumns> = fc
  .record({
    start: fc.double({ min: 1e-8, max: 1e7, noNaN: true }),
    moves: fc.array(fc.tuple(fc.double({ min: -0.9, max: 3, noNaN: true }), fc.nat({ max: 3 }), fc.nat({ max: 5 })), {
      minLength: 2,
      maxLength: 120,
    }),
  })
  .map(({ start, moves }) => {
    let [timeMs, last] = [1_704_067_200_000, start];
    const rows = moves.map(([move, hole, volume]) => {
      timeMs += 3_600_000 * (1 + hole);
      const open = last;
      last = Math.max(1e-9, open * (1 + move));
      return { timeMs, open, high: Math.max(open, last), low: Math.min(open, last), close: last, volume };
    });
    const column = (name: keyof (typeof rows)[number]): Float64Array => Float64Array.from(rows, (row) => row[name]);
    return {
      openTimeMs: column('timeMs'),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
    };
  });

const outputOf = (name: 'labRunDetail' | 'labCandles') =>
  (labContract[name] as unknown as { '~orpc': { outputSchema: { parse(value: unknown): unknown } } })['~orpc']
    .outputSchema;

describe('plans as screens may send them', () => {
  it('are run or refused in a sentence', () => {
    fc.assert(
      fc.property(plan, (asked) => {
        const checked = checkPlan(asked, strategyNamed(asked.strategy));
        if (!checked.ok) expect(checked.error.text).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });
});

describe('what comes of a run', () => {
  it('fits the contract, whatever the market and the costs', () => {
    const periods = fc.record({ fast: fc.integer({ min: 1, max: 5 }), slow: fc.integer({ min: 6, max: 20 }) });
    fc.assert(
      fc.property(candles, settings, periods, mandate, (columns, costs, given, asked) => {
        const strategy = strategyNamed('sma-cross')!;
        const steps = new TimeSteps(columns.openTimeMs, 40);
        const watch = new RunWatch(
          columns.openTimeMs,
          steps,
          () => undefined,
          () => 0,
        );
        const run = runBacktest({
          strategy: watch.over(strategy, 1),
          params: given,
          markets: [{ candles: columns }],
          settings: costs,
        });
        const signed = runBacktest({
          strategy,
          params: given,
          markets: [{ candles: columns }],
          settings: costs,
          mandate: mandateAsked(asked, ['BTC/USDT']),
        });
        const held = heldCurve([columns], run.openTimeMs);
        labRunSchema.shape.figures.parse(figuresOf(run, held, costs.cashQuote));
        const detail = {
          ...seriesOf(run, held, costs.cashQuote, steps, watch.exposureShare()),
          calendar: calendarOf(run, costs.cashQuote),
          distribution: distributionOf(run),
          map: null,
          walk: null,
          search: null,
          loop: mandateLoop(signed, run, costs.cashQuote),
          asked: null,
          tradesListed: tradeColumns(run, 10).reasons.length,
          instruments: ['BTC/USDT'],
          ...breakdownOf(run, [columns], costs.cashQuote, 3_600_000),
        };
        outputOf('labRunDetail').parse({ ok: true, value: detail });
        const { distribution } = detail;
        expect(distribution.counts.reduce((sum, count) => sum + count, 0)).toBe(run.trades.length);
        const joined = joinCandles(columns, 3_600_000, 7);
        expect(joined.columns.close.at(-1)).toBe(columns.close.at(-1));
        expect(joined.columns.openTimeMs.length).toBeLessThanOrEqual(7);
      }),
    );
  });
});
