import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createEventOutbox } from '../../../main/engine/venues/event-outbox.ts';
import { createInFlight } from '../../../main/engine/venues/in-flight.ts';
import type { VenueEvent } from '../../../main/engine/venues/venue-port.ts';
import { BATCHES_UNDER_WAY_MAX } from '../../../main/engine/venues/worker-protocol.ts';

const ticker: VenueEvent = {
  kind: 'Ticker24h',
  instrumentId: 'binance:BTC/USDT',
  last: '1',
  openPrice: '1',
  changeShare: 0,
  volumeQuote: '1',
};
const answer = (clientOrderId: string): VenueEvent => ({
  kind: 'SubmitAnswered',
  clientOrderId,
  outcome: 'accepted',
  venueOrderId: '1',
  code: '',
  text: '',
});

describe('event outbox', () => {
  test('events of one turn are one message, in order', async () => {
    const posted: string[][] = [];
    const outbox = createEventOutbox((events) => posted.push(events.map((event) => event.kind)));
    outbox.emit(answer('a'));
    outbox.emit(ticker);
    await turn();
    outbox.emit(ticker);
    await turn();
    expect(posted).toEqual([['SubmitAnswered', 'Ticker24h'], ['Ticker24h']]);
  });

  test('while the engine is behind, display values are left out and answers still go', async () => {
    const posted: string[] = [];
    const outbox = createEventOutbox((events) => posted.push(...events.map((event) => event.kind)));
    for (let n = 0; n < BATCHES_UNDER_WAY_MAX; n++) {
      outbox.emit(ticker);
      await turn();
    }
    expect(outbox.mayPass()).toBe(false);
    outbox.emit(ticker);
    outbox.emit(answer('a'));
    await turn();
    expect(posted.slice(BATCHES_UNDER_WAY_MAX)).toEqual(['SubmitAnswered']);
    expect(outbox.taken(1)).toBe(false);
    expect(outbox.taken(1)).toBe(true);
    expect(outbox.mayPass()).toBe(true);
  });
});

test('what a dead worker owes: unknown for orders, once', () => {
  const inFlight = createInFlight();
  const order = {
    instrumentId: 'binance:BTC/USDT',
    purpose: 'entry',
    side: 'buy',
    type: 'market',
    qtyBase: '1',
    limitPrice: null,
    triggerPrice: null,
  } as const;
  inFlight.passed({ kind: 'submit', order: { ...order, clientOrderId: 'answered' } });
  inFlight.passed({ kind: 'submit', order: { ...order, clientOrderId: 'open' } });
  inFlight.passed({
    kind: 'cancel',
    clientOrderId: 'c',
    venueOrderId: null,
    instrumentId: 'binance:BTC/USDT',
    type: 'limit',
  });
  inFlight.answered(answer('answered'));
  expect(inFlight.answerAll('died')).toMatchObject([
    { kind: 'SubmitAnswered', clientOrderId: 'open', outcome: 'unknown' },
    { kind: 'CancelAnswered', clientOrderId: 'c', outcome: 'unknown' },
  ]);
  expect(inFlight.answerAll('died')).toEqual([]);
});
