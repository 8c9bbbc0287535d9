import { real, whole } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** Least squares of one logarithm on another over a window, and how far the last residual lies out. */
class RollingSpread {
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  #count = 0;
  /** Of the second on the first. */
  slope = Number.NaN;

  constructor(bars: number) {
    this.#x = new Float64Array(bars);
    this.#y = new Float64Array(bars);
  }

  /** The residual in deviations of the window's residuals; NaN while the window is not full or nothing moves. */
  update(x: number, y: number): number {
    const { length } = this.#x;
    this.#x[this.#count % length] = x;
    this.#y[this.#count % length] = y;
    this.#count += 1;
    if (this.#count < length) return Number.NaN;
    let [meanX, meanY] = [0, 0];
    for (let at = 0; at < length; at += 1) {
      meanX += this.#x[at]! / length;
      meanY += this.#y[at]! / length;
    }
    let [xx, xy, yy] = [0, 0, 0];
    for (let at = 0; at < length; at += 1) {
      const [dx, dy] = [this.#x[at]! - meanX, this.#y[at]! - meanY];
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
    this.slope = xy / xx;
    const deviation = Math.sqrt(Math.max(0, yy - this.slope * xy) / length);
    return deviation > 0 ? (y - meanY - this.slope * (x - meanX)) / deviation : Number.NaN;
  }
}

/** Sells what is dear of two that move together and buys what is cheap, the second by the hedge ratio; leaves when they meet again. */
export const pairs = defineStrategy({
  name: 'pairs',
  title: 'Pairs',
  about: 'Trades the distance of two instruments from their hedge ratio, in deviations; needs shorts.',
  instruments: 2,
  params: {
    bars: whole(240, 20, 5_000, 'bars of the hedge ratio'),
    enterAt: real(2, 0.5, 6, 'deviations at which it is entered'),
    leaveAt: real(0.5, 0, 3, 'deviations at which it is left'),
    giveUpAt: real(4, 1, 20, 'deviations at which it is given up'),
    share: real(0.4, 0.01, 1, 'of equity in each leg at most'),
  },
  conflict: ({ enterAt, leaveAt, giveUpAt }) =>
    leaveAt < enterAt && enterAt < giveUpAt ? null : 'leaveAt must be below enterAt, and enterAt below giveUpAt',
  start({ params }) {
    const spread = new RollingSpread(params.bars);
    const closes = [Number.NaN, Number.NaN];
    const times = [Number.NaN, Number.NaN];
    return {
      onCandle({ instrument, openTimeMs, close }, desk) {
        closes[instrument] = close;
        times[instrument] = openTimeMs;
        // Only where both have closed at the same time: a missing candle is no price.
        if (times[0] !== times[1]) return;
        const z = spread.update(Math.log(closes[0]!), Math.log(closes[1]!));
        if (Number.isNaN(z)) return;
        const [first, second] = [desk.of(0), desk.of(1)];
        const held = Math.sign(second.position);
        const isOver = held !== 0 && (Math.abs(z) < params.leaveAt || Math.abs(z) > params.giveUpAt || held * z > 0);
        if (isOver || (held === 0) !== (first.position === 0)) {
          first.exit();
          second.exit();
        } else if (held === 0 && Math.abs(z) >= params.enterAt && Math.abs(z) < params.giveUpAt && spread.slope > 0) {
          const [hedge, other] = z > 0 ? (['long', 'short'] as const) : (['short', 'long'] as const);
          first.enter(hedge, { share: params.share * Math.min(1, spread.slope) });
          second.enter(other, { share: params.share / Math.max(1, spread.slope) });
        }
      },
    };
  },
});
