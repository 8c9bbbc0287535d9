/** Turning points as a chart shows them afterwards: each is known only once price has come back from it. */
export interface ZigZag {
  /** Bars of the turning points, ascending: tops and bottoms by turns. */
  readonly pivots: Int32Array;
  /** 1 where the pivot is a top. */
  readonly isTop: Uint8Array;
  /** The bar at whose close each pivot was known to be one. */
  readonly confirmedAt: Int32Array;
}

/**
 * Zig-zag over closes: a top stands where price fell by at least the share `turn` of it before it went higher; a bottom
 * likewise, the other way round.
 * @param turn a share above 0: 0.01 is one per cent
 */
export function zigZag(close: Float64Array, turn: number): ZigZag {
  const pivots: number[] = [];
  const isTop: number[] = [];
  const confirmedAt: number[] = [];
  let goesUp = true;
  let extreme = 0;
  for (let bar = 1; bar < close.length; bar++) {
    const [price, best] = [close[bar]!, close[extreme]!];
    if (goesUp ? price >= best : price <= best) extreme = bar;
    else if (goesUp ? price <= best * (1 - turn) : price >= best * (1 + turn)) {
      pivots.push(extreme);
      isTop.push(goesUp ? 1 : 0);
      confirmedAt.push(bar);
      goesUp = !goesUp;
      extreme = bar;
    }
  }
  return { pivots: Int32Array.from(pivots), isTop: Uint8Array.from(isTop), confirmedAt: Int32Array.from(confirmedAt) };
}
