const DECIMALS_MAX = 12;
/** Of the last place: what a decimal read as a float may be off. */
const OFF = 1e-4;

/** Finds the step of numbers as they come: the largest that all of them are whole multiples of. */
export class PriceGrid {
  #decimals = 0;
  #scale = 1;
  #divisor = 0;

  add(value: number): void {
    let scaled = value * this.#scale;
    let whole = Math.round(scaled);
    // The error of a float grows with the number.
    while (Math.abs(scaled - whole) > Math.max(OFF, whole * 1e-13) && this.#decimals < DECIMALS_MAX) {
      this.#decimals += 1;
      this.#scale *= 10;
      this.#divisor *= 10;
      scaled = value * this.#scale;
      whole = Math.round(scaled);
    }
    if (this.#divisor !== 1 && whole % (this.#divisor || Number.POSITIVE_INFINITY) !== 0)
      this.#divisor = greatestCommonDivisor(this.#divisor, whole);
    else if (this.#divisor === 0) this.#divisor = whole;
  }

  /** A power of ten that takes in every decimal place that came. */
  get decimalStep(): number {
    return 10 ** -this.#decimals;
  }

  /** Null where nothing but zeros came. */
  get step(): number | null {
    return this.#divisor === 0 ? null : this.#divisor / this.#scale;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** A power of ten with as many decimal places as any of these numbers has. */
export function decimalStep(values: Float64Array): number {
  const grid = new PriceGrid();
  for (const value of values) grid.add(value);
  return grid.decimalStep;
}
