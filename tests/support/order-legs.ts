import type { FillBooked } from '../../main/engine/domain/events.ts';
import type { GapOrder } from '../../main/lab/gap/split-gap.ts';
import { atoms, atomsText } from './raw-books.ts';

const UNIT = 10n ** 18n;

/** All fills of one order. */
export interface Leg {
  readonly instrumentId: string;
  readonly side: 'buy' | 'sell';
  readonly purpose: FillBooked['purpose'];
  readonly timeMs: number;
  /** In atoms; what price × quantity comes to is exact in atoms of atoms. */
  qty: bigint;
  notional: bigint;
  feeBase: bigint;
  feeQuote: bigint;
}

/** What was traded, order by order, by the bookings of an engine. */
export class Legs {
  readonly #byOrder = new Map<string, Leg>();

  add({ fill, purpose }: FillBooked, timeMs: number): void {
    const { clientOrderId, instrumentId, side, price, qtyBase, fee, feeAsset } = fill;
    const none = { qty: 0n, notional: 0n, feeBase: 0n, feeQuote: 0n };
    const leg = this.#byOrder.get(clientOrderId) ?? { instrumentId, side, purpose, timeMs, ...none };
    this.#byOrder.set(clientOrderId, leg);
    leg.qty += atoms(qtyBase);
    leg.notional += atoms(qtyBase) * atoms(price);
    if (instrumentId.includes(`:${feeAsset}/`)) leg.feeBase += atoms(fee);
    else leg.feeQuote += atoms(fee);
  }

  of(instrumentId: string): readonly Leg[] {
    return [...this.#byOrder.values()].filter((leg) => leg.instrumentId === instrumentId);
  }
}

export const priceOf = ({ notional, qty }: Leg): number => Number(notional / qty) / 1e18;

/** One order, as it went on paper and in a gear. */
export interface Pair {
  readonly onPaper: Leg;
  readonly inGear: Leg;
}

/** An order of both, to be valued at this price in the end: what its fee took in coins is worth that. */
export function gapOrder({ onPaper, inGear }: Pair, mark: bigint): GapOrder {
  const { instrumentId, timeMs, side } = onPaper;
  const filled = atomsText(onPaper.qty);
  const markPrice = atomsText(mark);
  return {
    id: `${instrumentId} ${timeMs}`,
    instrumentId,
    timeMs,
    side,
    markPrice,
    rerun: {
      qtyBase: atomsText(inGear.qty),
      notionalQuote: atomsText(inGear.notional / UNIT),
      feeQuote: atomsText(inGear.feeQuote),
      arrivalPrice: markPrice,
    },
    live: {
      askedBase: filled,
      signedBase: filled,
      filledBase: filled,
      notionalQuote: atomsText(onPaper.notional / UNIT),
      feeQuote: atomsText(onPaper.feeQuote + (onPaper.feeBase * mark) / UNIT),
      arrivalPrice: markPrice,
    },
  };
}
