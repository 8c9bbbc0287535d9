import { largerOf, roundToStep } from '../../engine/domain/decimal.ts';
import { assert } from '../../engine/domain/result.ts';
import type { Side } from '../matching/order.ts';
import { notionalAtoms, type TradingRules } from '../matching/rules.ts';
import { flatPosition, MONEY_STEP, type Position, traded, unrealizedAtoms, valueAtoms } from './position.ts';

export type IncomeKind = 'transfer' | 'realized-pnl' | 'commission' | 'funding-fee' | 'insurance-clear';

/** One change of the wallet. The wallet is the sum of all of them: nothing else touches it. */
export interface Income {
  readonly kind: IncomeKind;
  readonly atoms: bigint;
  readonly symbol: string | null;
  readonly timeMs: number;
  /** Order of the venue's own, see `trade-ids.ts`; null where no trade was the cause. */
  readonly tradeId: number | null;
}

/** One open order as far as margin goes. */
export interface OpenInterest {
  readonly symbol: string;
  readonly side: Side;
  readonly notionalAtoms: bigint;
}

export type MarkTicks = (symbol: string) => number;

/** One tier for every instrument: up to 50-fold leverage, 1 % of the value must be kept. */
export const LEVERAGE_MAX = 50;
export const LEVERAGE_DEFAULT = 20;
export const MAINTENANCE_PERCENT = 1n;

export interface MarginFees {
  readonly makerBps: number;
  readonly takerBps: number;
}
export const DEFAULT_MARGIN_FEES: MarginFees = { makerBps: 2, takerBps: 5 };

const FEE_SCALE = 1_000n;

/** What is kept on disk of an account. */
export interface MarginState {
  readonly incomes: readonly Income[];
  readonly positions: readonly Position[];
  readonly leverages: ReadonlyMap<string, number>;
}

export interface MarginChanges {
  readonly incomes: readonly Income[];
  readonly positions: readonly Position[];
  readonly leverages: readonly (readonly [string, number])[];
}

/**
 * A futures account with one margin asset, one-way positions and cross margin: the whole wallet stands behind every
 * position. Exact: the wallet is its deposits, realized profits, fees and funding, added up in whole atoms.
 */
export class MarginAccount {
  readonly #rules: ReadonlyMap<string, TradingRules>;
  readonly #fees: MarginFees;
  readonly #positions = new Map<string, Position>();
  readonly #leverages: Map<string, number>;
  #walletAtoms = 0n;
  #incomes: Income[] = [];
  readonly #touchedPositions = new Set<string>();
  readonly #touchedLeverages = new Set<string>();

  constructor(rules: ReadonlyMap<string, TradingRules>, fees: MarginFees, state: MarginState) {
    this.#rules = rules;
    this.#fees = fees;
    for (const { atoms } of state.incomes) this.#walletAtoms += atoms;
    for (const position of state.positions) this.#positions.set(position.symbol, position);
    this.#leverages = new Map(state.leverages);
  }

  get walletAtoms(): bigint {
    return this.#walletAtoms;
  }

  position(symbol: string): Position {
    return this.#positions.get(symbol) ?? flatPosition(symbol);
  }

  openPositions(): readonly Position[] {
    return [...this.#positions.values()].filter(({ lots }) => lots !== 0);
  }

  leverage(symbol: string): number {
    return this.#leverages.get(symbol) ?? LEVERAGE_DEFAULT;
  }

  setLeverage(symbol: string, leverage: number): void {
    this.#leverages.set(symbol, leverage);
    this.#touchedLeverages.add(symbol);
  }

  book(income: Income): void {
    if (income.atoms === 0n) return;
    this.#walletAtoms += income.atoms;
    this.#incomes.push(income);
  }

  /** Books one execution: position, profit and fee. */
  settle(
    symbol: string,
    side: Side,
    trade: {
      readonly tradeId: number;
      readonly ticks: number;
      readonly lots: number;
      readonly isMaker: boolean;
      readonly timeMs: number;
    },
  ): { readonly realizedAtoms: bigint; readonly feeAtoms: bigint } {
    const rules = this.#rulesOf(symbol);
    const { position, realizedAtoms } = traded(this.position(symbol), rules, { ...trade, side });
    this.#positions.set(symbol, position);
    this.#touchedPositions.add(symbol);
    const feeAtoms = this.#fee(notionalAtoms(rules, trade.ticks, trade.lots), trade.isMaker);
    const { timeMs, tradeId } = trade;
    this.book({ kind: 'realized-pnl', atoms: realizedAtoms, symbol, timeMs, tradeId });
    this.book({ kind: 'commission', atoms: -feeAtoms, symbol, timeMs, tradeId });
    return { realizedAtoms, feeAtoms };
  }

  /** Longs pay shorts when `ratePpm` (millionths) is above zero. */
  payFunding(symbol: string, markTicks: number, ratePpm: number, timeMs: number): void {
    const value = valueAtoms(this.position(symbol), this.#rulesOf(symbol), markTicks);
    const atoms = -roundToStep((value * BigInt(ratePpm)) / 1_000_000n, MONEY_STEP, 'half-up');
    this.book({ kind: 'funding-fee', atoms, symbol, timeMs, tradeId: null });
  }

  unrealizedAtoms(symbol: string, markTicks: number): bigint {
    return unrealizedAtoms(this.position(symbol), this.#rulesOf(symbol), markTicks);
  }

  /** Wallet and open profit or loss together: what stands behind the positions. */
  marginBalanceAtoms(mark: MarkTicks): bigint {
    return this.openPositions().reduce(
      (sum, { symbol }) => sum + this.unrealizedAtoms(symbol, mark(symbol)),
      this.#walletAtoms,
    );
  }

  maintenanceAtoms(mark: MarkTicks): bigint {
    return this.openPositions().reduce((sum, { symbol }) => sum + this.maintenanceOf(symbol, mark(symbol)), 0n);
  }

  maintenanceOf(symbol: string, markTicks: number): bigint {
    return (absolute(valueAtoms(this.position(symbol), this.#rulesOf(symbol), markTicks)) * MAINTENANCE_PERCENT) / 100n;
  }

  positionMarginOf(symbol: string, markTicks: number): bigint {
    return (
      absolute(valueAtoms(this.position(symbol), this.#rulesOf(symbol), markTicks)) / BigInt(this.leverage(symbol))
    );
  }

  /** Margin of positions and open orders together: per instrument the larger of its two worst sides, by its leverage. */
  initialMarginAtoms(mark: MarkTicks, open: readonly OpenInterest[]): bigint {
    const symbols = new Set([...this.openPositions(), ...open].map(({ symbol }) => symbol));
    let sum = 0n;
    for (const symbol of symbols) {
      const held = valueAtoms(this.position(symbol), this.#rulesOf(symbol), mark(symbol));
      const side = (which: Side): bigint =>
        open.reduce((total, o) => (o.symbol === symbol && o.side === which ? total + o.notionalAtoms : total), 0n);
      sum += largerOf(absolute(held + side('buy')), absolute(held - side('sell'))) / BigInt(this.leverage(symbol));
    }
    return sum;
  }

  get hasChanges(): boolean {
    return this.#incomes.length + this.#touchedPositions.size + this.#touchedLeverages.size > 0;
  }

  takeChanges(): MarginChanges {
    const changes = {
      incomes: this.#incomes,
      positions: [...this.#touchedPositions].map((symbol) => this.position(symbol)),
      leverages: [...this.#touchedLeverages].map((symbol) => [symbol, this.leverage(symbol)] as const),
    };
    this.#incomes = [];
    this.#touchedPositions.clear();
    this.#touchedLeverages.clear();
    return changes;
  }

  #fee(quoteAtoms: bigint, isMaker: boolean): bigint {
    const bps = BigInt(Math.round((isMaker ? this.#fees.makerBps : this.#fees.takerBps) * Number(FEE_SCALE)));
    return roundToStep((quoteAtoms * bps) / (10_000n * FEE_SCALE), MONEY_STEP, 'down');
  }

  #rulesOf(symbol: string): TradingRules {
    const rules = this.#rules.get(symbol);
    assert(rules, `unknown symbol ${symbol}`);
    return rules;
  }
}

const absolute = (atoms: bigint): bigint => (atoms < 0n ? -atoms : atoms);
