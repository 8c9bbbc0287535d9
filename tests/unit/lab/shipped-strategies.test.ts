import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { createRandom, type Random } from '../../../main/engine/kernel/random.ts';
import { type BacktestPlan, runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../../main/lab/backtest/settings.ts';
import { traceOver } from '../../../main/lab/honesty/decision-trace.ts';
import { auditLookAhead } from '../../../main/lab/honesty/look-ahead-audit.ts';
import { auditWarmUp, traceForWarmUp } from '../../../main/lab/honesty/warm-up-audit.ts';
import { SHIPPED } from '../../../main/lab/strategies/shipped.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { LOOK_AHEAD_PLANTS, plantLookAhead } from '../../support/planted-look-ahead.ts';

const BARS = 2_500;

/** A walk whose volume goes up and down too. */
function walk(random: Random): CandleColumns {
  const candles = randomWalkCandles(BARS, random.next);
  return { ...candles, volume: candles.volume.map(() => 500 + 1_500 * random.next()) };
}

/** Parameters that let a strategy trade often on few bars. */
const QUICK: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  momentum: { bars: 10, volumeBars: 10, volumeTimes: 1.1 },
  'mean-reversion': { width: 1, rsiBelow: 45 },
  'donchian-breakout': { entryBars: 12, exitBars: 5, shorts: 1 },
  pairs: { bars: 60, enterAt: 1.5, leaveAt: 0.3 },
};

function planOf(name: string): BacktestPlan {
  const strategy = SHIPPED.find((each) => each.name === name)!;
  const random = createRandom(17);
  const markets = Array.from({ length: strategy.instruments ?? 1 }, () => ({ candles: walk(random) }));
  const predictions = Float64Array.from(markets[0]!.candles.close, (close, bar) => {
    const past = markets[0]!.candles.close[bar - 1] ?? close;
    return close > past ? 0.7 : 0.3;
  });
  const settings = { ...REFERENCE, makerFee: 0.001, takerFee: 0.001 };
  const given = name === 'model-driven' ? [{ ...markets[0]!, predictions }] : markets;
  return { strategy, params: QUICK[name] ?? {}, markets: given, settings };
}

describe.each(SHIPPED.map(({ name }) => name))('%s', (name) => {
  const plan = planOf(name);

  it('trades, and what it is worth adds up', () => {
    const { trades, equityQuote, costs } = runBacktest(plan);
    expect(trades.length).toBeGreaterThan(10);
    expect(equityQuote.every(Number.isFinite)).toBe(true);
    expect(costs.fees).toBeGreaterThan(0);
  });

  it('passes the look-ahead audit, which catches every mistake planted into it', () => {
    expect(auditLookAhead(traceOver(plan), BARS)).toMatchObject({ holds: true, found: [] });
    for (const plant of LOOK_AHEAD_PLANTS) {
      const audit = auditLookAhead(
        traceOver(plan, (stretch) => plantLookAhead(plant, stretch)),
        BARS,
      );
      expect(audit.holds, plant).toBe(false);
    }
  });

  it('agrees with itself when it is started later, after a warm-up that the audit names', () => {
    const { kind, enoughBars } = auditWarmUp(traceForWarmUp(plan), BARS);
    expect(kind === 'fails' && enoughBars === null).toBe(false);
  });

  it('says of itself what a form needs', () => {
    const { title, about, params } = plan.strategy;
    expect([title.length > 3, about.endsWith('.')]).toEqual([true, true]);
    for (const { standard, least, most, about: words } of Object.values(params)) {
      expect(standard).toBeGreaterThanOrEqual(least);
      expect(standard).toBeLessThanOrEqual(most);
      expect(words.length).toBeGreaterThan(4);
    }
    expect(
      plan.strategy.conflict?.(Object.fromEntries(Object.entries(params).map(([key, each]) => [key, each.standard]))) ??
        null,
    ).toBeNull();
  });
});
