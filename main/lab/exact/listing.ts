import {
  divideRounded,
  formatDecimal,
  fromNumber,
  multiplyDecimal,
  parseDecimal,
  toNumberLossy,
} from '../../engine/domain/decimal.ts';
import { type InstrumentRecord, isPerpetual } from '../../engine/domain/instrument.ts';
import { FillModel } from '../backtest/fill-model.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { ExactFunding, ExactMarket } from './exact-plan.ts';

/** One instrument at the venue of candles: where its market stands in the bar, what of the bar's volume is left, what is held. */
export class Listing {
  readonly record: InstrumentRecord;
  readonly market: ExactMarket;
  readonly #model: FillModel;
  readonly isPerpetual: boolean;
  bar = 0;
  /** NaN before its first bar. */
  price = Number.NaN;
  /** Below zero: a short. */
  heldBase: bigint;
  /** Of a perpetual: what the open quantity cost, below zero for a short. */
  costQuote: bigint;
  #fundingAt = 0;
  /** That may still be traded in this bar; null for as much as one likes. */
  #volumeLeft: bigint | null = null;

  constructor(record: InstrumentRecord, market: ExactMarket, settings: RunSettings) {
    this.record = record;
    this.isPerpetual = isPerpetual(record.id);
    this.market = market;
    this.#model = new FillModel(market, settings);
    this.heldBase = parseDecimal(market.heldBase ?? '0');
    this.costQuote = parseDecimal(market.costQuote ?? '0');
  }

  /** The market stands at this price in this bar. */
  stand(bar: number, price: number): void {
    if (bar !== this.bar || Number.isNaN(this.price)) {
      const volume = this.#model.volumeOf(bar);
      this.#volumeLeft = Number.isFinite(volume) ? fromNumber(volume, 1n, 'floor') : null;
    }
    this.bar = bar;
    this.price = price;
  }

  /** As much of this as the bar's volume still allows, on the lot where it is less. */
  allowed(qty: bigint): bigint {
    const left = this.#volumeLeft;
    return left === null || qty <= left ? qty : left - (left % parseDecimal(this.record.lotStep));
  }

  trade(qty: bigint): void {
    if (this.#volumeLeft !== null) this.#volumeLeft -= qty;
  }

  /** What a taker of so much pays where the market stands at `reference`, on the tick. */
  takerPrice(side: 'buy' | 'sell', reference: number, qty: bigint): string {
    return this.onTick(this.#model.takerPrice(side === 'buy' ? 1 : -1, reference, toNumberLossy(qty), this.bar));
  }

  onTick(price: number): string {
    return formatDecimal(fromNumber(price, parseDecimal(this.record.tickSize), 'half-up'));
  }

  /** What is held, at where the market stands; of a perpetual the open profit. Nothing before it has a price. */
  get worth(): number {
    return this.heldBase === 0n || Number.isNaN(this.price)
      ? 0
      : toNumberLossy(this.heldBase) * this.price - toNumberLossy(this.costQuote);
  }

  /** As much of this as there is to close on that side. */
  closable(side: 'buy' | 'sell', qty: bigint): bigint {
    const most = side === 'sell' ? this.heldBase : -this.heldBase;
    return most <= 0n ? 0n : qty < most ? qty : most;
  }

  /** A fill, and how it moves the money: on spot by what it is worth, of a perpetual by what it realized. */
  book(side: 'buy' | 'sell', qty: bigint, price: bigint): { readonly moved: bigint; readonly realized: bigint | null } {
    const sign = side === 'buy' ? 1n : -1n;
    const notional = multiplyDecimal(qty, price, 'half-up');
    const closing = this.closable(side, qty);
    const size = this.heldBase < 0n ? -this.heldBase : this.heldBase;
    this.heldBase += sign * qty;
    if (!this.isPerpetual) return { moved: -sign * notional, realized: null };
    const costGone = closing === 0n ? 0n : divideRounded(this.costQuote * closing, size, 'half-up');
    const realized = -costGone - sign * (closing === qty ? notional : multiplyDecimal(closing, price, 'half-up'));
    this.costQuote += sign * notional + (closing === 0n ? 0n : realized);
    return { moved: closing === 0n ? 0n : realized, realized: closing === 0n ? 0n : realized };
  }

  /** Funding that is due until then, with what a position pays of it (below zero: receives). */
  *fundingUntil(untilMs: number): Generator<{ readonly event: ExactFunding; readonly paid: bigint }> {
    const { funding = [] } = this.market;
    for (let event = funding[this.#fundingAt]; event && event.timeMs <= untilMs; event = funding[this.#fundingAt]) {
      this.#fundingAt += 1;
      if (this.heldBase !== 0n) yield { event, paid: this.#owes(event) };
    }
  }

  #owes({ rate, markPrice, booked }: ExactFunding): bigint {
    if (!booked) return multiplyDecimal(fromNumber(rate * markPrice, 1n, 'half-up'), this.heldBase, 'half-up');
    return -divideRounded(parseDecimal(booked.amountQuote) * this.heldBase, parseDecimal(booked.qtyBase), 'half-up');
  }

  /**
   * The price at which what stands behind a perpetual's position would fall below what must be kept of its value; NaN where none would.
   * @param behind wallet and open profit of the others
   */
  liquidationPrice(behind: number, maintenanceShare: number): number {
    const [held, cost] = [toNumberLossy(this.heldBase), toNumberLossy(this.costQuote)];
    const price = (cost - behind) / (held * (held > 0 ? 1 - maintenanceShare : 1 + maintenanceShare));
    return held !== 0 && price > 0 ? price : Number.NaN;
  }
}
