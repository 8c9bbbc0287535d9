/** Catalogue: averages, bands, price transforms and statistics: what is drawn over the candles, mostly. */

import type { Candle } from '../domain/candle.ts';
import { bars, factor, type IndicatorDefinition, type IndicatorParameter, running } from './indicator-definition.ts';
import { Hma, Kama, T3, Vwma } from './indicators/adaptive-averages.ts';
import { Dema, Ema, Sma, Smma, Tema, Trima, Wma } from './indicators/moving-averages.ts';
import { averagePrice, HeikinAshi, medianPrice, typicalPrice, weightedClose } from './indicators/price-transforms.ts';
import { LinearRegression } from './indicators/regression.ts';
import { Beta, Correlation, MeanDeviation, WindowExtreme, WindowSum } from './indicators/statistics.ts';
import { MidRange } from './indicators/stochastics.ts';
import { AccelerationBands, Bollinger, Donchian, Keltner, StdDev, Variance } from './indicators/volatility.ts';

interface OfClose {
  update(close: number): number;
}

/** One line of the close. */
function ofClose(
  name: string,
  parameters: readonly IndicatorParameter[],
  create: (p: readonly number[]) => OfClose,
): IndicatorDefinition {
  return {
    name,
    parameters,
    columns: (p) => [[name.toUpperCase(), ...p].join('_')],
    create: running(create, (state, candle, out) => {
      out[0] = state.update(candle.close);
    }),
  };
}

function transform(name: string, of: (candle: Candle) => number): IndicatorDefinition {
  return {
    name,
    parameters: [],
    columns: () => [name.toUpperCase()],
    create: running(
      () => ({}),
      (_, candle, out) => {
        out[0] = of(candle);
      },
    ),
  };
}

function ofRegression(name: string, of: (line: LinearRegression) => number): IndicatorDefinition {
  return {
    name,
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`${name.toUpperCase()}_${n}`],
    create: running(
      ([n]) => new LinearRegression(n!),
      (line, candle, out) => {
        line.update(candle.close);
        out[0] = of(line);
      },
    ),
  };
}

const AVERAGES: readonly IndicatorDefinition[] = [
  ofClose('sma', [bars('period', 20)], ([n]) => new Sma(n!)),
  ofClose('ema', [bars('period', 20)], ([n]) => new Ema(n!)),
  ofClose('wma', [bars('period', 20)], ([n]) => new Wma(n!)),
  ofClose('dema', [bars('period', 20)], ([n]) => new Dema(n!)),
  ofClose('tema', [bars('period', 20)], ([n]) => new Tema(n!)),
  ofClose('trima', [bars('period', 20)], ([n]) => new Trima(n!)),
  ofClose('kama', [bars('period', 20, 2)], ([n]) => new Kama(n!)),
  ofClose('t3', [bars('period', 5), factor('factor', 0.7)], ([n, v]) => new T3(n!, v!)),
  ofClose('hma', [bars('period', 14, 2)], ([n]) => new Hma(n!)),
  ofClose('smma', [bars('period', 20)], ([n]) => new Smma(n!)),
  {
    name: 'vwma',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`VWMA_${n}`],
    create: running(
      ([n]) => new Vwma(n!),
      (state, { close, volume }, out) => {
        out[0] = state.update(close, volume);
      },
    ),
  },
  ofClose('stddev', [bars('period', 20), factor('multiple', 1)], ([n, k]) => new StdDev(n!, k!)),
  {
    // TA-Lib takes a number of deviations for VAR, too, and makes no use of it.
    ...ofClose('var', [bars('period', 20)], ([n]) => new Variance(n!)),
    columns: ([n]) => [`VAR_${n}_1`],
  },
  ofClose('avgdev', [bars('period', 14)], ([n]) => new MeanDeviation(n!)),
  ofClose('max', [bars('period', 30)], ([n]) => new WindowExtreme(n!, 1)),
  ofClose('min', [bars('period', 30)], ([n]) => new WindowExtreme(n!, -1)),
  ofClose('sum', [bars('period', 30)], ([n]) => new WindowSum(n!)),
  ofRegression('linearreg', (line) => line.intercept + line.slope * line.span),
  ofRegression('linearreg_slope', (line) => line.slope),
  ofRegression('linearreg_intercept', (line) => line.intercept),
  ofRegression('linearreg_angle', (line) => line.angle),
  ofRegression('tsf', (line) => line.forecast),
];

const PRICES: readonly IndicatorDefinition[] = [
  transform('avgprice', averagePrice),
  transform('medprice', medianPrice),
  transform('typprice', typicalPrice),
  transform('wclprice', weightedClose),
  {
    name: 'heikin_ashi',
    parameters: [],
    columns: () => ['OPEN', 'HIGH', 'LOW', 'CLOSE'].map((part) => `HEIKIN_ASHI_${part}`),
    create: running(
      () => new HeikinAshi(),
      (state, candle, out) => {
        out[3] = state.update(candle);
        out[0] = state.open;
        out[1] = state.high;
        out[2] = state.low;
      },
    ),
  },
  {
    name: 'midpoint',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`MIDPOINT_${n}`],
    create: running(
      ([n]) => new MidRange(n!),
      (state, { close }, out) => {
        out[0] = state.update(close, close);
      },
    ),
  },
  {
    name: 'midprice',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`MIDPRICE_${n}`],
    create: running(
      ([n]) => new MidRange(n!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
  },
  {
    name: 'correl',
    parameters: [bars('period', 30)],
    columns: ([n]) => [`CORREL_HIGH_LOW_${n}`],
    create: running(
      ([n]) => new Correlation(n!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
  },
  {
    name: 'beta',
    parameters: [bars('period', 5)],
    columns: ([n]) => [`BETA_HIGH_LOW_${n}`],
    create: running(
      ([n]) => new Beta(n!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
  },
];

const BANDS: readonly IndicatorDefinition[] = [
  {
    name: 'bbands',
    parameters: [bars('period', 20), factor('deviations', 2)],
    columns: ([n, k]) => ['UPPER', 'MIDDLE', 'LOWER'].map((part) => `BBANDS_${n}_${k}_${k}_SMA_${part}`),
    create: running(
      ([n, k]) => new Bollinger(n!, k!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.upper;
        out[1] = state.middle;
        out[2] = state.lower;
      },
    ),
  },
  {
    name: 'accbands',
    parameters: [bars('period', 20)],
    columns: ([n]) => ['UPPER', 'MIDDLE', 'LOWER'].map((part) => `ACCBANDS_${n}_${part}`),
    create: running(
      ([n]) => new AccelerationBands(n!),
      (state, { high, low, close }, out) => {
        out[1] = state.update(high, low, close);
        out[0] = state.upper;
        out[2] = state.lower;
      },
    ),
  },
  {
    name: 'keltner',
    parameters: [bars('ema', 20), bars('atr', 10), factor('multiple', 2)],
    columns: ([n, a, k]) => ['UPPER', 'MIDDLE', 'LOWER'].map((part) => `KELTNER_EMA${n}_ATR${a}_${k}_${part}`),
    create: running(
      ([n, a, k]) => new Keltner(n!, a!, k!),
      (state, { high, low, close }, out) => {
        out[1] = state.update(high, low, close);
        out[0] = state.upper;
        out[2] = state.lower;
      },
    ),
  },
  {
    name: 'donchian',
    parameters: [bars('period', 20)],
    columns: ([n]) => ['UPPER', 'MIDDLE', 'LOWER'].map((part) => `DONCHIAN_${n}_PREVIOUS_BARS_${part}`),
    create: running(
      ([n]) => new Donchian(n!),
      (state, { high, low }, out) => {
        out[1] = state.update(high, low);
        out[0] = state.upper;
        out[2] = state.lower;
      },
    ),
  },
];

export const AVERAGE_INDICATORS: readonly IndicatorDefinition[] = [...AVERAGES, ...PRICES, ...BANDS];
