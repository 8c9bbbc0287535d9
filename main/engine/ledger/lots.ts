import { divideRounded, smallerOf } from '../domain/decimal.ts';
import { assert } from '../domain/result.ts';

/** A quantity bought at one time and what of its cost is still to be accounted for. Atoms. */
export interface Lot {
  readonly qty: bigint;
  readonly cost: bigint;
}

/** Sold without having been held (by the books): waits for the purchase that explains it. Atoms. */
export interface Debt {
  readonly qty: bigint;
  readonly proceeds: bigint;
}

/** Lots oldest first. There are never lots and debts at once. */
export interface Holding {
  readonly lots: readonly Lot[];
  readonly debts: readonly Debt[];
  /** Since the account was opened. */
  readonly realized: bigint;
}

export const EMPTY_HOLDING: Holding = { lots: [], debts: [], realized: 0n };

interface Sums {
  readonly heldQty: bigint;
  readonly heldCost: bigint;
  readonly owedQty: bigint;
  readonly owedProceeds: bigint;
}

/** Holdings never change, and are asked at every quote: added up once each, however many lots there are. */
const known = new WeakMap<Holding, Sums>();

function sumsOf(holding: Holding): Sums {
  const before = known.get(holding);
  if (before) return before;
  const sums = {
    heldQty: holding.lots.reduce((sum, lot) => sum + lot.qty, 0n),
    heldCost: holding.lots.reduce((sum, lot) => sum + lot.cost, 0n),
    owedQty: holding.debts.reduce((sum, debt) => sum + debt.qty, 0n),
    owedProceeds: holding.debts.reduce((sum, debt) => sum + debt.proceeds, 0n),
  };
  known.set(holding, sums);
  return sums;
}

export const heldQty = (holding: Holding): bigint => sumsOf(holding).heldQty;
export const heldCost = (holding: Holding): bigint => sumsOf(holding).heldCost;
export const owedQty = (holding: Holding): bigint => sumsOf(holding).owedQty;
export const owedProceeds = (holding: Holding): bigint => sumsOf(holding).owedProceeds;

/**
 * The share of `amount` that goes with `part` of `whole`, rounded down; with the last part goes all that is left, so that
 * the shares add up to the amount exactly.
 */
function shareOf(amount: bigint, part: bigint, whole: bigint): bigint {
  return divideRounded(amount * part, whole, 'down');
}

/** Buys `qty` for `cost`, fees included. What was sold short is made good first. */
export function acquire(holding: Holding, qty: bigint, cost: bigint): Holding {
  assert(qty >= 0n, 'a purchase has a quantity');
  if (qty === 0n) return { ...holding, realized: holding.realized - cost };
  const debts: Debt[] = [];
  let { realized } = holding;
  let qtyLeft = qty;
  let costLeft = cost;
  for (const debt of holding.debts) {
    const part = smallerOf(debt.qty, qtyLeft);
    if (part === 0n) {
      debts.push(debt);
      continue;
    }
    const costPart = shareOf(costLeft, part, qtyLeft);
    const proceedsPart = shareOf(debt.proceeds, part, debt.qty);
    realized += proceedsPart - costPart;
    qtyLeft -= part;
    costLeft -= costPart;
    if (part < debt.qty) debts.push({ qty: debt.qty - part, proceeds: debt.proceeds - proceedsPart });
  }
  const lots = qtyLeft > 0n ? [...holding.lots, { qty: qtyLeft, cost: costLeft }] : holding.lots;
  return { lots, debts, realized };
}

/** Sells `qty` for `proceeds`, fees taken off, from the oldest lots. What is not held becomes a debt, never a lot below zero. */
export function dispose(holding: Holding, qty: bigint, proceeds: bigint): Holding {
  assert(qty > 0n, 'a sale has a quantity');
  const lots: Lot[] = [];
  let { realized } = holding;
  let qtyLeft = qty;
  let proceedsLeft = proceeds;
  for (const lot of holding.lots) {
    const part = smallerOf(lot.qty, qtyLeft);
    if (part === 0n) {
      lots.push(lot);
      continue;
    }
    const costPart = shareOf(lot.cost, part, lot.qty);
    const proceedsPart = shareOf(proceedsLeft, part, qtyLeft);
    realized += proceedsPart - costPart;
    qtyLeft -= part;
    proceedsLeft -= proceedsPart;
    if (part < lot.qty) lots.push({ qty: lot.qty - part, cost: lot.cost - costPart });
  }
  const debts = qtyLeft > 0n ? [...holding.debts, { qty: qtyLeft, proceeds: proceedsLeft }] : holding.debts;
  return { lots, debts, realized };
}

/**
 * Takes a fee out of the oldest lots. Their cost stays and is carried by what remains; when nothing remains it is lost.
 * A fee that nothing backs becomes a debt without proceeds.
 */
export function takeFee(holding: Holding, fee: bigint): Holding {
  const lots: Lot[] = [];
  let feeLeft = fee;
  let carried = 0n;
  for (const lot of holding.lots) {
    const part = smallerOf(lot.qty, feeLeft);
    feeLeft -= part;
    if (part === lot.qty) {
      carried += lot.cost;
    } else {
      lots.push({ qty: lot.qty - part, cost: lot.cost + carried });
      carried = 0n;
    }
  }
  const debts = feeLeft > 0n ? [...holding.debts, { qty: feeLeft, proceeds: 0n }] : holding.debts;
  return { lots, debts, realized: holding.realized - carried };
}
