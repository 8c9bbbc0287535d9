/** The last prints of one instrument with none missing between them, kept so that a late open candle can be completed. */
export interface RecentTrades {
  push(id: number, timeMs: number, price: number, qtyAtoms: bigint): void;
  /** Prints may be missing: what came before no longer leads up to what comes. */
  clear(): void;
  /** True when every print after `id` that we have seen is still here. */
  reachesBackTo(id: number): boolean;
  eachAfter(id: number, visit: (timeMs: number, price: number, qtyAtoms: bigint) => void): void;
}

export function createRecentTrades(capacity: number): RecentTrades {
  // Made at the first print: many an instrument is known and never watched.
  let ids = new Float64Array(0);
  let times = new Float64Array(0);
  let prices = new Float64Array(0);
  let quantities: bigint[] = [];
  let count = 0;
  let next = 0;

  const slot = (age: number): number => (next - 1 - age + capacity * 2) % capacity;
  function makeRoom(): void {
    ids = new Float64Array(capacity);
    times = new Float64Array(capacity);
    prices = new Float64Array(capacity);
    quantities = new Array<bigint>(capacity).fill(0n);
  }

  return {
    push(id, timeMs, price, qtyAtoms) {
      if (ids.length === 0) makeRoom();
      ids[next] = id;
      times[next] = timeMs;
      prices[next] = price;
      quantities[next] = qtyAtoms;
      next = (next + 1) % capacity;
      count = Math.min(capacity, count + 1);
    },
    clear() {
      count = 0;
    },
    reachesBackTo(id) {
      return count === 0 || (ids[slot(count - 1)] as number) <= id + 1;
    },
    eachAfter(id, visit) {
      for (let age = count - 1; age >= 0; age--) {
        const at = slot(age);
        if ((ids[at] as number) > id) visit(times[at] as number, prices[at] as number, quantities[at] as bigint);
      }
    },
  };
}
