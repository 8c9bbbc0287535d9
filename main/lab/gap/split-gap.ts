import { divideDecimal, parseDecimal } from '../../engine/domain/decimal.ts';

/** An order as the re-run has it. Amounts are decimal strings. */
export interface RerunOrder {
  readonly qtyBase: string;
  /** Price times quantity, over all its fills. */
  readonly notionalQuote: string;
  readonly feeQuote: string;
  /** The best price on the side it took from when it was sent. */
  readonly arrivalPrice: string;
}

/** The same order as it went. */
export interface LiveOrder {
  /** What the gate let pass. */
  readonly askedBase: string;
  /** What was signed of it; less where a person took a part. */
  readonly signedBase: string;
  readonly filledBase: string;
  /** Price times quantity, over all its fills. */
  readonly notionalQuote: string;
  readonly feeQuote: string;
  /** The best price on the side it took from when it was sent. */
  readonly arrivalPrice: string;
}

/** One thing that was decided, in the re-run, in life, or in both. */
export interface GapOrder {
  readonly id: string;
  readonly instrumentId: string;
  readonly timeMs: number;
  readonly side: 'buy' | 'sell';
  /** What it is worth in the end: both are valued at it. */
  readonly markPrice: string;
  /** Null where the re-run did not decide so. */
  readonly rerun: RerunOrder | null;
  /** A person gave it by hand: the engine alone never would have. */
  readonly isByHand?: boolean;
  /** The venue liquidated in one of them what the other left, or holds. */
  readonly isLiquidated?: boolean;
  /** Null where nobody decided so in life; signed and filled are 0 where it was proposed and not taken. */
  readonly live: LiveOrder | null;
}

/** Money of a perpetual that came or went without a trade: received less paid, in life and in the re-run. Decimals. */
export interface GapIncome {
  readonly instrumentId: string;
  readonly kind: 'funding' | 'insurance';
  /** It was not run again. */
  readonly isByHand?: boolean;
  readonly live: string;
  readonly rerun: string;
}

export const GAP_PARTS = ['signal', 'ownOrders', 'missedApprovals', 'latency', 'slippage', 'fees', 'funding'] as const;
export type GapPart = (typeof GAP_PARTS)[number];

/** In quote, exact: the parts' sum is the gap. Below zero is worse than the re-run. */
export interface GapSplit {
  readonly live: string;
  readonly rerun: string;
  readonly gap: string;
  readonly parts: Readonly<Record<GapPart, string>>;
}

export interface GapReport extends GapSplit {
  readonly orders: readonly (GapSplit & Pick<GapOrder, 'id' | 'instrumentId' | 'timeMs' | 'side'>)[];
  readonly incomes: readonly (GapSplit & Pick<GapIncome, 'instrumentId' | 'kind'>)[];
}

type Amounts = Record<GapPart, bigint> & { live: bigint; rerun: bigint };

/** Decimals have eighteen places, so products of two have thirty-six: nothing is ever rounded. */
const PLACES = 36;
const ATOMS = 10n ** 18n;

/**
 * Why life came out otherwise than the re-run, order by order:
 * - signal: one of them decided what the other did not, or another quantity; or the venue liquidated one of them alone;
 * - own orders: what a person gave by hand, and what closed it, wholly; where a person closed by hand what the engine had opened, how much
 *   and when;
 * - missed approvals: nobody signed, or for a part only;
 * - latency: how far the market lay from where the re-run met it when it was sent;
 * - slippage: how much worse than the market at the sending it filled, less what the re-run reckons with, and what of it was not filled
 *   at all;
 * - fees: paid against counted;
 * - funding: what each received less what it paid on its own position.
 * @throws RangeError for an amount that is no plain decimal
 */
export function splitGap(orders: readonly GapOrder[], incomes: readonly GapIncome[] = []): GapReport {
  const total = nothing();
  const counted = (amounts: Amounts): GapSplit => {
    for (const name of ['live', 'rerun', ...GAP_PARTS] as const) total[name] += amounts[name];
    return splitOf(amounts);
  };
  const each = orders.map((order) => {
    const { id, instrumentId, timeMs, side } = order;
    return { id, instrumentId, timeMs, side, ...counted(amountsOf(order)) };
  });
  const ofIncomes = incomes.map((income) => {
    const { instrumentId, kind } = income;
    return { instrumentId, kind, ...counted(amountsOfIncome(income)) };
  });
  return { ...splitOf(total), orders: each, incomes: ofIncomes };
}

const nothing = (): Amounts => ({
  live: 0n,
  rerun: 0n,
  signal: 0n,
  ownOrders: 0n,
  missedApprovals: 0n,
  latency: 0n,
  slippage: 0n,
  fees: 0n,
  funding: 0n,
});

/** What the venue's insurance took over goes with the liquidation that it is of. */
function amountsOfIncome({ kind, isByHand, ...income }: GapIncome): Amounts {
  const [live, rerun] = [parseDecimal(income.live) * ATOMS, parseDecimal(income.rerun) * ATOMS];
  const part = kind === 'funding' ? 'funding' : isByHand ? 'ownOrders' : 'signal';
  return { ...nothing(), live, rerun, [part]: live - rerun };
}

function amountsOf(order: GapOrder): Amounts {
  const amounts = reckoned(order);
  const { signal, latency, slippage } = amounts;
  if (order.isByHand) return { ...amounts, ownOrders: signal + latency, signal: 0n, latency: 0n };
  if (order.isLiquidated) return { ...amounts, signal: signal + latency + slippage, latency: 0n, slippage: 0n };
  return amounts;
}

function reckoned({ side, markPrice, rerun, live }: GapOrder): Amounts {
  const sign = side === 'buy' ? 1n : -1n;
  const mark = parseDecimal(markPrice);
  const amounts = nothing();
  const rerunQty = rerun ? parseDecimal(rerun.qtyBase) : 0n;
  const rerunNotional = rerun ? parseDecimal(rerun.notionalQuote) * ATOMS : 0n;
  const rerunFee = rerun ? parseDecimal(rerun.feeQuote) * ATOMS : 0n;
  const filled = live ? parseDecimal(live.filledBase) : 0n;
  const notional = live ? parseDecimal(live.notionalQuote) * ATOMS : 0n;
  const liveFee = live ? parseDecimal(live.feeQuote) * ATOMS : 0n;
  amounts.rerun = sign * (rerunQty * mark - rerunNotional) - rerunFee;
  amounts.live = sign * (filled * mark - notional) - liveFee;
  if (rerun === null || live === null) {
    amounts.signal = amounts.live - amounts.rerun;
    return amounts;
  }
  // The mean of the re-run's fills, to the last place there is; what that leaves out is its slippage.
  const rerunPrice = rerunQty === 0n ? mark : divideDecimal(rerunNotional / ATOMS, rerunQty, 'half-up');
  const [asked, signed] = [parseDecimal(live.askedBase), parseDecimal(live.signedBase)];
  const worth = sign * (mark - rerunPrice);
  amounts.signal = (asked - rerunQty) * worth;
  amounts.missedApprovals = (signed - asked) * worth;
  const isUntaken = filled === 0n && signed === 0n;
  const [arrival, rerunArrival] = [parseDecimal(live.arrivalPrice), parseDecimal(rerun.arrivalPrice)];
  amounts.latency = sign * filled * (rerunArrival - arrival);
  amounts.slippage =
    sign * (filled * arrival - notional + filled * (rerunPrice - rerunArrival)) +
    sign * (rerunNotional - rerunQty * rerunPrice) +
    (filled - signed) * worth;
  // What was not taken costs no fee either.
  amounts[isUntaken ? 'missedApprovals' : 'fees'] += rerunFee - liveFee;
  return amounts;
}

function splitOf(amounts: Amounts): GapSplit {
  return {
    live: textOf(amounts.live),
    rerun: textOf(amounts.rerun),
    gap: textOf(amounts.live - amounts.rerun),
    parts: {
      signal: textOf(amounts.signal),
      ownOrders: textOf(amounts.ownOrders),
      missedApprovals: textOf(amounts.missedApprovals),
      latency: textOf(amounts.latency),
      slippage: textOf(amounts.slippage),
      fees: textOf(amounts.fees),
      funding: textOf(amounts.funding),
    },
  };
}

/** A plain decimal with all the places it has. */
function textOf(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(PLACES + 1, '0');
  const places = digits.slice(-PLACES).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${places === '' ? '' : `.${places}`}`;
}
