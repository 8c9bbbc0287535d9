import { isDust } from './domain/exposure.ts';
import type { Instrument, InstrumentId } from './domain/instrument.ts';
import type { MarketView } from './domain/market.ts';
import type { PortfolioView } from './domain/portfolio.ts';

/** What strategies may ask of the account. */
export type StrategyAccount = Pick<PortfolioView, 'position' | 'equityQuote'>;

/**
 * The account as strategies see it. Dust is not held: a strategy that took it for a position would wait for ever to be rid of it, and
 * never enter again.
 */
export function strategyAccount(
  portfolio: StrategyAccount,
  market: Pick<MarketView, 'mark'>,
  instruments: ReadonlyMap<InstrumentId, Instrument>,
): StrategyAccount {
  return {
    equityQuote: (quoteAsset) => portfolio.equityQuote(quoteAsset),
    position(id) {
      const held = portfolio.position(id);
      const instrument = instruments.get(id);
      return held && instrument && isDust(held.qtyBase, instrument, market.mark(id)) ? null : held;
    },
  };
}
