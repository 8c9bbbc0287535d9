/** The indicators a chart offers: how each is drawn, its history in one go, and its value on the candle still open. */

import type { Candle, CandleColumns } from '../domain/candle.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { assertFiniteCandle } from './candle-input.ts';
import {
  type ChosenIndicator,
  computeLines,
  copyState,
  type IndicatorParameter,
  type RunningIndicator,
} from './indicator-definition.ts';
import { INDICATORS } from './indicator-table.ts';

/** `price`: over the candles; `own`: in a pane below. */
export type ChartPane = 'price' | 'own';

export interface ChartLine {
  readonly id: string;
  readonly label: string;
  readonly form: 'line' | 'histogram' | 'dots';
}

export interface ChartIndicator {
  /** The name in the indicator catalogue. */
  readonly id: string;
  readonly label: string;
  readonly pane: ChartPane;
  readonly lines: readonly ChartLine[];
  readonly parameters: readonly IndicatorParameter[];
  /** Values worth a horizontal line in the pane, such as 30 and 70. */
  readonly levels: readonly number[];
}

const line = (id: string, label: string, form: ChartLine['form'] = 'line'): ChartLine => ({ id, label, form });
const BAND_LINES = [line('upper', 'Upper'), line('middle', 'Middle'), line('lower', 'Lower')];

function chartIndicator(
  id: string,
  label: string,
  pane: ChartPane,
  lines: readonly ChartLine[] = [line(id, label)],
  levels: readonly number[] = [],
): ChartIndicator {
  return { id, label, pane, lines, levels, parameters: INDICATORS.get(id)?.parameters ?? [] };
}

/** In the order of the chart's menu. */
export const CHART_INDICATORS: readonly ChartIndicator[] = [
  chartIndicator('ema', 'EMA', 'price'),
  chartIndicator('sma', 'SMA', 'price'),
  chartIndicator('wma', 'WMA', 'price'),
  chartIndicator('hma', 'Hull MA', 'price'),
  chartIndicator('kama', 'Kaufman MA', 'price'),
  chartIndicator('vwma', 'Volume-weighted MA', 'price'),
  chartIndicator('vwap', 'VWAP (UTC day)', 'price'),
  chartIndicator('bbands', 'Bollinger bands', 'price', BAND_LINES),
  chartIndicator('keltner', 'Keltner channel', 'price', BAND_LINES),
  chartIndicator('donchian', 'Donchian channel', 'price', BAND_LINES),
  chartIndicator('supertrend', 'SuperTrend', 'price', [
    line('line', 'SuperTrend'),
    line('falling', 'Falling'),
    line('rising', 'Rising'),
  ]),
  chartIndicator('sar', 'Parabolic SAR', 'price', [line('sar', 'SAR', 'dots')]),
  chartIndicator('ichimoku', 'Ichimoku', 'price', [
    line('conversion', 'Conversion'),
    line('base', 'Base'),
    line('leading-a', 'Leading A'),
    line('leading-b', 'Leading B'),
  ]),
  chartIndicator('rsi', 'RSI', 'own', undefined, [30, 70]),
  chartIndicator('macd', 'MACD', 'own', [
    line('macd', 'MACD'),
    line('signal', 'Signal'),
    line('histogram', 'Histogram', 'histogram'),
  ]),
  chartIndicator('stoch', 'Stochastic', 'own', [line('k', '%K'), line('d', '%D')], [20, 80]),
  chartIndicator('stochrsi', 'Stochastic RSI', 'own', [line('k', '%K'), line('d', '%D')], [20, 80]),
  chartIndicator('cci', 'CCI', 'own', undefined, [-100, 100]),
  chartIndicator('willr', 'Williams %R', 'own', undefined, [-80, -20]),
  chartIndicator('adx', 'ADX', 'own', undefined, [25]),
  chartIndicator('aroonosc', 'Aroon oscillator', 'own', undefined, [0]),
  chartIndicator('atr', 'ATR', 'own'),
  chartIndicator('natr', 'ATR, percent of price', 'own'),
  chartIndicator('mfi', 'Money flow index', 'own', undefined, [20, 80]),
  chartIndicator('cmf', 'Chaikin money flow', 'own', undefined, [0]),
  chartIndicator('obv', 'On-balance volume', 'own'),
  chartIndicator('roc', 'Rate of change', 'own', undefined, [0]),
];

export type ChartIndicatorError = { readonly kind: 'unknown-indicator' | 'bad-parameter'; readonly message: string };

/**
 * A chart's indicator over one instrument: history first, then live candles. Values come in the order of the
 * indicator's `lines`, NaN where a line has no value (yet).
 */
export class LiveIndicator {
  readonly chart: ChartIndicator;
  private readonly chosen: ChosenIndicator;
  private readonly running: RunningIndicator;
  private readonly scratch: RunningIndicator;

  private constructor(chart: ChartIndicator, chosen: ChosenIndicator) {
    this.chart = chart;
    this.chosen = chosen;
    this.running = chosen.definition.create(chosen.parameters);
    this.scratch = chosen.definition.create(chosen.parameters);
  }

  /** `parameters` in the order of the indicator's own; those left out take their standard values. */
  static create(id: string, parameters: readonly number[] = []): Result<LiveIndicator, ChartIndicatorError> {
    const chart = CHART_INDICATORS.find((entry) => entry.id === id);
    const definition = INDICATORS.get(id);
    if (!chart || !definition) return fail({ kind: 'unknown-indicator', message: `charts have no indicator "${id}"` });
    const values = definition.parameters.map((spec, i) => parameters[i] ?? spec.standard);
    const wrong = definition.parameters.find((spec, i) => !fits(spec, values[i]!));
    if (wrong || parameters.length > values.length) {
      return fail({
        kind: 'bad-parameter',
        message: `${chart.label}: ${wrong?.name ?? 'one parameter'} is out of range`,
      });
    }
    const conflict = definition.conflict?.(values);
    if (conflict) return fail({ kind: 'bad-parameter', message: `${chart.label}: ${conflict}` });
    return ok(new LiveIndicator(chart, { definition, parameters: values }));
  }

  /**
   * The lines over closed candles; this indicator then continues after the last of them, whatever it had seen before.
   * @throws RangeError naming row and field when a candle is not finite.
   */
  load(candles: CandleColumns): Float64Array[] {
    const { definition, parameters } = this.chosen;
    const fresh = definition.create(parameters);
    const lines = computeLines(this.chosen, candles, fresh);
    copyState(fresh, this.running);
    return lines;
  }

  /** The values of the next closed candle. @throws RangeError naming the field when it is not finite. */
  update(candle: Candle): Float64Array {
    assertFiniteCandle(candle);
    return step(this.running, candle, this.chart.lines.length);
  }

  /**
   * The values the candle still open would have if it closed as it stands; nothing is remembered.
   * @throws RangeError naming the field when it is not finite.
   */
  peek(candle: Candle): Float64Array {
    assertFiniteCandle(candle);
    copyState(this.running, this.scratch);
    return step(this.scratch, candle, this.chart.lines.length);
  }
}

function step(running: RunningIndicator, candle: Candle, lines: number): Float64Array {
  const out = new Float64Array(lines);
  running.step(candle, out);
  return out;
}

function fits(spec: IndicatorParameter, value: number): boolean {
  return value >= spec.least && value <= spec.most && (!spec.whole || Number.isInteger(value));
}
