import type { InstrumentRecord } from '../../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../domain/order.ts';
import type { RequestBudget } from '../request-budget.ts';
import type { VenueCommand } from '../venue-port.ts';
import type { ConnectorContext } from './connector-context.ts';
import { type InstrumentOf, type Read, readInstrument } from './convert.ts';
import { readExecutionReport } from './convert-orders.ts';
import { createOcoPairs, listIdOf } from './oco-pairs.ts';
import { createOrderDesk, type OrderDesk } from './orders.ts';
import { createPrivateReads, type PrivateReads } from './private-reads.ts';
import { spotWording } from './spot-orders.ts';
import { TappedBinance, type TappedBinanceOptions, type Taps } from './tapped-binance.ts';

/** What an event of the private stream says; null when it says nothing that we follow. */
export type PrivateNews = { readonly report: VenueOrderReport; readonly fill: VenueFill | null } | null;

type CcxtMarket = Parameters<typeof readInstrument>[0];

/** What one of Binance's markets has of its own. All else about a connection is common to them. */
export interface BinanceMarket {
  /** The published limit, until the exchange info says otherwise. */
  readonly weightPerMinute: number;
  /** What the venue calls the right of an API key to trade here. */
  readonly tradeRight: 'enableSpotAndMarginTrading' | 'enableFutures';
  /** ccxt's key for the account's event stream. */
  readonly privateSubscription: string;
  openExchange(options: TappedBinanceOptions, budget: RequestBudget, taps: Taps): TappedBinance;
  readInstrument(market: CcxtMarket): Read<InstrumentRecord & { readonly venueSymbol: string }>;
  createReads(context: ConnectorContext): PrivateReads;
  createDesk(context: ConnectorContext): OrderDesk;
  readPrivateEvent(message: unknown, instrumentOf: InstrumentOf): Read<PrivateNews>;
  /** Streams that the market has beside what all have; `audit` asks for the books to be read. */
  followMore?(context: ConnectorContext, list: readonly InstrumentRecord[], audit: () => void): void;
  /** Sets the venue's dead-man switch and tells what came of it. */
  setCountdown(context: ConnectorContext, command: Extract<VenueCommand, { kind: 'countdown' }>): Promise<void>;
}

/** Spot. One of these per connection: it remembers which orders belong together. */
export function spotMarket(): BinanceMarket {
  const pairs = createOcoPairs();
  return {
    weightPerMinute: 6_000,
    tradeRight: 'enableSpotAndMarginTrading',
    privateSubscription: 'spot',
    openExchange: (options, budget, taps) => new TappedBinance(options, budget, taps),
    readInstrument,
    createReads: (context) => createPrivateReads(context, pairs),
    createDesk: (context) =>
      createOrderDesk(
        context,
        spotWording(pairs, ({ id }) => context.instruments.venueSymbol(id) as string),
      ),
    readPrivateEvent(message, instrumentOf) {
      const read = readExecutionReport(message, instrumentOf);
      if (!read.ok) return read;
      const listId = listIdOf(message, 'g');
      const report = pairs.note(read.value.report, listId);
      const fill = read.value.fill && (pairs.fill(read.value.fill, listId) ?? null);
      return { ok: true, value: report && { report, fill } };
    },
    async setCountdown(context, { instrumentId, countdownMs }) {
      const problem = 'Spot has no dead-man switch.';
      context.emit({ kind: 'CountdownAnswered', instrumentId, countdownMs, askedAtMs: context.nowMs(), problem });
    },
  };
}
