import { fail, type Result } from '../../engine/domain/result.ts';
import { Exchange } from '../exchange.ts';
import type { MarketSource } from '../market/source.ts';
import type { OrderRequest, Rejection } from '../matching/filters.ts';
import type { OrderReport, VenueOrder } from '../matching/order.ts';
import { type TradingRules, tradingRules } from '../matching/rules.ts';
import type { MarginStore } from '../store/margin-store.ts';
import { type ConditionalOrder, type ConditionalRequest, isTriggeredAt } from './conditional-orders.ts';
import { LEVERAGE_MAX, type MarginFees, type MarkTicks } from './margin-account.ts';
import { MarginDesk, type MarginNews } from './margin-desk.ts';

/** Why a futures order is refused, beyond what refuses any order. */
export type MarginRejection = Rejection | { readonly kind: 'reduce-only' | 'liquidating' };

export interface DerivativesExchangeOptions {
  readonly source: MarketSource;
  readonly store: MarginStore;
  readonly nowMs: () => number;
  readonly fees: MarginFees;
  /** What a new account starts with, in the margin asset. */
  readonly depositAtoms: bigint;
}

/** What the account comes to at one moment. */
export interface MarginSummary {
  readonly walletAtoms: bigint;
  readonly unrealizedAtoms: bigint;
  readonly initialAtoms: bigint;
  readonly positionMarginAtoms: bigint;
  readonly maintenanceAtoms: bigint;
  readonly availableAtoms: bigint;
}

const CONDITIONALS_MAX = 200;

/**
 * Perpetual futures on the same market as spot: an exchange of its own (books, prints, orders, memory) whose money is a
 * margin account. What is told or returned is durable.
 */
export class DerivativesExchange {
  readonly exchange: Exchange;
  readonly fees: MarginFees;
  readonly #desk: MarginDesk;
  readonly #store: MarginStore;
  readonly #nowMs: () => number;
  readonly #rules: ReadonlyMap<string, TradingRules>;
  readonly #listeners: ((news: MarginNews) => void)[] = [];
  readonly #countdowns: Map<string, number>;

  constructor(options: DerivativesExchangeOptions) {
    const { source, store, nowMs, fees } = options;
    this.#store = store;
    this.#nowMs = nowMs;
    this.fees = fees;
    this.#rules = new Map(source.instruments.map((instrument) => [instrument.symbol, tradingRules(instrument)]));
    this.#countdowns = new Map(store.countdowns());
    const isNew = store.state().incomes.length === 0;
    const tell = (news: MarginNews): void => {
      for (const listener of this.#listeners) listener(news);
    };
    this.#desk = new MarginDesk({ store, rules: this.#rules, fees, tell, nowMs });
    this.exchange = new Exchange({
      source,
      store,
      nowMs,
      fees: { ...fees, coinDiscountPercent: 0 },
      initialBalances: new Map(),
      desk: this.#desk,
    });
    if (isNew && options.depositAtoms > 0n) this.transfer(options.depositAtoms);
  }

  listen(listener: (news: MarginNews) => void): void {
    this.#listeners.push(listener);
  }

  get account() {
    return this.#desk.account;
  }

  get isInUse(): boolean {
    return (
      this.exchange.openOrderCount > 0 ||
      this.account.openPositions().length > 0 ||
      this.#desk.conditionals.waiting().length > 0
    );
  }

  /** The market's own price, which the account's orders do not move. */
  readonly mark: MarkTicks = (symbol) => this.#desk.hands.markTicks(symbol, this.#nowMs());

  summary(): MarginSummary {
    const { account, settlement } = this.#desk;
    this.#desk.moveTo(this.#nowMs());
    const balance = account.marginBalanceAtoms(this.mark);
    const initialAtoms = account.initialMarginAtoms(this.mark, settlement.openInterest());
    return {
      walletAtoms: account.walletAtoms,
      unrealizedAtoms: balance - account.walletAtoms,
      initialAtoms,
      positionMarginAtoms: account.initialMarginAtoms(this.mark, []),
      maintenanceAtoms: account.maintenanceAtoms(this.mark),
      availableAtoms: balance > initialAtoms ? balance - initialAtoms : 0n,
    };
  }

  /** Places one order; when it returns, order, fills, position and wallet are on disk. */
  place(request: OrderRequest): Result<VenueOrder, MarginRejection> & { readonly reports: readonly OrderReport[] } {
    const refused = this.#refusal(request);
    return refused ? { ...fail(refused), reports: [] } : this.exchange.place(request);
  }

  /** Everything that would refuse the order now. */
  test(request: OrderRequest): MarginRejection | null {
    return this.#refusal(request) ?? this.exchange.test(request);
  }

  /** A conditional order is taken without a look at margin or position: that comes when it fires. */
  placeConditional(request: ConditionalRequest): Result<ConditionalOrder, MarginRejection> {
    const { symbol, clientAlgoId } = request;
    const market = this.exchange.fresh(symbol);
    const { conditionals } = this.#desk;
    const waiting = conditionals.waiting();
    if (waiting.length >= CONDITIONALS_MAX) return fail({ kind: 'max-stop-orders' });
    if (waiting.some((order) => order.clientAlgoId === clientAlgoId)) return fail({ kind: 'duplicate-id' });
    const ticks = request.trigger === 'mark' ? this.mark(symbol) : market.lastPrint(market.cursorMs).ticks;
    if (isTriggeredAt(request, ticks)) return fail({ kind: 'would-trigger' });
    let placed: ConditionalOrder | null = null;
    this.exchange.change(symbol, (timeMs) => {
      placed = conditionals.add(request, timeMs);
    });
    return { ok: true, value: placed! };
  }

  conditionalOrders(symbol?: string): readonly ConditionalOrder[] {
    this.exchange.advanceAll();
    return this.#desk.conditionals.waiting(symbol);
  }

  findConditional(key: { algoId: number } | { clientAlgoId: string }): ConditionalOrder | null {
    return this.#desk.conditionals.find(key) ?? this.#store.conditional(key);
  }

  /** Null when it does not wait any more, also because it has just fired. */
  cancelConditional(algoId: number): ConditionalOrder | null {
    const order = this.findConditional({ algoId });
    if (!order) return null;
    this.exchange.fresh(order.symbol);
    const cancelled = this.#cancelConditionals(order.symbol, (other) => other.algoId === algoId);
    return cancelled[0] ?? null;
  }

  cancelConditionals(symbol: string): readonly ConditionalOrder[] {
    this.exchange.fresh(symbol);
    return this.#cancelConditionals(symbol, () => true);
  }

  /** False when the account could not carry its positions and orders at that leverage. */
  setLeverage(symbol: string, leverage: number): boolean {
    this.exchange.fresh(symbol);
    const { account, settlement } = this.#desk;
    this.#desk.moveTo(this.#nowMs());
    const before = account.leverage(symbol);
    let isCarried = true;
    this.exchange.change(symbol, () => {
      account.setLeverage(symbol, leverage);
      const needed = account.initialMarginAtoms(this.mark, settlement.openInterest());
      isCarried = leverage >= before || account.marginBalanceAtoms(this.mark) >= needed;
      if (!isCarried) account.setLeverage(symbol, before);
    });
    return isCarried;
  }

  readonly leverageMax = LEVERAGE_MAX;

  /** Pays funding on a symbol's position now, at `ratePpm` millionths of its value. */
  fund(symbol: string, ratePpm: number): void {
    this.exchange.change(symbol, (timeMs) => {
      this.account.payFunding(symbol, this.#desk.hands.markTicks(symbol, timeMs), ratePpm, timeMs);
    });
  }

  /** Gives or takes free money. */
  transfer(atoms: bigint): void {
    const [symbol] = this.#rules.keys();
    this.exchange.change(symbol!, (timeMs) => {
      this.account.book({ kind: 'transfer', atoms, symbol: null, timeMs, tradeId: null });
    });
  }

  /**
   * The dead-man switch of one symbol: unless it is set again within `countdownMs`, all its open orders are cancelled,
   * conditional ones too. 0 takes it away. It stands in the memory: a venue that was down fires it when it is back.
   */
  setCountdown(symbol: string, countdownMs: number): void {
    const expiresMs = countdownMs === 0 ? null : this.#nowMs() + countdownMs;
    this.#store.setCountdown(symbol, expiresMs);
    if (expiresMs === null) this.#countdowns.delete(symbol);
    else this.#countdowns.set(symbol, expiresMs);
  }

  /** Runs tapes, funding, liquidation and countdowns up to now. */
  tick(): void {
    this.exchange.advanceAll();
    const nowMs = this.#nowMs();
    for (const [symbol, expiresMs] of this.#countdowns) {
      if (nowMs < expiresMs) continue;
      this.exchange.cancelAll(symbol, 'countdown');
      this.cancelConditionals(symbol);
      this.setCountdown(symbol, 0);
    }
  }

  close(): void {
    this.exchange.close();
  }

  #refusal(request: OrderRequest): MarginRejection | null {
    this.exchange.fresh(request.symbol);
    this.#desk.moveTo(this.#nowMs());
    if (this.#desk.isLiquidating) return { kind: 'liquidating' };
    const mayTrade = this.#desk.settlement.allowedLots(request, request.qtyLots ?? 0);
    return request.reduceOnly && mayTrade === 0 ? { kind: 'reduce-only' } : null;
  }

  #cancelConditionals(symbol: string, picks: (order: ConditionalOrder) => boolean): readonly ConditionalOrder[] {
    const { conditionals } = this.#desk;
    const cancelled: ConditionalOrder[] = [];
    this.exchange.change(symbol, (timeMs) => {
      for (const order of conditionals.waiting(symbol).filter(picks)) {
        cancelled.push(conditionals.update(order, { status: 'cancelled' }, timeMs));
      }
    });
    return cancelled;
  }
}
