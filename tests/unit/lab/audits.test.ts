import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { Ema } from '../../../main/engine/features/indicators/moving-averages.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { type BacktestPlan, runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../../main/lab/backtest/settings.ts';
import { type TraceDecisions, traceOver } from '../../../main/lab/honesty/decision-trace.ts';
import { auditLookAhead } from '../../../main/lab/honesty/look-ahead-audit.ts';
import { auditWarmUp } from '../../../main/lab/honesty/warm-up-audit.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import {
  type Desk,
  defineStrategy,
  type StrategyDefinition,
  type StrategyFill,
} from '../../../main/lab/strategy/strategy.ts';
import { randomWalkCandles, without } from '../../support/candle-columns.ts';
import { LOOK_AHEAD_PLANTS, plantLookAhead } from '../../support/planted-look-ahead.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

const BARS = 3_000;
const SETTINGS = { ...REFERENCE, makerFee: 0.001, takerFee: 0.001 };
const { next } = createRandom(11);
const CANDLES = randomWalkCandles(BARS, next);

const MARKETS = [{ candles: CANDLES }];
const CROSS: BacktestPlan = {
  strategy: smaCross,
  params: { fast: 10, slow: 30, qty: 1 },
  markets: MARKETS,
  settings: SETTINGS,
};
const planOf = (strategy: StrategyDefinition): BacktestPlan => ({ strategy, markets: MARKETS, settings: SETTINGS });

/** A strategy that a test writes for each stretch of candles. */
const scripted = (on: (candles: CandleColumns) => (bar: number, desk: Desk) => void): TraceDecisions =>
  traceOver(CROSS, ({ markets, ...stretch }) => ({
    ...stretch,
    params: {},
    markets,
    strategy: scriptedStrategy(on(markets[0]!.candles)),
  }));

/** Long above the average, short below it; sized and bracketed from what it knows. */
const emaSide = (period: number): BacktestPlan =>
  planOf(
    defineStrategy({
      name: 'ema-side',
      title: 'EMA side',
      about: 'Stands on the side of the average that the close is on.',
      params: {},
      start({ track }) {
        const ema = track(new Ema(period));
        return {
          onCandle({ close }, desk) {
            const [direction, side] = close > ema.value ? (['long', 1] as const) : (['short', -1] as const);
            desk.enter(direction, { share: 1, stop: close * (1 - side * 0.02), target: close * (1 + side * 0.03) });
          },
        };
      },
    }),
  );

describe('look-ahead audit', () => {
  it.each([
    ['a moving-average cross', CROSS],
    ['an average with brackets, sized by equity', emaSide(20)],
  ])('finds nothing in %s', (_, plan) => {
    const { holds, found, cuts, decisions } = auditLookAhead(traceOver(plan), BARS);
    expect([holds, found]).toEqual([true, []]);
    expect(cuts).toBeGreaterThan(25);
    expect(decisions).toBeGreaterThan(30);
  });

  it.each(LOOK_AHEAD_PLANTS)('catches an indicator %s', (plant) => {
    const { holds, found } = auditLookAhead(
      traceOver(CROSS, (stretch) => plantLookAhead(plant, stretch)),
      BARS,
    );
    expect(holds).toBe(false);
    const { bar, cutBar, withFuture, withoutFuture } = found[0]!;
    expect(bar).toBeLessThan(cutBar);
    expect(withFuture).not.toEqual(withoutFuture);
  });

  it('catches a threshold taken from the whole series', () => {
    const trace = scripted(({ close }) => {
      const middle = close.toSorted()[close.length >> 1]!;
      return (bar, desk) => (close[bar]! < middle ? desk.enter('long', { qty: 1 }) : desk.exit());
    });
    expect(auditLookAhead(trace, BARS).holds).toBe(false);
  });

  it('catches a stop that only the future explains', () => {
    const trace = scripted(({ close, low }) => (bar, desk) => {
      if (bar % 100 === 50) desk.enter('long', { qty: 1, stop: (low[bar + 1] ?? close[bar]!) * 0.999 });
    });
    const { found } = auditLookAhead(trace, BARS);
    expect(found[0]).toMatchObject({ withFuture: { side: 1, qty: 1 }, withoutFuture: { side: 1, qty: 1 } });
  });

  it('says of a strategy that never trades that nothing was decided', () => {
    const { holds, decisions } = auditLookAhead(
      scripted(() => () => undefined),
      BARS,
    );
    expect([holds, decisions]).toEqual([true, 0]);
  });
});

describe('warm-up audit', () => {
  it('holds where the window is the whole memory', () => {
    const { kind, warmUpBars, starts, enoughBars } = auditWarmUp(traceOver(CROSS), BARS);
    expect([kind, warmUpBars, enoughBars]).toEqual(['holds', 29, null]);
    for (const { comparedBars } of starts) expect(comparedBars).toBeGreaterThan(500);
  });

  it('fails where an average still remembers its start, and says what would do', () => {
    const { kind, starts, enoughBars } = auditWarmUp(traceOver(emaSide(50)), BARS, 50);
    expect(kind).toBe('fails');
    const failed = starts.find(({ differsAtBar }) => differsAtBar !== null)!;
    expect(failed.differsAtBar).toBeGreaterThanOrEqual(failed.startBar + 50);
    expect(enoughBars).toBeGreaterThan(50);
    expect(auditWarmUp(traceOver(emaSide(50)), BARS, enoughBars!).kind).toBe('holds');
  });

  it('fails where the number of bars since the start decides', () => {
    const counting = scripted(
      () => (bar, desk) => (bar % 7 === 0 ? desk.enter('long', { qty: 1 }) : bar % 7 === 3 ? desk.exit() : undefined),
    );
    expect(auditWarmUp(counting, BARS, 10)).toMatchObject({ kind: 'fails', enoughBars: null });
  });

  it('is inconclusive where the runs never stand alike', () => {
    const holdForEver = scripted(() => (_, desk) => desk.enter('long', { qty: 1 }));
    expect(auditWarmUp(holdForEver, BARS, 5).kind).toBe('inconclusive');
  });
});

describe('decisions', () => {
  /** Long of the first while it is dearer than its second, short of the second beside it. */
  const pair = defineStrategy({
    name: 'pair',
    title: 'Pair',
    about: 'Two instruments together.',
    params: {},
    instruments: 2,
    start({ track }) {
      const [own, other] = [track(new Ema(20)), track(new Ema(20), { instrument: 1 })];
      return {
        onCandle({ instrument }, desk) {
          if (instrument !== 1) return;
          if (own.value > other.value) {
            desk.of(0).enter('long', { share: 0.4 });
            desk.of(1).enter('short', { share: 0.4 });
          } else {
            desk.of(0).exit();
            desk.of(1).exit();
          }
        },
      };
    },
  });
  const SECOND = randomWalkCandles(BARS, createRandom(17).next);
  const plan: BacktestPlan = {
    ...planOf(pair),
    // The second begins later and has a hole: bars are those of either.
    markets: [{ candles: CANDLES }, { candles: without(SECOND, (bar) => bar < 100 || (bar > 900 && bar < 950)) }],
  };

  it('of two instruments together are told apart, and audited', () => {
    const { decisions, sides, askedFromBar } = traceOver(plan)(0, BARS);
    expect(sides.map(({ length }) => length)).toEqual([BARS, BARS]);
    expect(askedFromBar).toBe(119);
    expect(new Set(decisions.map(({ instrument, side }) => `${instrument}: ${side}`))).toEqual(
      new Set(['0: 1', '1: -1', '0: 0', '1: 0']),
    );
    expect(auditLookAhead(traceOver(plan), BARS)).toMatchObject({ holds: true });
    for (const plant of LOOK_AHEAD_PLANTS)
      expect(
        auditLookAhead(
          traceOver(plan, (stretch) => plantLookAhead(plant, stretch)),
          BARS,
        ).holds,
      ).toBe(false);
  });

  it('leave the run as it is', () => {
    const { decisions } = traceOver(CROSS)(0, BARS);
    const { trades, fills } = runBacktest(CROSS);
    expect(decisions.filter(({ bar }) => bar < BARS - 1).length).toBe(fills);
    expect(decisions[0]!.bar + 1).toBe(trades[0]!.entryBar);
  });

  it('taken when an order of it fills belong to that bar, and a class may take them', () => {
    class Chain {
      readonly #closes: number[] = [];
      onCandle({ close }: { close: number }, desk: Desk): void {
        this.#closes.push(close);
        if (this.#closes.length % 50 === 1) desk.rest('buy', 1, close * 0.999);
      }
      onFill({ side, price }: StrategyFill, desk: Desk): void {
        if (side === 'buy') desk.rest('sell', 1, Math.max(price, this.#closes.at(-1)!) * 1.001);
      }
    }
    const chain = planOf(
      defineStrategy({
        name: 'chain',
        title: 'Chain',
        about: 'Sells what it bought.',
        params: {},
        start: () => new Chain(),
      }),
    );
    const { decisions } = traceOver(chain)(0, BARS);
    expect(decisions.some(({ side }) => side === -1)).toBe(true);
    expect(auditLookAhead(traceOver(chain), BARS)).toMatchObject({ holds: true, decisions: decisions.length });
  });

  it('count where a model speaks and where an order rests', () => {
    const speaking = defineStrategy({
      name: 'speaking',
      title: 'Speaking',
      about: 'Rests a bid where a model says up.',
      params: {},
      start: () => ({
        onPrediction({ probability }, desk) {
          if (probability > 0.9) desk.rest('buy', 1, 90);
        },
      }),
    });
    const predictions = CANDLES.close.map((_, bar) => (bar % 500 === 7 ? 0.95 : 0.5));
    const { decisions } = traceOver({ ...planOf(speaking), markets: [{ candles: CANDLES, predictions }] })(0, 1_200);
    expect(decisions.map(({ bar, side, qty, restPrice }) => [bar, side, qty, restPrice])).toEqual([
      [7, 1, 1, 90],
      [507, 1, 1, 90],
      [1_007, 1, 1, 90],
    ]);
  });
});
