import type { FillBooked } from '../../engine/domain/events.ts';
import { Account } from '../backtest/account.ts';
import { Position } from '../backtest/position.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { ExitReason } from '../backtest/trade.ts';
import type { Listing } from './listing.ts';

/** What a run of the exact gear comes to: trades from flat to flat and equity at each step, as the fast gear keeps them. */
export class RunBooks {
  readonly account: Account;
  readonly equityQuote: number[] = [];
  barsInMarket = 0;
  readonly #lines: ReadonlyMap<string, { readonly listing: Listing; readonly position: Position }>;

  constructor(listings: readonly Listing[], settings: RunSettings) {
    this.account = new Account(settings.cashQuote);
    const lineOf = (listing: Listing, at: number) => ({ listing, position: new Position(this.account, settings, at) });
    this.#lines = new Map(listings.map((listing, at) => [listing.record.id, lineOf(listing, at)]));
  }

  filled({ fill, purpose }: FillBooked): void {
    const { side, price, qtyBase, liquidity, instrumentId } = fill;
    const line = this.#lines.get(instrumentId);
    if (!line) return;
    const { position, listing } = line;
    const maker = liquidity === 'maker';
    if (side === 'buy') {
      position.add(listing.bar, Number(qtyBase), Number(price), maker);
      return;
    }
    const isProtection = purpose === 'stop' || purpose === 'target';
    const reason: ExitReason = isProtection ? (maker ? 'take_profit' : 'stop_loss') : 'signal';
    const left = position.size - Number(qtyBase);
    // Sums of decimals in floats: less than half a lot is nothing.
    const size = left < Number(listing.record.lotStep) / 2 ? position.size : Number(qtyBase);
    position.reduce(listing.bar, size, Number(price), maker, reason);
  }

  /** A step is over: those had a bar in it. */
  stepped(listings: readonly Listing[], equityQuote: number): void {
    this.barsInMarket += listings.filter(({ heldBase }) => heldBase > 0n).length;
    this.equityQuote.push(equityQuote);
  }
}
