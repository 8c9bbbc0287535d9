/** A stretch below an earlier peak of equity. */
export interface Drawdown {
  /** Bars of the peak, of the deepest point, and of the first one at or above the peak again; null where it is not there yet. */
  readonly peakBar: number;
  readonly troughBar: number;
  readonly recoveredBar: number | null;
  /** Of the peak. */
  readonly depthShare: number;
}

export interface UnderWater {
  /** Of all bars, those below an earlier peak. */
  readonly share: number;
  readonly longestBars: number;
  /** Since the last peak, at the end. */
  readonly currentBars: number;
  /** Deepest first. */
  readonly drawdowns: readonly Drawdown[];
}

/** @param initial equity before the first bar, the first peak: its bar is −1 */
export function underWater(equity: Float64Array, initial: number): UnderWater {
  const drawdowns: Drawdown[] = [];
  let [peak, peakBar, trough, troughBar, below] = [initial, -1, initial, -1, 0];
  const close = (recoveredBar: number | null): void => {
    if (trough < peak) drawdowns.push({ peakBar, troughBar, recoveredBar, depthShare: (peak - trough) / peak });
  };
  for (const [bar, value] of equity.entries()) {
    if (value >= peak) {
      close(bar);
      [peak, peakBar, trough, troughBar] = [value, bar, value, bar];
      continue;
    }
    below += 1;
    if (value < trough) [trough, troughBar] = [value, bar];
  }
  close(null);
  const lengthOf = ({ peakBar: from, recoveredBar }: Drawdown): number => (recoveredBar ?? equity.length - 1) - from;
  return {
    share: equity.length === 0 ? 0 : below / equity.length,
    longestBars: drawdowns.reduce((longest, each) => Math.max(longest, lengthOf(each)), 0),
    currentBars: equity.length - 1 - peakBar,
    drawdowns: drawdowns.toSorted((a, b) => b.depthShare - a.depthShare),
  };
}
