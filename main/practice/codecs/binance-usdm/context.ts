import type { DerivativesExchange } from '../../derivatives/derivatives-exchange.ts';
import type { MarginStore } from '../../store/margin-store.ts';
import type { SpotContext } from '../binance-spot/context.ts';
import type { ListenKeys } from './listen-keys.ts';

/** What the handlers of the Binance USD-M protocol work with: what spot's have, on an exchange of perpetuals. */
export interface UsdmContext extends SpotContext {
  readonly derivatives: DerivativesExchange;
  readonly store: MarginStore;
  readonly listenKeys: ListenKeys;
}
