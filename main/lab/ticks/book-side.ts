const PAGE_BITS = 9;
const PAGE_LEVELS = 1 << PAGE_BITS;
const IN_PAGE = PAGE_LEVELS - 1;
/** Stands for every page without a level; never written to. */
const EMPTY = new Float64Array(PAGE_LEVELS);

/** The best tick of a side without levels. */
export const NO_TICK = -1;

/**
 * One side of a book: quantities by price in ticks. Prices near each other lie in one page of an array, so a change costs two
 * reads and a write; pages come into being where there are levels, and a far-away level costs one page.
 */
export class BookSide {
  /** 1 for bids, whose best is the highest; -1 for asks. */
  readonly #better: 1 | -1;
  #pages: Float64Array[] = [];
  #levelsIn: Int32Array = new Int32Array(0);
  #levels = 0;
  /** Ticks; `NO_TICK` where there is none. */
  best = NO_TICK;

  constructor(better: 1 | -1) {
    this.#better = better;
  }

  /** Quantity at a price; 0 where there is no level. */
  at(tick: number): number {
    const page = tick >> PAGE_BITS;
    return page < this.#pages.length ? this.#pages[page]![tick & IN_PAGE]! : 0;
  }

  /** @param tick a whole number above zero; @param qty 0 removes the level */
  set(tick: number, qty: number): void {
    const page = tick >> PAGE_BITS;
    if (page >= this.#pages.length) {
      if (qty === 0) return;
      this.#grow(page);
    }
    let levels = this.#pages[page]!;
    const before = levels[tick & IN_PAGE]!;
    if (qty === 0) {
      if (before === 0) return;
      levels[tick & IN_PAGE] = 0;
      this.#levels -= 1;
      this.#levelsIn[page] = this.#levelsIn[page]! - 1;
      if (tick === this.best) this.best = this.next(tick);
      return;
    }
    if (before === 0) {
      if (levels === EMPTY) {
        levels = new Float64Array(PAGE_LEVELS);
        this.#pages[page] = levels;
      }
      this.#levels += 1;
      this.#levelsIn[page] = this.#levelsIn[page]! + 1;
      if (this.best === NO_TICK || (tick - this.best) * this.#better > 0) this.best = tick;
    }
    levels[tick & IN_PAGE] = qty;
  }

  clear(): void {
    this.#pages.fill(EMPTY);
    this.#levelsIn.fill(0);
    this.#levels = 0;
    this.best = NO_TICK;
  }

  /** The level behind this price, away from the best; `NO_TICK` where it is the last. */
  next(tick: number): number {
    if (this.#levels === 0) return NO_TICK;
    const step = -this.#better;
    let at = tick + step;
    const pages = this.#pages;
    while (at >= 0) {
      const page = at >> PAGE_BITS;
      if (page >= pages.length) break;
      if (this.#levelsIn[page] === 0) {
        at = step > 0 ? (page + 1) << PAGE_BITS : (page << PAGE_BITS) - 1;
        continue;
      }
      const levels = pages[page]!;
      const end = step > 0 ? PAGE_LEVELS : -1;
      for (let within = at & IN_PAGE; within !== end; within += step) {
        if (levels[within] !== 0) return (page << PAGE_BITS) | within;
      }
      at = step > 0 ? (page + 1) << PAGE_BITS : (page << PAGE_BITS) - 1;
    }
    return NO_TICK;
  }

  #grow(page: number): void {
    const length = Math.max(page + 1, 2 * this.#pages.length);
    const counts = new Int32Array(length);
    counts.set(this.#levelsIn);
    this.#levelsIn = counts;
    while (this.#pages.length < length) this.#pages.push(EMPTY);
  }
}
