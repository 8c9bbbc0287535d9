import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** What a row of a feed says. Depth rows replace a level's quantity, zero removes it; a trade's side is the taker's. */
export const ROW = { clear: 0, bid: 1, ask: 2, buy: 3, sell: 4, trade: 5 } as const;
/** `clear` empties both sides (a snapshot follows); `trade` is one whose taker nobody named. */
export type RowKind = (typeof ROW)[keyof typeof ROW];

/** Depth changes and trades of one instrument as columns of equal length, in the order in which they were received. */
export interface TickFeed {
  /** Quote per tick and base per lot: prices and quantities are whole multiples. */
  readonly tick: number;
  readonly lot: number;
  /** One of `ROW` each. */
  readonly kind: Uint8Array;
  /** Microseconds since 1970; neither column ever steps back. */
  readonly exchangeTimeUs: Float64Array;
  readonly localTimeUs: Float64Array;
  readonly priceTicks: Int32Array;
  /** Whole numbers. */
  readonly qtyLots: Float64Array;
}

/** A feed as it is read, before its grid is known. `kind` is one of `ROW`; prices and quantities as in the source. */
export interface TickColumns {
  readonly kind: Uint8Array;
  readonly exchangeTimeUs: Float64Array;
  readonly localTimeUs: Float64Array;
  readonly price: Float64Array;
  readonly qty: Float64Array;
}

export interface TickFault {
  readonly kind: 'bad-feed';
  readonly message: string;
}

/** Further prices than this do not fit the columns. */
const TICKS_MAX = 0x7fff_ffff;
/** Of a step: what a decimal that was read as a float may be off. */
const OFF_GRID = 1e-3;

const bad = (row: number, what: string): Result<never, TickFault> =>
  fail({ kind: 'bad-feed', message: `row ${row + 1}: ${what}` });

/**
 * Puts a feed on its grid of ticks and lots. Local times must be in order. An exchange time that steps back (streams of one venue reach us
 * out of step) counts as the latest one before it; a local time before its exchange time cannot be and is refused.
 * @returns the sentence names the row, the first is 1
 */
export function gridFeed(columns: TickColumns, tick: number, lot: number): Result<TickFeed, TickFault> {
  const rows = columns.kind.length;
  const exchangeTimeUs = new Float64Array(rows);
  const priceTicks = new Int32Array(rows);
  const qtyLots = new Float64Array(rows);
  const { kind, localTimeUs, price, qty } = columns;
  let latestUs = 0;
  for (let row = 0; row < rows; row += 1) {
    const exchangeUs = columns.exchangeTimeUs[row]!;
    const localUs = localTimeUs[row]!;
    if (!(exchangeUs > 0 && localUs > 0)) return bad(row, 'a time is missing');
    if (row > 0 && localUs < localTimeUs[row - 1]!) return bad(row, 'its local time lies before the row above');
    if (exchangeUs > localUs) return bad(row, 'it was received before the exchange sent it');
    latestUs = Math.max(exchangeUs, latestUs);
    exchangeTimeUs[row] = latestUs;
    if (kind[row] === ROW.clear) continue;
    const ticks = Math.round(price[row]! / tick);
    const lots = Math.round(qty[row]! / lot);
    if (!(ticks > 0 && ticks <= TICKS_MAX)) return bad(row, `price ${price[row]} is no price in ticks of ${tick}`);
    if (Math.abs(price[row]! / tick - ticks) > OFF_GRID)
      return bad(row, `price ${price[row]} is no multiple of ${tick}`);
    if (!(lots >= 0) || Math.abs(qty[row]! / lot - lots) > OFF_GRID)
      return bad(row, `quantity ${qty[row]} is no multiple of ${lot}`);
    priceTicks[row] = ticks;
    qtyLots[row] = lots;
  }
  return ok({ tick, lot, kind, exchangeTimeUs, localTimeUs, priceTicks, qtyLots });
}
