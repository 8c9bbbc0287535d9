import { formatDecimal, fromNumber, parseDecimal, toNumberLossy } from '../../engine/domain/decimal.ts';
import type { InstrumentRecord } from '../../engine/domain/instrument.ts';
import { FillModel } from '../backtest/fill-model.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { ExactMarket } from './exact-plan.ts';

/** One instrument at the venue of candles: where its market stands in the bar, what of the bar's volume is left, what is held. */
export class Listing {
  readonly record: InstrumentRecord;
  readonly market: ExactMarket;
  readonly #model: FillModel;
  bar = 0;
  /** NaN before its first bar. */
  price = Number.NaN;
  heldBase: bigint;
  /** That may still be traded in this bar; null for as much as one likes. */
  #volumeLeft: bigint | null = null;

  constructor(record: InstrumentRecord, market: ExactMarket, settings: RunSettings) {
    this.record = record;
    this.market = market;
    this.#model = new FillModel(market, settings);
    this.heldBase = parseDecimal(market.heldBase ?? '0');
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

  /** What is held, at where the market stands; nothing before it has a price. */
  get worth(): number {
    return this.heldBase === 0n || Number.isNaN(this.price) ? 0 : toNumberLossy(this.heldBase) * this.price;
  }
}
