import type { FillBooked } from '../../engine/domain/events.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import { type CountersignedOrder, isVenuesOwnClose } from '../../engine/domain/order.ts';
import { Account } from '../backtest/account.ts';
import { Position } from '../backtest/position.ts';
import type { FundingEvent, RunSettings } from '../backtest/settings.ts';
import type { ExitReason } from '../backtest/trade.ts';
import type { Listing } from './listing.ts';

/** What a run of the exact gear comes to: trades from flat to flat and equity at each step, as the fast gear keeps them. */
export class RunBooks {
  readonly account: Account;
  readonly equityQuote: number[] = [];
  barsInMarket = 0;
  /** Orders that rest for the strategy. */
  readonly #rested = new Set<string>();
  readonly #lines: ReadonlyMap<string, { readonly listing: Listing; readonly position: Position }>;

  constructor(listings: readonly Listing[], settings: RunSettings) {
    this.account = new Account(settings.cashQuote);
    const lineOf = (listing: Listing, at: number) => ({ listing, position: new Position(this.account, settings, at) });
    this.#lines = new Map(listings.map((listing, at) => [listing.record.id, lineOf(listing, at)]));
  }

  /** An order goes out. */
  signed({ type, clientOrderId }: CountersignedOrder): void {
    if (type === 'post-only') this.#rested.add(clientOrderId);
  }

  filled({ fill, purpose }: FillBooked): void {
    const { side, price, qtyBase, liquidity, instrumentId } = fill;
    const line = this.#lines.get(instrumentId);
    if (!line) return;
    const { position, listing } = line;
    // Of the run, not of the instrument, which may have begun later.
    const bar = this.equityQuote.length;
    const maker = liquidity === 'maker';
    const [sign, qty] = [side === 'buy' ? 1 : -1, Number(qtyBase)];
    if (position.qty * sign >= 0) {
      position.add(bar, sign * qty, Number(price), maker);
      return;
    }
    const left = position.size - qty;
    // Sums of decimals in floats: less than half a lot is nothing.
    const size = left < Number(listing.record.lotStep) / 2 ? position.size : qty;
    const reason = this.#rested.has(fill.clientOrderId) ? 'limit' : reasonOf(fill, purpose);
    position.reduce(bar, size, Number(price), maker, reason);
  }

  funded(instrumentId: InstrumentId, event: FundingEvent): void {
    this.#lines.get(instrumentId)?.position.payFunding(event);
  }

  /** A step is over: those had a bar in it. */
  stepped(listings: readonly Listing[], equityQuote: number): void {
    this.barsInMarket += listings.filter(({ heldBase }) => heldBase !== 0n).length;
    this.equityQuote.push(equityQuote);
  }
}

function reasonOf({ clientOrderId, liquidity }: FillBooked['fill'], purpose: FillBooked['purpose']): ExitReason {
  if (isVenuesOwnClose(clientOrderId)) return 'liquidation';
  if (purpose === 'target') return 'take_profit';
  // Spot's stop and target are one order: which of the two it was, its fill says.
  return purpose === 'stop' ? (liquidity === 'maker' ? 'take_profit' : 'stop_loss') : 'signal';
}
