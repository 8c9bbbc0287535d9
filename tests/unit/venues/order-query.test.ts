import { expect, it } from 'vitest';
import type { OrderQueried } from '../../../main/engine/domain/events.ts';
import type { VenueFill } from '../../../main/engine/domain/order.ts';
import type { ConnectorContext } from '../../../main/engine/venues/binance/connector-context.ts';
import { createOrderQueries } from '../../../main/engine/venues/binance/order-query.ts';
import type { PrivateReads } from '../../../main/engine/venues/binance/private-reads.ts';
import { BTC, fillOf } from '../../support/trading-rig.ts';

const NOW_MS = 1_000_000;

function openQueries(fills: readonly VenueFill[] = []) {
  const asked: string[] = [];
  const answers: OrderQueried[] = [];
  const reads: PrivateReads = {
    async order(_id, by) {
      asked.push('clientOrderId' in by ? by.clientOrderId : by.venueOrderId);
      return null;
    },
    ordersInLists: async () => [],
    openOrders: async () => [],
    fills: async () => [...fills],
    balances: async () => [],
  };
  const context = {
    recvWindowMs: 5_000,
    nowMs: () => NOW_MS,
    running: () => true,
    sleep: async () => {},
    emit: (event: OrderQueried) => answers.push(event),
  } as unknown as ConnectorContext;
  const queries = createOrderQueries(context, reads);
  const query = { kind: 'query', clientOrderId: 'c1', venueOrderId: null, instrumentId: BTC, type: 'limit' } as const;
  return { asked, answers, queries, ask: () => queries.ask({ ...query, sentAtMs: NOW_MS - 60_000 }) };
}

it('asked again while the question is open, the venue is asked once and once is answered', async () => {
  const venue = openQueries();
  await Promise.all([venue.ask(), venue.ask(), venue.ask()]);
  expect([venue.asked, venue.answers.map(({ outcome }) => outcome)]).toEqual([['c1'], ['not-found']]);
  await venue.ask();
  expect(venue.answers).toHaveLength(2);
});

it('fills of orders whose name is known are not looked up', async () => {
  const fills = ['v-1', 'v-2', 'v-3'].map((venueOrderId) =>
    fillOf('BUY 0.1 @ 60000', { fillId: venueOrderId, venueOrderId }),
  );
  const venue = openQueries(fills);
  venue.queries.noteNames(`${BTC}|v-1`, 'other');
  venue.queries.noteNames(`${BTC}|v-3`, 'another');
  await venue.ask();
  expect(venue.asked).toEqual(['c1', 'v-2']);
});
