/** Where own orders stand in the part of the book that is shown: in a row, or beyond its ends. Pure, for the eye only. */

export interface OwnLine {
  readonly price: string;
  /** Quantity left, or what the order is for. */
  readonly text: string;
}

type Levels = readonly (readonly [string, string])[];

export interface OwnPlaces {
  /** Text by index of the level, best first. */
  readonly bids: ReadonlyMap<number, string>;
  readonly asks: ReadonlyMap<number, string>;
  /** The nearest own order beyond the shown levels. */
  readonly above: OwnLine | null;
  readonly below: OwnLine | null;
}

/** A stop rests in no book: it is shown at the last level it has not reached, so that its distance can be seen. */
export function placeOwn(own: readonly OwnLine[], bids: Levels, asks: Levels): OwnPlaces {
  const placed = { bids: new Map<number, string>(), asks: new Map<number, string>() };
  let above: OwnLine | null = null;
  let below: OwnLine | null = null;
  const bestBid = Number(bids[0]?.[0] ?? Number.NaN);
  const worstBid = Number(bids.at(-1)?.[0] ?? Number.NaN);
  const bestAsk = Number(asks[0]?.[0] ?? Number.NaN);
  const worstAsk = Number(asks.at(-1)?.[0] ?? Number.NaN);
  for (const line of own) {
    const price = Number(line.price);
    if (price > worstAsk) {
      if (above === null || price < Number(above.price)) above = line;
    } else if (price < worstBid) {
      if (below === null || price > Number(below.price)) below = line;
    } else if (price >= bestAsk) {
      put(
        placed.asks,
        lastIndex(asks, (level) => level <= price),
        line.text,
      );
    } else if (price <= bestBid) {
      put(
        placed.bids,
        lastIndex(bids, (level) => level >= price),
        line.text,
      );
    }
  }
  return { ...placed, above, below };
}

function lastIndex(levels: Levels, holds: (price: number) => boolean): number {
  return levels.findLastIndex(([price]) => holds(Number(price)));
}

function put(rows: Map<number, string>, at: number, text: string): void {
  const before = rows.get(at);
  rows.set(at, before === undefined ? text : `${before}, ${text}`);
}
