import type { StrategyFill } from '../strategy/strategy.ts';
import type { Account } from './account.ts';
import type { FundingEvent, RunSettings } from './settings.ts';
import type { ExitReason } from './trade.ts';

const YEAR_MS = 365 * 86_400_000;

/** What is held of one instrument, with its money: fees, interest, funding; its fills become a trade from flat to flat. */
export class Position {
  /** Base; below zero for a short. */
  qty = 0;
  /** Mean of the entries of what is held. */
  price = 0;
  /** Told of each fill; null where nobody listens. */
  onFill: ((fill: StrategyFill) => void) | null = null;

  readonly #account: Account;
  readonly #settings: RunSettings;
  readonly #instrument: number;
  #entryBar = 0;
  #most = 0;
  #fees = 0;
  #carry = 0;
  #gain = 0;
  #exitQty = 0;
  #exitPrice = 0;

  constructor(account: Account, settings: RunSettings, instrument: number) {
    this.#account = account;
    this.#settings = settings;
    this.#instrument = instrument;
  }

  get size(): number {
    return Math.abs(this.qty);
  }

  /** More on the side held, or on either side where nothing is. `qty` is signed. */
  add(bar: number, qty: number, price: number, maker: boolean): void {
    if (this.qty === 0) {
      this.#entryBar = bar;
      this.price = price;
      this.#fees = 0;
      this.#carry = 0;
      this.#gain = 0;
      this.#exitQty = 0;
      this.#most = 0;
    } else this.price = (this.price * this.qty + price * qty) / (this.qty + qty);
    this.qty += qty;
    if (this.size > this.#most) this.#most = this.size;
    this.#fees += this.#payFee(qty, price, maker);
  }

  /** Leaves `size` of it, at most all. */
  reduce(bar: number, size: number, price: number, maker: boolean, reason: ExitReason): void {
    const isLong = this.qty > 0;
    const all = size >= this.size;
    const left = all ? this.size : size;
    const gain = (price - this.price) * (isLong ? left : -left);
    this.#exitPrice =
      this.#exitQty === 0 ? price : (this.#exitPrice * this.#exitQty + price * left) / (this.#exitQty + left);
    this.#exitQty += left;
    this.#gain += gain;
    this.#account.cashQuote += gain;
    this.#fees += this.#payFee(isLong ? -left : left, price, maker);
    this.qty = all ? 0 : this.qty + (isLong ? -left : left);
    if (!all) return;
    const pnl = this.#gain - this.#fees - this.#carry;
    const most = isLong ? this.#most : -this.#most;
    const { trades } = this.#account;
    trades.add(this.#instrument, this.#entryBar, bar, most, this.price, this.#exitPrice, this.#fees, pnl, reason);
    this.price = 0;
  }

  /** Interest on what is borrowed: the value of a short, and of a long what equity does not cover. */
  payInterest(mark: number, spanMs: number): void {
    const value = this.size * mark;
    const borrowed = this.qty < 0 ? value : Math.max(0, value - this.#account.equityQuote);
    const interest = (borrowed * this.#settings.borrowPerYear * spanMs) / YEAR_MS;
    this.#account.costs.borrow += interest;
    this.#carryOn(interest);
  }

  payFunding({ rate, markPrice }: FundingEvent): void {
    const paid = rate * this.qty * markPrice;
    this.#account.costs.funding += paid;
    this.#carryOn(paid);
  }

  /** The price at which equity would fall below what must be kept of the position's value. */
  liquidationPrice(mark: number): number {
    const { maintenanceShare } = this.#settings;
    const others = this.#account.equityQuote - (mark - this.price) * this.qty;
    const kept = this.qty > 0 ? 1 - maintenanceShare : 1 + maintenanceShare;
    return (this.price * this.qty - others) / (this.qty * kept);
  }

  #carryOn(amount: number): void {
    this.#carry += amount;
    this.#account.cashQuote -= amount;
  }

  #payFee(signedQty: number, price: number, maker: boolean): number {
    const { makerFee, takerFee } = this.#settings;
    const qty = Math.abs(signedQty);
    const fee = (maker ? makerFee : takerFee) * price * qty;
    this.#account.cashQuote -= fee;
    this.#account.costs.fees += fee;
    this.#account.fills += 1;
    this.onFill?.({ instrument: this.#instrument, side: signedQty > 0 ? 'buy' : 'sell', price, qty, fee });
    return fee;
  }
}
