import { Delay, RollingExtreme, RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

/** Longer timeframes as rolling windows of bars: of 5-minute bars 1, 4, 12 and 24 hours. No clock decides where they begin. */
const SPANS = [12, 48, 144, 288] as const;

class SpanWriter implements GroupWriter {
  private readonly past: Delay;
  private readonly squares: RollingSum;
  private readonly path: RollingSum;
  private readonly rises: RollingSum;
  private readonly highest: RollingExtreme;
  private readonly lowest: RollingExtreme;
  private before = Number.NaN;

  constructor(bars: number) {
    this.past = new Delay(bars);
    this.squares = new RollingSum(bars);
    this.path = new RollingSum(bars);
    this.rises = new RollingSum(bars);
    this.highest = new RollingExtreme(bars, 1);
    this.lowest = new RollingExtreme(bars, -1);
  }

  write({ candle: { high, low, close }, move }: Bar, out: Float64Array, at: number): void {
    const step = Number.isNaN(this.before) ? 0 : close - this.before;
    this.before = close;
    const past = this.past.update(close);
    const squares = this.squares.update(move * move);
    const path = this.path.update(Math.abs(step));
    const rises = this.rises.update(Math.max(0, step));
    const top = this.highest.update(high);
    const bottom = this.lowest.update(low);
    out[at] = squares === 0 ? 0 : (close / past - 1) / Math.sqrt(squares);
    out[at + 1] = path === 0 ? 0 : Math.abs(close - past) / path;
    out[at + 2] = path === 0 ? 0.5 : rises / path;
    out[at + 3] = top === bottom ? 0.5 : (close - bottom) / (top - bottom);
    out[at + 4] = top / bottom - 1 === 0 ? 0 : Math.sqrt(squares) / (top / bottom - 1);
  }
}

class TimeframesWriter implements GroupWriter {
  private readonly spans = SPANS.map((bars) => new SpanWriter(bars));

  write(bar: Bar, out: Float64Array, at: number): void {
    for (let k = 0; k < this.spans.length; k++) this.spans[k]!.write(bar, out, at + 5 * k);
  }
}

export const timeframesGroup: FeatureGroup = {
  features: SPANS.flatMap((n) => [
    { name: `drift_${n}`, formula: `(close / close[${n}] - 1) / sqrt(sum of squared moves, ${n} bars); 0 where flat` },
    { name: `efficiency_${n}`, formula: `|close - close[${n}]| / sum of |close - close[1]|, ${n} bars; 0 where flat` },
    { name: `rise_share_${n}`, formula: `sum of rises / sum of |close - close[1]|, ${n} bars; 0.5 where flat` },
    { name: `place_${n}`, formula: `(close - lowest low) / (highest high - lowest low), ${n} bars; 0.5 where flat` },
    {
      name: `wander_${n}`,
      formula: `sqrt(sum of squared moves) / (highest high / lowest low - 1), ${n} bars; 0 where flat`,
    },
  ]),
  createWriter: () => new TimeframesWriter(),
};
