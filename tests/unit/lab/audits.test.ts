import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { Ema } from '../../../main/engine/features/indicators/moving-averages.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { REFERENCE } from '../../../main/lab/backtest/settings.ts';
import { type TraceDecisions, type Traced, traceOver } from '../../../main/lab/honesty/decision-trace.ts';
import { auditLookAhead } from '../../../main/lab/honesty/look-ahead-audit.ts';
import { auditWarmUp } from '../../../main/lab/honesty/warm-up-audit.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { type Desk, defineStrategy } from '../../../main/lab/strategy/strategy.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { LOOK_AHEAD_PLANTS, plantLookAhead, seeing } from '../../support/planted-look-ahead.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

const BARS = 3_000;
const SETTINGS = { ...REFERENCE, makerFee: 0.001, takerFee: 0.001 };
const { next } = createRandom(11);
const CANDLES = randomWalkCandles(BARS, next);

const cross = (): Traced => ({ strategy: smaCross, params: { fast: 10, slow: 30, qty: 1 } });
const tracing = (make: (candles: CandleColumns) => Traced): TraceDecisions => traceOver(CANDLES, SETTINGS, make);

const scripted = (onBar: (bar: number, desk: Desk) => void): Traced => ({ strategy: scriptedStrategy(onBar) });

/** Long above the average, short below it; sized and bracketed from what it knows. */
const emaSide = (period: number) => (): Traced => ({
  strategy: defineStrategy({
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
});

describe('look-ahead audit', () => {
  it.each([
    ['a moving-average cross', cross],
    ['an average with brackets, sized by equity', emaSide(20)],
  ])('finds nothing in %s', (_, make) => {
    const { holds, found, cuts, decisions } = auditLookAhead(tracing(make), BARS);
    expect([holds, found]).toEqual([true, []]);
    expect(cuts).toBeGreaterThan(25);
    expect(decisions).toBeGreaterThan(30);
  });

  it.each(LOOK_AHEAD_PLANTS)('catches an indicator %s', (plant) => {
    const { holds, found } = auditLookAhead(
      tracing((candles) => ({ ...cross(), strategy: seeing(smaCross, plantLookAhead(plant, candles)) })),
      BARS,
    );
    expect(holds).toBe(false);
    const { bar, cutBar, withFuture, withoutFuture } = found[0]!;
    expect(bar).toBeLessThan(cutBar);
    expect(withFuture).not.toEqual(withoutFuture);
  });

  it('catches a threshold taken from the whole series', () => {
    const make = ({ close }: CandleColumns): Traced => {
      const middle = close.toSorted()[close.length >> 1]!;
      return scripted((bar, desk) => (close[bar]! < middle ? desk.enter('long', { qty: 1 }) : desk.exit()));
    };
    expect(auditLookAhead(tracing(make), BARS).holds).toBe(false);
  });

  it('catches a stop that only the future explains', () => {
    const make = ({ close, low }: CandleColumns): Traced =>
      scripted((bar, desk) => {
        if (bar % 100 === 50) desk.enter('long', { qty: 1, stop: (low[bar + 1] ?? close[bar]!) * 0.999 });
      });
    const { found } = auditLookAhead(tracing(make), BARS);
    expect(found[0]).toMatchObject({ withFuture: { side: 1, qty: 1 }, withoutFuture: { side: 1, qty: 1 } });
  });

  it('says of a strategy that never trades that nothing was decided', () => {
    const { holds, decisions } = auditLookAhead(
      tracing(() => scripted(() => undefined)),
      BARS,
    );
    expect([holds, decisions]).toEqual([true, 0]);
  });
});

describe('warm-up audit', () => {
  it('holds where the window is the whole memory', () => {
    const { kind, starts, enoughBars } = auditWarmUp(tracing(cross), BARS, 29);
    expect([kind, enoughBars]).toEqual(['holds', null]);
    for (const { comparedBars } of starts) expect(comparedBars).toBeGreaterThan(500);
  });

  it('fails where an average still remembers its start, and says what would do', () => {
    const { kind, starts, enoughBars } = auditWarmUp(tracing(emaSide(200)), BARS, 200);
    expect(kind).toBe('fails');
    const failed = starts.find(({ differsAtBar }) => differsAtBar !== null)!;
    expect(failed.differsAtBar).toBeGreaterThanOrEqual(failed.startBar + 200);
    expect(enoughBars).toBeGreaterThan(200);
    expect(auditWarmUp(tracing(emaSide(200)), BARS, enoughBars!).kind).toBe('holds');
  });

  it('fails where the number of bars since the start decides', () => {
    const counting = (): Traced =>
      scripted((bar, desk) =>
        bar % 7 === 0 ? desk.enter('long', { qty: 1 }) : bar % 7 === 3 ? desk.exit() : undefined,
      );
    expect(auditWarmUp(tracing(counting), BARS, 10)).toMatchObject({ kind: 'fails', enoughBars: null });
  });

  it('is inconclusive where the runs never stand alike', () => {
    const holdForEver = (): Traced => scripted((_, desk) => desk.enter('long', { qty: 1 }));
    expect(auditWarmUp(tracing(holdForEver), BARS, 5).kind).toBe('inconclusive');
  });
});
