import { isDust } from './domain/exposure.ts';
import type { Instrument, InstrumentId } from './domain/instrument.ts';
import type { MarketView } from './domain/market.ts';
import type { PortfolioView } from './domain/portfolio.ts';

/** What strategies may ask of the account. */
export interface StrategyAccount extends Pick<PortfolioView, 'position' | 'equityQuote'> {
  /** In atoms of base; absent, or 0 before the rules are loaded: none is known. */
  lotStep?(instrumentId: InstrumentId): bigint;
}

/**
 * The account as strategies see it. Dust is not held: a strategy that took it for a position would wait for ever to be rid of it, and
 * never enter again.
 */
export function strategyAccount(
  portfolio: Pick<PortfolioView, 'position' | 'equityQuote'>,
  market: Pick<MarketView, 'mark'>,
  instruments: ReadonlyMap<InstrumentId, Instrument>,
): StrategyAccount {
  return {
    equityQuote: (quoteAsset) => portfolio.equityQuote(quoteAsset),
    lotStep: (id) => instruments.get(id)?.lotStep ?? 0n,
    position(id) {
      const held = portfolio.position(id);
      const instrument = instruments.get(id);
      return held && instrument && isDust(held.qtyBase, instrument, market.mark(id)) ? null : held;
    },
  };
}
