import { expect, it } from 'vitest';
import type { OrderQueried } from '../../../main/engine/domain/events.ts';
import type { VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';
import type { ConnectorContext } from '../../../main/engine/venues/binance/connector-context.ts';
import { createOrderQueries } from '../../../main/engine/venues/binance/order-query.ts';
import type { PrivateReads } from '../../../main/engine/venues/binance/private-reads.ts';
import { BTC, fillOf, reportOf } from '../../support/trading-rig.ts';

const NOW_MS = 1_000_000;
const RECV_WINDOW_MS = 5_000;

function openQueries(fills: readonly VenueFill[] = [], orders: readonly VenueOrderReport[] = []) {
  const asked: string[] = [];
  const answers: OrderQueried[] = [];
  let nowMs = NOW_MS;
  const reads: PrivateReads = {
    async order(_id, by) {
      asked.push('clientOrderId' in by ? by.clientOrderId : by.venueOrderId);
      return (
        orders.find((order) =>
          'clientOrderId' in by ? order.clientOrderId === by.clientOrderId : order.venueOrderId === by.venueOrderId,
        ) ?? null
      );
    },
    ordersInLists: async () => [],
    openOrders: async () => [],
    fills: async () => [...fills],
    balances: async () => [],
  };
  const context = {
    recvWindowMs: RECV_WINDOW_MS,
    nowMs: () => nowMs,
    running: () => true,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
    emit: (event: OrderQueried) => answers.push(event),
  } as unknown as ConnectorContext;
  const queries = createOrderQueries(context, reads);
  const query = { kind: 'query', clientOrderId: 'c1', venueOrderId: null, instrumentId: BTC, type: 'limit' } as const;
  const ask = (sentAtMs = NOW_MS - 60_000) => queries.ask({ ...query, sentAtMs });
  return { asked, answers, queries, ask, nowMs: () => nowMs };
}

it('what nobody knows is not found only once the venue would no longer take it, two seconds of margin included', async () => {
  const venue = openQueries();
  const sentAtMs = NOW_MS - 100;
  await venue.ask(sentAtMs);
  expect(venue.answers.map(({ outcome }) => outcome)).toEqual(['not-found']);
  expect(venue.nowMs()).toBeGreaterThanOrEqual(sentAtMs + RECV_WINDOW_MS + 2_000);
  expect(venue.asked).toEqual(['c1', 'c1']);
});

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

it('an order is known by the venue’s id where our name for it is none of the venue’s: two of its own bear one name', async () => {
  const closed = reportOf('autoclose-17', 'filled', { venueOrderId: '4711' });
  const venue = openQueries([], [closed]);
  await venue.queries.ask({
    kind: 'query',
    clientOrderId: 'venue-4711',
    venueOrderId: '4711',
    instrumentId: BTC,
    type: 'limit',
    sentAtMs: NOW_MS - 60_000,
  });
  expect(venue.answers).toEqual([
    { kind: 'OrderQueried', clientOrderId: 'venue-4711', outcome: 'found', report: closed },
  ]);
});
