import type { Fill } from '../../matching/order.ts';
import type { TradingRules } from '../../matching/rules.ts';
import type { HistoryQuery } from '../../store/venue-store.ts';
import type { SpotContext } from './context.ts';
import type { Params } from './params.ts';

/** Fills of one minute that may lie before the id asked for. */
const FILLS_A_MINUTE_MAX = 1_000;

/** Which of a symbol's orders or fills a request asks for. */
export function historyOf(params: Params, rules: TradingRules, idName: 'orderId' | 'fromId'): HistoryQuery {
  return {
    symbol: rules.symbol,
    fromId: params.optionalInteger(idName),
    startMs: params.optionalInteger('startTime'),
    endMs: params.optionalInteger('endTime'),
    orderId: idName === 'fromId' ? params.optionalInteger('orderId') : null,
    limit: params.optionalInteger('limit', 1_000) ?? 500,
  };
}

/** One page of our fills in the words of `render`, by their public ids, oldest first. */
export function fillPage<Row extends { readonly id: number }>(
  context: Pick<SpotContext, 'exchange' | 'store'>,
  params: Params,
  rules: TradingRules,
  render: (fill: Fill) => Row,
): Row[] {
  const market = context.exchange.fresh(rules.symbol);
  const { fromId, ...query } = historyOf(params, rules, 'fromId');
  // Fills are stored under keys that tell their millisecond; clients know the public ids.
  const startMs = fromId === null ? query.startMs : market.ids.minuteOf(fromId, market.cursorMs);
  const spare = fromId === null ? 0 : FILLS_A_MINUTE_MAX;
  return context.store
    .fills({ ...query, fromId: null, startMs, limit: query.limit + spare })
    .map(render)
    .filter(({ id }) => fromId === null || id >= fromId)
    .sort((a, b) => a.id - b.id)
    .slice(0, query.limit);
}
