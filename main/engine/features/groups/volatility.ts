import { RollingExtreme, RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const RANGE_BARS = 48;
const MOVE_BARS = [12, 48, 144] as const;
/** 1 / (4 ln 2): what makes Parkinson's mean of squared ranges a variance. */
const PARKINSON = 1 / (4 * Math.LN2);
const CLOSE_TO_OPEN = 2 * Math.LN2 - 1;

class VolatilityWriter implements GroupWriter {
  private readonly squares = MOVE_BARS.map((bars) => new RollingSum(bars));
  private readonly falls = new RollingSum(RANGE_BARS);
  private readonly ranges = new RollingSum(RANGE_BARS);
  private readonly bodies = new RollingSum(RANGE_BARS);
  private readonly spans = new RollingSum(RANGE_BARS);
  private readonly spanSquares = new RollingSum(RANGE_BARS);
  private readonly largest = new RollingExtreme(RANGE_BARS, 1);

  write({ candle: { open, high, low, close }, move }: Bar, out: Float64Array, at: number): void {
    const square = move * move;
    const sums = this.squares.map((sum) => sum.update(square));
    for (let k = 0; k < MOVE_BARS.length; k++) out[at + k] = Math.sqrt(sums[k]! / MOVE_BARS[k]!);
    const range = Math.log(high / low) ** 2;
    const body = Math.log(close / open) ** 2;
    const ranges = this.ranges.update(range);
    const bodies = this.bodies.update(body);
    out[at + 3] = Math.sqrt((PARKINSON * ranges) / RANGE_BARS);
    // Opens far from where a bar ends can make the estimate negative.
    out[at + 4] = Math.sqrt(Math.max(0, (0.5 * ranges - CLOSE_TO_OPEN * bodies) / RANGE_BARS));
    const falls = this.falls.update(move < 0 ? square : 0);
    const all = sums[1]!;
    out[at + 5] = all === 0 ? 0.5 : falls / all;
    const largest = this.largest.update(Math.abs(move));
    out[at + 6] = all === 0 ? 1 : largest / Math.sqrt(all / RANGE_BARS);
    const span = (high - low) / close;
    const mean = this.spans.update(span) / RANGE_BARS;
    const meanSquare = this.spanSquares.update(span * span) / RANGE_BARS;
    out[at + 7] = mean === 0 ? 0 : Math.sqrt(Math.max(0, meanSquare - mean * mean)) / mean;
  }
}

export const volatilityGroup: FeatureGroup = {
  features: [
    ...MOVE_BARS.map((n) => ({
      name: `realized_${n}`,
      formula: `root mean square of close / close[1] - 1, ${n} bars`,
    })),
    { name: 'parkinson_48', formula: 'sqrt(mean of ln(high / low)^2 over 48 bars / (4 ln 2))' },
    {
      name: 'garman_klass_48',
      formula: 'sqrt(mean of 0.5 ln(high / low)^2 - (2 ln 2 - 1) ln(close / open)^2, 48 bars); 0 where negative',
    },
    { name: 'fall_share_48', formula: 'squared moves that fell / all squared moves, 48 bars; 0.5 where flat' },
    { name: 'largest_move_48', formula: 'largest |move| / root mean square of moves, 48 bars; 1 where flat' },
    { name: 'range_variation_48', formula: 'deviation of (high - low) / close over its mean, 48 bars; 0 where flat' },
  ],
  createWriter: () => new VolatilityWriter(),
};
