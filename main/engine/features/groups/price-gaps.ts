import type { Candle } from '../../domain/candle.ts';

interface Gap {
  readonly low: number;
  readonly high: number;
  readonly bar: number;
}

const LIFE_BARS = 144;

/**
 * Prices that three bars in a row jumped over: between the first one's high and the third one's low when rising, between
 * its low and the third one's high when falling. A gap is open until a later bar has traded through all of it.
 */
export class OpenGaps {
  private rising: Gap[] = [];
  private falling: Gap[] = [];
  private before: Pick<Candle, 'high' | 'low'> | null = null;
  private twoBefore: Pick<Candle, 'high' | 'low'> | null = null;

  update({ high, low }: Candle, bar: number): void {
    const isOpen = (gap: Gap): boolean => bar - gap.bar < LIFE_BARS;
    this.rising = this.rising.filter((gap) => isOpen(gap) && low > gap.low);
    this.falling = this.falling.filter((gap) => isOpen(gap) && high < gap.high);
    const first = this.twoBefore;
    if (first !== null && low > first.high) this.rising.push({ low: first.high, high: low, bar });
    if (first !== null && high < first.low) this.falling.push({ low: high, high: first.low, bar });
    this.twoBefore = this.before;
    this.before = { high, low };
  }

  /** Upper edge of the nearest open rising gap below `close`, null without one. */
  below(close: number): number | null {
    let nearest: number | null = null;
    for (const { high } of this.rising) if (high <= close && (nearest === null || high > nearest)) nearest = high;
    return nearest;
  }

  /** Lower edge of the nearest open falling gap above `close`, null without one. */
  above(close: number): number | null {
    let nearest: number | null = null;
    for (const { low } of this.falling) if (low >= close && (nearest === null || low < nearest)) nearest = low;
    return nearest;
  }
}
