import { ChaikinMoneyFlow } from '../indicators/volume.ts';
import { RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const SHORT = 12;
const LONG = 48;

class VolumeWriter implements GroupWriter {
  private readonly short = new RollingSum(SHORT);
  private readonly long = new RollingSum(LONG);
  private readonly squares = new RollingSum(LONG);
  private readonly signedShort = new RollingSum(SHORT);
  private readonly signedLong = new RollingSum(LONG);
  private readonly turnover = new RollingSum(LONG);
  private readonly sizes = new RollingSum(LONG);
  private readonly products = new RollingSum(LONG);
  private readonly moneyFlow = new ChaikinMoneyFlow(20);

  write({ candle: { high, low, close, open, volume }, move, perAtr }: Bar, out: Float64Array, at: number): void {
    const short = this.short.update(volume);
    const long = this.long.update(volume);
    const mean = long / LONG;
    const deviation = Math.sqrt(Math.max(0, this.squares.update(volume * volume) / LONG - mean * mean));
    const signed = volume * Math.sign(close - open);
    const signedShort = this.signedShort.update(signed);
    const signedLong = this.signedLong.update(signed);
    const turnover = this.turnover.update(((high + low + close) / 3) * volume);
    const size = this.sizes.update(Math.abs(move));
    const product = this.products.update(Math.abs(move) * volume);
    const isDry = long === 0;
    out[at] = isDry ? 1 : (short * LONG) / (long * SHORT);
    out[at + 1] = deviation <= 1e-9 * mean ? 0 : (volume - mean) / deviation;
    out[at + 2] = short === 0 ? 0 : signedShort / short;
    out[at + 3] = isDry ? 0 : signedLong / long;
    out[at + 4] = this.moneyFlow.update(high, low, close, volume);
    out[at + 5] = isDry ? 0 : (close - turnover / long) * perAtr;
    out[at + 6] = isDry || size === 0 ? 1 : (product * LONG) / (size * long);
  }
}

export const volumeGroup: FeatureGroup = {
  features: [
    { name: 'volume_pace', formula: 'mean volume of 12 bars / of 48; 1 without volume' },
    {
      name: 'volume_score',
      formula: '(volume - mean) / deviation, 48 bars; 0 where the deviation is below 1e-9 of the mean',
    },
    {
      name: 'volume_side_12',
      formula: 'volume of bars that rose less of those that fell / all, 12 bars; 0 without volume',
    },
    { name: 'volume_side_48', formula: 'the same, 48 bars' },
    { name: 'money_flow_20', formula: 'Chaikin money flow, 20 bars; 0 without volume' },
    {
      name: 'vwap_gap_48',
      formula: '(close - volume-weighted mean of (high + low + close) / 3, 48 bars) / ATR14; 0 without volume',
    },
    {
      name: 'volume_of_moves',
      formula: 'mean of |move| x volume / (mean |move| x mean volume), 48 bars; 1 where either is 0',
    },
  ],
  createWriter: () => new VolumeWriter(),
};
