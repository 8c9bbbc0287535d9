/** `v1`: twelve scale-free features of one instrument's candles, the base of every model's input. */

import type { Candle } from '../domain/candle.ts';
import type { FeatureDefinition, FeatureSet, FeatureWriter } from './feature-set.ts';
import { Ema, Sma } from './indicators/moving-averages.ts';
import { Rsi } from './indicators/oscillators.ts';
import { Bollinger } from './indicators/volatility.ts';
import { RollingSum } from './indicators/windows.ts';

export const V1_FEATURES: readonly FeatureDefinition[] = [
  { name: 'sma_5', formula: 'close / SMA5(close) - 1' },
  { name: 'sma_20', formula: 'close / SMA20(close) - 1' },
  { name: 'sma_50', formula: 'close / SMA50(close) - 1' },
  { name: 'rsi', formula: 'Wilder RSI14(close) / 100; 0.5 where nothing has moved' },
  { name: 'macd', formula: '(EMA12(close) - EMA26(close)) / close' },
  { name: 'macd_signal', formula: 'EMA9(macd)' },
  { name: 'macd_hist', formula: 'macd - macd_signal' },
  {
    name: 'bb_position',
    formula: '(close - lower) / (upper - lower), 20 bars, 2 population deviations; 0.5 where flat',
  },
  { name: 'volume_ratio', formula: 'volume / SMA20(volume); 1 where there was no volume' },
  { name: 'hl_range', formula: '(high - low) / close' },
  { name: 'close_position', formula: '(close - low) / (high - low); 0.5 where flat' },
  { name: 'oc_range', formula: '(close - open) / open' },
];

const VOLUME_BARS = 20;

/** Writes the twelve in the order of `V1_FEATURES`. */
export class V1Writer implements FeatureWriter {
  private readonly sma5 = new Sma(5);
  private readonly sma20 = new Sma(20);
  private readonly sma50 = new Sma(50);
  private readonly rsi = new Rsi(14);
  private readonly fast = new Ema(12, 26 - 12);
  private readonly slow = new Ema(26);
  private readonly signal = new Ema(9);
  private readonly bands = new Bollinger(20, 2);
  private readonly volume = new RollingSum(VOLUME_BARS);

  write(candle: Candle, out: Float64Array, offset: number): void {
    const { open, high, low, close, volume } = candle;
    out[offset] = close / this.sma5.update(close) - 1;
    out[offset + 1] = close / this.sma20.update(close) - 1;
    out[offset + 2] = close / this.sma50.update(close) - 1;
    out[offset + 3] = this.strength(close);
    const macd = (this.fast.update(close) - this.slow.update(close)) / close;
    const signal = !Number.isNaN(macd) ? this.signal.update(macd) : macd;
    out[offset + 4] = macd;
    out[offset + 5] = signal;
    out[offset + 6] = macd - signal;
    this.bands.update(close);
    const width = this.bands.upper - this.bands.lower;
    out[offset + 7] = width === 0 ? 0.5 : (close - this.bands.lower) / width;
    const volumeSum = this.volume.update(volume);
    out[offset + 8] = volumeSum === 0 ? 1 : (volume * VOLUME_BARS) / volumeSum;
    out[offset + 9] = (high - low) / close;
    out[offset + 10] = high === low ? 0.5 : (close - low) / (high - low);
    out[offset + 11] = (close - open) / open;
  }

  private strength(close: number): number {
    const rsi = this.rsi.update(close);
    return this.rsi.gain + this.rsi.loss === 0 ? 0.5 : rsi / 100;
  }
}

export const featureSetV1: FeatureSet = {
  name: 'v1',
  version: 1,
  features: V1_FEATURES,
  warmUpBars: 50,
  usesContext: false,
  createWriter: () => new V1Writer(),
};
