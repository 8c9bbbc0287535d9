import type { Exchange } from '../../exchange.ts';
import type { FaultBoard } from '../../faults.ts';
import type { TradingRules } from '../../matching/rules.ts';
import type { VenueStore } from '../../store/venue-store.ts';
import type { WorkSlices } from '../../work-slices.ts';
import type { ApiCredentials } from './auth.ts';
import { invalidSymbol } from './errors.ts';
import type { Params } from './params.ts';
import type { RateLimits } from './rate-limits.ts';

/** What the handlers of the Binance spot protocol work with. */
export interface SpotContext {
  readonly exchange: Exchange;
  readonly store: VenueStore;
  readonly credentials: ApiCredentials;
  readonly limits: RateLimits;
  readonly slices: WorkSlices;
  readonly faults: FaultBoard;
  /** The exchange's clock as clients see it (a fault may skew it). */
  readonly nowMs: () => number;
  readonly log: (text: string) => void;
}

export function rulesOf(context: SpotContext, params: Params): TradingRules {
  const rules = context.exchange.rules.get(params.text('symbol').toUpperCase());
  if (!rules) throw invalidSymbol();
  return rules;
}

let madeUp = 0;
/** A client id for an order, list or cancel that came without one. */
export const freshId = (context: Pick<SpotContext, 'nowMs'>): string =>
  `practice${context.nowMs().toString(36)}${(madeUp++).toString(36)}`;
