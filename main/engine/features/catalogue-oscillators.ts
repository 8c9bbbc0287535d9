/** Catalogue: oscillators and momentum, drawn in panes of their own. */

import { bars, type IndicatorDefinition, running } from './indicator-definition.ts';
import { Cmo, PriceOscillator, RateOfChange, StochRsi, Trix } from './indicators/momentum.ts';
import { Macd, Rsi } from './indicators/oscillators.ts';
import { balanceOfPower, typicalPrice } from './indicators/price-transforms.ts';
import { Cci } from './indicators/statistics.ts';
import {
  Aroon,
  IntradayMomentum,
  Stochastic,
  StochasticFast,
  UltimateOscillator,
  WilliamsR,
} from './indicators/stochastics.ts';
import { AwesomeOscillator, Choppiness, ElderRay } from './indicators/trend.ts';

export function fastBelowSlow([fast, slow]: readonly number[]): string | undefined {
  return fast! < slow! ? undefined : `fast (${fast}) must be below slow (${slow})`;
}

function shortToLong([short, middle, long]: readonly number[]): string | undefined {
  return short! <= middle! && middle! <= long! ? undefined : 'spans go from the shortest to the longest';
}

export const OSCILLATOR_INDICATORS: readonly IndicatorDefinition[] = [
  {
    name: 'rsi',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`RSI_${n}`],
    create: running(
      ([n]) => new Rsi(n!),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
  },
  {
    name: 'cmo',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`CMO_${n}`],
    create: running(
      ([n]) => new Cmo(n!),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
  },
  {
    name: 'trix',
    parameters: [bars('period', 15)],
    columns: ([n]) => [`TRIX_${n}`],
    create: running(
      ([n]) => new Trix(n!),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
  },
  {
    name: 'mom',
    parameters: [bars('period', 10)],
    columns: ([n]) => [`MOM_${n}`],
    create: running(
      ([n]) => new RateOfChange(n!),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
  },
  {
    name: 'roc',
    parameters: [bars('period', 10)],
    columns: ([n]) => [`ROC_${n}`],
    create: running(
      ([n]) => new RateOfChange(n!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.percent;
      },
    ),
  },
  {
    name: 'rocp',
    parameters: [bars('period', 10)],
    columns: ([n]) => [`ROCP_${n}`],
    create: running(
      ([n]) => new RateOfChange(n!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.share;
      },
    ),
  },
  {
    name: 'rocr',
    parameters: [bars('period', 10)],
    columns: ([n]) => [`ROCR_${n}`],
    create: running(
      ([n]) => new RateOfChange(n!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.ratio;
      },
    ),
  },
  {
    name: 'apo',
    parameters: [bars('fast', 12), bars('slow', 26)],
    columns: ([f, s]) => [`APO_${f}_${s}_EMA`],
    create: running(
      ([f, s]) => new PriceOscillator(f!, s!),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
    conflict: fastBelowSlow,
  },
  {
    name: 'ppo',
    parameters: [bars('fast', 12), bars('slow', 26)],
    columns: ([f, s]) => [`PPO_${f}_${s}_EMA`],
    create: running(
      ([f, s]) => new PriceOscillator(f!, s!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.percent;
      },
    ),
    conflict: fastBelowSlow,
  },
  {
    name: 'macd',
    parameters: [bars('fast', 12), bars('slow', 26), bars('signal', 9)],
    columns: ([f, s, g]) => ['MACD', 'SIGNAL', 'HIST'].map((part) => `MACD_${f}_${s}_${g}_${part}`),
    create: running(
      ([f, s, g]) => new Macd(f!, s!, g!),
      (state, { close }, out) => {
        state.update(close);
        out[0] = state.line;
        out[1] = state.signal;
        out[2] = state.histogram;
      },
    ),
    conflict: fastBelowSlow,
  },
  {
    name: 'stoch',
    parameters: [bars('period', 14), bars('slowing', 3), bars('smooth', 3)],
    columns: ([n, s, d]) => ['SLOWK', 'SLOWD'].map((part) => `STOCH_${n}_${s}_SMA_${d}_SMA_${part}`),
    create: running(
      ([n, s, d]) => new Stochastic(n!, s!, d!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
        out[1] = state.d;
      },
    ),
  },
  {
    name: 'stochf',
    parameters: [bars('period', 14), bars('smooth', 3)],
    columns: ([n, d]) => ['FASTK', 'FASTD'].map((part) => `STOCHF_${n}_${d}_SMA_${part}`),
    create: running(
      ([n, d]) => new StochasticFast(n!, d!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
        out[1] = state.d;
      },
    ),
  },
  {
    name: 'stochrsi',
    parameters: [bars('rsi', 14, 2), bars('period', 14), bars('smooth', 3)],
    columns: ([r, n, d]) => ['FASTK', 'FASTD'].map((part) => `STOCHRSI_${r}_${n}_${d}_SMA_${part}`),
    create: running(
      ([r, n, d]) => new StochRsi(r!, n!, d!),
      (state, { close }, out) => {
        out[0] = state.update(close);
        out[1] = state.d;
      },
    ),
  },
  {
    name: 'cci',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`CCI_${n}`],
    create: running(
      ([n]) => new Cci(n!),
      (state, candle, out) => {
        out[0] = state.update(typicalPrice(candle));
      },
    ),
  },
  {
    name: 'willr',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`WILLR_${n}`],
    create: running(
      ([n]) => new WilliamsR(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'ultosc',
    parameters: [bars('short', 7), bars('middle', 14), bars('long', 28)],
    columns: ([s, m, l]) => [`ULTOSC_${s}_${m}_${l}`],
    create: running(
      ([s, m, l]) => new UltimateOscillator(s!, m!, l!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
    conflict: shortToLong,
  },
  {
    name: 'aroon',
    parameters: [bars('period', 25)],
    columns: ([n]) => ['DOWN', 'UP'].map((part) => `AROON_${n}_${part}`),
    create: running(
      ([n]) => new Aroon(n!),
      (state, { high, low }, out) => {
        state.update(high, low);
        out[0] = state.down;
        out[1] = state.up;
      },
    ),
  },
  {
    name: 'aroonosc',
    parameters: [bars('period', 25)],
    columns: ([n]) => [`AROONOSC_${n}`],
    create: running(
      ([n]) => new Aroon(n!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
  },
  {
    name: 'imi',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`IMI_${n}`],
    create: running(
      ([n]) => new IntradayMomentum(n!),
      (state, { open, close }, out) => {
        out[0] = state.update(open, close);
      },
    ),
  },
  {
    name: 'bop',
    parameters: [],
    columns: () => ['BOP'],
    create: running(
      () => ({}),
      (_, candle, out) => {
        out[0] = balanceOfPower(candle);
      },
    ),
  },
  {
    name: 'awesome',
    parameters: [bars('fast', 5), bars('slow', 34)],
    columns: ([f, s]) => [`AWESOME_${f}_${s}`],
    create: running(
      ([f, s]) => new AwesomeOscillator(f!, s!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
    conflict: fastBelowSlow,
  },
  {
    name: 'chop',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`CHOP_${n}`],
    create: running(
      ([n]) => new Choppiness(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'elder',
    parameters: [bars('period', 13)],
    columns: ([n]) => [`ELDER_BULL_${n}`, `ELDER_BEAR_${n}`],
    create: running(
      ([n]) => new ElderRay(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
        out[1] = state.bear;
      },
    ),
  },
];
