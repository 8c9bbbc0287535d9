import { RollingSum } from '../../engine/features/indicators/windows.ts';

/** Root mean square of close / close before - 1 over the last `bars` bars, by bar; moves before the first are 0. */
export function deviationOfMoves(close: Float64Array, bars: number): Float64Array {
  const squares = new RollingSum(bars);
  return close.map((price, bar) => {
    const move = bar === 0 ? 0 : price / close[bar - 1]! - 1;
    return Math.sqrt(squares.update(move * move) / bars);
  });
}
