import { divideDecimal, formatDecimal, largerOf, multiplyDecimal, toNumberLossy } from '../domain/decimal.ts';
import type { FillBooked } from '../domain/events.ts';
import { bpsOf } from '../domain/exposure.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { SPOT_VENUE } from '../domain/instrument.ts';
import { liquidationPriceOf, MAINTENANCE_BPS } from '../domain/margin.ts';
import type { PortfolioView, PositionView } from '../domain/portfolio.ts';
import { type AuditWatch, statedBalances } from './balance-check.ts';
import { balanceOf, dayStartOf, emptyDay, type LedgerState, type Origin, type Position } from './ledger-state.ts';
import { heldCost, heldQty, owedQty } from './lots.ts';
import { openProfit, type PerpetualPosition } from './perpetuals.ts';
import { equityOf, type MarkOf, marginOf, sumPerpetuals, sumPositions, unrealizedOf, worthOf } from './valuation.ts';

/** Amounts as decimal strings, in the quote asset. */
export interface AccountRow {
  readonly quoteAsset: string;
  readonly equityQuote: string;
  readonly cashQuote: string;
  readonly realizedTodayQuote: string;
  readonly unrealizedQuote: string;
  readonly pnlTodayQuote: string;
  /** Of the equity the day began with. */
  readonly pnlTodayShare: number;
  readonly feesTodayQuote: string;
  readonly exposureQuote: string;
  readonly exposureShare: number;
  readonly slippageBps: number | null;
}

export interface PositionRow {
  readonly instrumentId: InstrumentId;
  readonly qtyBase: string;
  readonly averageCost: string;
  readonly costQuote: string;
  readonly markPrice: string | null;
  readonly unrealizedQuote: string | null;
  readonly realizedQuote: string;
  readonly feesQuote: string;
  /** Null for spot. */
  readonly perpetual: PerpetualRow | null;
  /** Whose decision the last purchase was; null for what was there at the opening. */
  readonly origin: Origin | null;
}

/** What a perpetual's position has beside a spot one; amounts as decimal strings. */
export interface PerpetualRow {
  /** Wallet and open profit and loss: what stands behind this position and the wallet's others. */
  readonly marginQuote: string;
  /** What the wallet's positions are worth together, over that; null where nothing is left. */
  readonly leverage: number | null;
  readonly liquidationPrice: string | null;
  /** Received less paid since the account was opened. */
  readonly fundingQuote: string;
}

export interface BalanceRow {
  /** An account, see `accountName`. */
  readonly asset: string;
  readonly ledger: string;
  /** As the venue last said; null before the first audit since the start. */
  readonly free: string | null;
  readonly locked: string | null;
}

export interface LedgerView {
  account(quoteAsset: string, nowMs: number): AccountRow;
  positions(): readonly PositionRow[];
  /** Newest first, at most the latest 1,000. */
  fills(limit: number): readonly FillBooked[];
  balances(): readonly BalanceRow[];
  /** Unexplained: entries are held while there are any. */
  differences(): readonly { readonly asset: string; readonly ledger: string; readonly venue: string }[];
  /** Whether the account's opening balances are booked; spot's where no venue is named. */
  isOpened(venue?: string): boolean;
  /** Everything that a restart brings back, as it stands (no copy): after one it is the same, entry by entry. */
  durableState(): LedgerState;
}

export function createPortfolioView(state: LedgerState, markOf: MarkOf): PortfolioView {
  return {
    cashQuote: (quoteAsset) => balanceOf(state, quoteAsset),
    equityQuote: (quoteAsset) => equityOf(state, quoteAsset, markOf),
    marginQuote: (account) => marginOf(state, account, markOf),
    position(instrumentId) {
      const perpetual = state.perpetuals.get(instrumentId);
      if (perpetual) return perpetualViewOf(perpetual);
      const position = state.positions.get(instrumentId);
      return position ? positionViewOf(position) : null;
    },
    positions: () => [...heldPositions(state).map(positionViewOf), ...openPerpetuals(state).map(perpetualViewOf)],
    pnlTodayQuote: (quoteAsset, nowMs) => pnlToday(state, quoteAsset, nowMs, markOf),
  };
}

/** Held less owed, never below zero. */
const netQty = ({ holding }: Position): bigint => largerOf(heldQty(holding) - owedQty(holding), 0n);

const heldPositions = (state: LedgerState): Position[] =>
  [...state.positions.values()].filter((position) => netQty(position) > 0n);

const openPerpetuals = (state: LedgerState): PerpetualPosition[] =>
  [...state.perpetuals.values()].filter(({ qty }) => qty !== 0n);

const perpetualViewOf = ({ instrumentId, qty, cost }: PerpetualPosition): PositionView => ({
  instrumentId,
  qtyBase: qty,
  costQuote: cost,
});

const positionViewOf = (position: Position): PositionView => ({
  instrumentId: position.instrumentId,
  qtyBase: netQty(position),
  costQuote: heldCost(position.holding),
});

const realizedToday = (state: LedgerState, quoteAsset: string, nowMs: number): bigint =>
  state.days.get(dayStartOf(nowMs))?.realized.get(quoteAsset) ?? 0n;

/** Equity now less equity at the day's start; until the day is opened, what was realized on it. */
function pnlToday(state: LedgerState, quoteAsset: string, nowMs: number, markOf: MarkOf): bigint {
  const { baseline } = state;
  if (baseline === null || baseline.dayStartMs !== dayStartOf(nowMs)) return realizedToday(state, quoteAsset, nowMs);
  return equityOf(state, quoteAsset, markOf) - (baseline.equity.get(quoteAsset) ?? 0n);
}

export function createLedgerView(state: LedgerState, watch: AuditWatch, markOf: MarkOf): LedgerView {
  return {
    account: (quoteAsset, nowMs) => accountRow(state, quoteAsset, nowMs, markOf),
    positions: () => [
      ...heldPositions(state).map((position) => positionRow(position, markOf)),
      ...openPerpetuals(state).map((position) => perpetualRow(state, position, markOf)),
    ],
    fills: (limit) => state.fills.slice(-limit).reverse(),
    balances() {
      const stated = statedBalances(watch);
      const accounts = [...state.balances.keys()].filter((account) => !state.perpetuals.has(account));
      return [...new Set([...accounts, ...stated.keys()])].map((asset) => ({
        asset,
        ledger: formatDecimal(balanceOf(state, asset)),
        free: stated.get(asset)?.free ?? null,
        locked: stated.get(asset)?.locked ?? null,
      }));
    },
    differences: () => [...state.differences].map(([asset, amounts]) => ({ asset, ...amounts })),
    isOpened: (venue = SPOT_VENUE) => state.opened.has(venue),
    durableState: () => state,
  };
}

function accountRow(state: LedgerState, quoteAsset: string, nowMs: number, markOf: MarkOf): AccountRow {
  const equity = equityOf(state, quoteAsset, markOf);
  const exposure =
    sumPositions(state, quoteAsset, (position) => largerOf(worthOf(position, markOf), 0n)) +
    sumPerpetuals(state, quoteAsset, (position) => notionalOf(position, markOf));
  const pnl = pnlToday(state, quoteAsset, nowMs, markOf);
  const day = state.days.get(dayStartOf(nowMs)) ?? emptyDay();
  return {
    quoteAsset,
    equityQuote: formatDecimal(equity),
    cashQuote: formatDecimal(balanceOf(state, quoteAsset)),
    realizedTodayQuote: formatDecimal(realizedToday(state, quoteAsset, nowMs)),
    unrealizedQuote: formatDecimal(
      sumPositions(state, quoteAsset, (position) => unrealizedOf(position, markOf)) +
        sumPerpetuals(state, quoteAsset, (position) => openProfit(position, markOf(position.instrumentId))),
    ),
    pnlTodayQuote: formatDecimal(pnl),
    pnlTodayShare: shareLossy(pnl, equity - pnl),
    feesTodayQuote: formatDecimal(
      (day.feesQuote.get(quoteAsset) ?? 0n) + otherFees(state, day.feesOther, quoteAsset, markOf),
    ),
    exposureQuote: formatDecimal(exposure),
    exposureShare: shareLossy(exposure, equity),
    slippageBps: day.slippageFills === 0 ? null : Number(day.slippageSum) / day.slippageFills / 10_000,
  };
}

/** What a position is worth, long or short, at its mark, and at cost while there is none. */
function notionalOf({ instrumentId, qty, cost }: PerpetualPosition, markOf: MarkOf): bigint {
  const mark = markOf(instrumentId);
  const worth = mark === null ? cost : multiplyDecimal(mark, qty, 'floor');
  return worth < 0n ? -worth : worth;
}

const shareLossy = (part: bigint, whole: bigint): number =>
  whole > 0n ? toNumberLossy(divideDecimal(part, whole, 'half-up')) : 0;

/** Fees in third currencies at their marks now: a statistic, not a booking. */
function otherFees(state: LedgerState, fees: ReadonlyMap<string, bigint>, quote: string, markOf: MarkOf): bigint {
  let total = 0n;
  for (const position of state.positions.values()) {
    const fee = position.quote === quote ? fees.get(position.base) : undefined;
    const mark = fee === undefined ? null : markOf(position.instrumentId);
    if (fee !== undefined && mark !== null) total += multiplyDecimal(fee, mark, 'half-up');
  }
  return total;
}

function positionRow(position: Position, markOf: MarkOf): PositionRow {
  const { holding } = position;
  const qty = heldQty(holding);
  const mark = markOf(position.instrumentId);
  return {
    instrumentId: position.instrumentId,
    qtyBase: formatDecimal(qty),
    averageCost: formatDecimal(qty > 0n ? divideDecimal(heldCost(holding), qty, 'half-up') : 0n),
    costQuote: formatDecimal(heldCost(holding)),
    markPrice: mark === null ? null : formatDecimal(mark),
    unrealizedQuote: mark === null ? null : formatDecimal(unrealizedOf(position, markOf)),
    realizedQuote: formatDecimal(holding.realized),
    feesQuote: formatDecimal(position.feesQuote),
    perpetual: null,
    origin: position.origin,
  };
}

function perpetualRow(state: LedgerState, position: PerpetualPosition, markOf: MarkOf): PositionRow {
  const { instrumentId, cash, qty, cost, realized, feesQuote, funding, origin } = position;
  const mark = markOf(instrumentId);
  const margin = marginOf(state, cash, markOf);
  const others = [...state.perpetuals.values()].filter((other) => other.cash === cash && other !== position);
  const elsewhere = others.reduce((sum, other) => sum + notionalOf(other, markOf), 0n);
  const behind = margin - openProfit(position, mark) - bpsOf(elsewhere, MAINTENANCE_BPS);
  const liquidation = liquidationPriceOf(qty, cost, behind);
  return {
    instrumentId,
    qtyBase: formatDecimal(qty),
    averageCost: formatDecimal(divideDecimal(cost, qty, 'half-up')),
    costQuote: formatDecimal(cost),
    markPrice: mark === null ? null : formatDecimal(mark),
    unrealizedQuote: mark === null ? null : formatDecimal(openProfit(position, mark)),
    realizedQuote: formatDecimal(realized - feesQuote),
    feesQuote: formatDecimal(feesQuote),
    perpetual: {
      marginQuote: formatDecimal(margin),
      leverage: margin > 0n ? shareLossy(elsewhere + notionalOf(position, markOf), margin) : null,
      liquidationPrice: liquidation === null ? null : formatDecimal(liquidation),
      fundingQuote: formatDecimal(funding),
    },
    origin,
  };
}
