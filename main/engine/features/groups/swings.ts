import type { Candle } from '../../domain/candle.ts';

export interface Swing {
  readonly price: number;
  /** Bar that confirmed it. */
  readonly bar: number;
  isBroken: boolean;
}

/** Bars on either side that a swing stands out from; it is confirmed, and first known, so many bars after its own. */
const SIDE_BARS = 3;
const WINDOW = 2 * SIDE_BARS + 1;
/** Older swings are forgotten. */
const LIFE_BARS = 144;

/** The last two swing highs and lows, by closed bars alone. */
export class Swings {
  private readonly highs = new Float64Array(WINDOW).fill(Number.NaN);
  private readonly lows = new Float64Array(WINDOW).fill(Number.NaN);
  private highBefore: Swing | null = null;
  private lowBefore: Swing | null = null;
  high: Swing | null = null;
  low: Swing | null = null;

  update({ high, low }: Candle, bar: number): void {
    shiftIn(this.highs, high);
    shiftIn(this.lows, low);
    if (standsOut(this.highs, 1)) {
      this.highBefore = this.high;
      this.high = { price: this.highs[SIDE_BARS]!, bar, isBroken: false };
    }
    if (standsOut(this.lows, -1)) {
      this.lowBefore = this.low;
      this.low = { price: this.lows[SIDE_BARS]!, bar, isBroken: false };
    }
    this.high = kept(this.high, bar);
    this.low = kept(this.low, bar);
    this.highBefore = kept(this.highBefore, bar);
    this.lowBefore = kept(this.lowBefore, bar);
  }

  /** Higher highs and lows 1, lower ones -1, one of each 0; 0 where a swing is missing. */
  get structure(): number {
    const { high, low, highBefore, lowBefore } = this;
    if (high === null || low === null || highBefore === null || lowBefore === null) return 0;
    return (Math.sign(high.price - highBefore.price) + Math.sign(low.price - lowBefore.price)) / 2;
  }

  /** True at the first close above the last swing high. */
  breaksHigh(close: number): boolean {
    if (this.high === null || this.high.isBroken || close <= this.high.price) return false;
    this.high.isBroken = true;
    return true;
  }

  /** True at the first close below the last swing low. */
  breaksLow(close: number): boolean {
    if (this.low === null || this.low.isBroken || close >= this.low.price) return false;
    this.low.isBroken = true;
    return true;
  }
}

function shiftIn(window: Float64Array, value: number): void {
  window.copyWithin(0, 1);
  window[WINDOW - 1] = value;
}

/** The middle is beyond what came after it, and no less far than what came before. False until the window is full. */
function standsOut(window: Float64Array, direction: 1 | -1): boolean {
  const middle = direction * window[SIDE_BARS]!;
  for (let i = 0; i < SIDE_BARS; i++) if (!(middle >= direction * window[i]!)) return false;
  for (let i = SIDE_BARS + 1; i < WINDOW; i++) if (!(middle > direction * window[i]!)) return false;
  return true;
}

const kept = (swing: Swing | null, bar: number): Swing | null =>
  swing !== null && bar - swing.bar < LIFE_BARS ? swing : null;
