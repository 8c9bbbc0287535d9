/** Catalogue: trend, volatility and volume. */

import { fastBelowSlow } from './catalogue-oscillators.ts';
import { bars, factor, type IndicatorDefinition, running } from './indicator-definition.ts';
import { Adx, DirectionalMovement } from './indicators/directional.ts';
import { ChandelierExit, Ichimoku, ParabolicSar, SuperTrend, Vortex } from './indicators/trend.ts';
import { Atr, TrueRange } from './indicators/volatility.ts';
import {
  AccumulationDistribution,
  ChaikinMoneyFlow,
  ChaikinOscillator,
  MoneyFlowIndex,
  Obv,
  Vwap,
} from './indicators/volume.ts';

export const TREND_INDICATORS: readonly IndicatorDefinition[] = [
  {
    name: 'adx',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`ADX_${n}`],
    create: running(
      ([n]) => new Adx(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'adxr',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`ADXR_${n}`],
    create: running(
      ([n]) => new Adx(n!),
      (state, { high, low, close }, out) => {
        state.update(high, low, close);
        out[0] = state.rating;
      },
    ),
  },
  {
    name: 'dx',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`DX_${n}`],
    create: running(
      ([n]) => new DirectionalMovement(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'plus_di',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`PLUS_DI_${n}`],
    create: running(
      ([n]) => new DirectionalMovement(n!),
      (state, { high, low, close }, out) => {
        state.update(high, low, close);
        out[0] = state.plusDi;
      },
    ),
  },
  {
    name: 'minus_di',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`MINUS_DI_${n}`],
    create: running(
      ([n]) => new DirectionalMovement(n!),
      (state, { high, low, close }, out) => {
        state.update(high, low, close);
        out[0] = state.minusDi;
      },
    ),
  },
  {
    name: 'plus_dm',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`PLUS_DM_${n}`],
    create: running(
      ([n]) => new DirectionalMovement(n!),
      (state, { high, low, close }, out) => {
        state.update(high, low, close);
        out[0] = state.plusDm;
      },
    ),
  },
  {
    name: 'minus_dm',
    parameters: [bars('period', 14, 2)],
    columns: ([n]) => [`MINUS_DM_${n}`],
    create: running(
      ([n]) => new DirectionalMovement(n!),
      (state, { high, low, close }, out) => {
        state.update(high, low, close);
        out[0] = state.minusDm;
      },
    ),
  },
  {
    name: 'trange',
    parameters: [],
    columns: () => ['TRANGE'],
    create: running(
      () => new TrueRange(),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'atr',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`ATR_${n}`],
    create: running(
      ([n]) => new Atr(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'natr',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`NATR_${n}`],
    create: running(
      ([n]) => new Atr(n!),
      (state, { high, low, close }, out) => {
        const atr = state.update(high, low, close);
        out[0] = close === 0 ? 0 : (100 * atr) / close;
      },
    ),
  },
  {
    name: 'sar',
    parameters: [factor('step', 0.02), factor('limit', 0.2)],
    columns: ([s, l]) => [`SAR_${s}_${l}`],
    create: running(
      ([s, l]) => new ParabolicSar(s!, l!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
      },
    ),
  },
  {
    name: 'supertrend',
    parameters: [bars('period', 10), factor('multiple', 3)],
    columns: ([n, k]) => [`SUPERTREND_${n}_${k}`, `SUPERTREND_${n}_${k}_UPPER`, `SUPERTREND_${n}_${k}_LOWER`],
    create: running(
      ([n, k]) => new SuperTrend(n!, k!),
      (state, { high, low, close }, out) => {
        const line = state.update(high, low, close);
        out[0] = line;
        out[1] = state.rising ? Number.NaN : line;
        out[2] = state.rising ? line : Number.NaN;
      },
    ),
  },
  {
    name: 'ichimoku',
    parameters: [bars('conversion', 9), bars('base', 26), bars('leading', 52)],
    columns: ([c, b, l]) =>
      ['TENKAN', 'KIJUN', 'SENKOU_A', 'SENKOU_B'].map((part) => `ICHIMOKU_${c}_${b}_${l}_${part}`),
    create: running(
      ([c, b, l]) => new Ichimoku(c!, b!, l!),
      (state, { high, low }, out) => {
        out[0] = state.update(high, low);
        out[1] = state.base;
        out[2] = state.leadingA;
        out[3] = state.leadingB;
      },
    ),
  },
  {
    name: 'vortex',
    parameters: [bars('period', 14)],
    columns: ([n]) => ['PLUS', 'MINUS'].map((part) => `VORTEX_${n}_${part}`),
    create: running(
      ([n]) => new Vortex(n!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
        out[1] = state.minus;
      },
    ),
  },
  {
    name: 'chandelier',
    parameters: [bars('period', 22), factor('multiple', 3)],
    columns: ([n, k]) => [`CHANDELIER_LONG_${n}_${k}`],
    create: running(
      ([n, k]) => new ChandelierExit(n!, k!),
      (state, { high, low, close }, out) => {
        out[0] = state.update(high, low, close);
      },
    ),
  },
  {
    name: 'mfi',
    parameters: [bars('period', 14)],
    columns: ([n]) => [`MFI_${n}`],
    create: running(
      ([n]) => new MoneyFlowIndex(n!),
      (state, { high, low, close, volume }, out) => {
        out[0] = state.update(high, low, close, volume);
      },
    ),
  },
  {
    name: 'obv',
    parameters: [],
    columns: () => ['OBV'],
    create: running(
      () => new Obv(),
      (state, { close, volume }, out) => {
        out[0] = state.update(close, volume);
      },
    ),
  },
  {
    name: 'ad',
    parameters: [],
    columns: () => ['AD'],
    create: running(
      () => new AccumulationDistribution(),
      (state, { high, low, close, volume }, out) => {
        out[0] = state.update(high, low, close, volume);
      },
    ),
  },
  {
    name: 'adosc',
    parameters: [bars('fast', 3), bars('slow', 10)],
    columns: ([f, s]) => [`ADOSC_${f}_${s}`],
    create: running(
      ([f, s]) => new ChaikinOscillator(f!, s!),
      (state, { high, low, close, volume }, out) => {
        out[0] = state.update(high, low, close, volume);
      },
    ),
    conflict: fastBelowSlow,
  },
  {
    name: 'cmf',
    parameters: [bars('period', 20)],
    columns: ([n]) => [`CMF_${n}`],
    create: running(
      ([n]) => new ChaikinMoneyFlow(n!),
      (state, { high, low, close, volume }, out) => {
        out[0] = state.update(high, low, close, volume);
      },
    ),
  },
  {
    name: 'vwap',
    parameters: [],
    columns: () => ['VWAP_SESSION_UTC_DAY'],
    create: running(
      () => new Vwap(true),
      (state, { openTimeMs, high, low, close, volume }, out) => {
        out[0] = state.update(openTimeMs, high, low, close, volume);
      },
    ),
  },
  {
    name: 'vwap_anchored',
    parameters: [],
    columns: () => ['VWAP_ANCHORED_FIRST_BAR'],
    create: running(
      () => new Vwap(false),
      (state, { openTimeMs, high, low, close, volume }, out) => {
        out[0] = state.update(openTimeMs, high, low, close, volume);
      },
    ),
  },
];
