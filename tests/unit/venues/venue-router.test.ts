import { beforeEach, describe, expect, test } from 'vitest';
import type { VenueCommand, VenueEvent, VenuePort } from '../../../main/engine/venues/venue-port.ts';
import { createVenueRouter } from '../../../main/engine/venues/venue-router.ts';

const SPOT = 'binance:BTC/USDT';
const PERP = 'binance-usdm:BTC/USDT:USDT';

/** A venue that notes what it is told and says what a test wants it to. */
function venue() {
  const sent: VenueCommand[] = [];
  let listener: (event: VenueEvent, atMs: number) => void = () => undefined;
  let starts = 0;
  const port: VenuePort = {
    start() {
      starts += 1;
    },
    send: (command) => void sent.push(command),
    onEvent: (listen) => {
      listener = listen;
    },
    stop: async () => undefined,
  };
  return { port, sent, starts: () => starts, says: (event: VenueEvent) => listener(event, 1) };
}

let spot: ReturnType<typeof venue>;
let usdm: ReturnType<typeof venue>;
let waiting: (() => void)[];
let told: VenueEvent[];
let router: VenuePort;
beforeEach(() => {
  [spot, usdm, waiting, told] = [venue(), venue(), [], []];
  router = createVenueRouter({
    spot: spot.port,
    others: [{ name: 'binance-usdm', port: usdm.port }],
    after: (_ms, action) => {
      waiting.push(action);
      return () => {
        waiting = waiting.filter((one) => one !== action);
      };
    },
  });
  router.onEvent((event) => told.push(event));
  router.start();
});

const live = { kind: 'PrivateStreamChanged', status: 'live', why: '' } as const;
const audited = {
  kind: 'AuditReceived',
  openOrders: [],
  closedOrders: [],
  fills: [],
  balances: [],
  askedAtMs: 0,
  marks: [],
} as const;

describe('[V18] several venues as one', () => {
  test('perpetuals begin after spot has read its books, once, and without them after a while', () => {
    expect([spot.starts(), usdm.starts()]).toEqual([1, 0]);
    const [withoutBooks] = waiting;
    spot.says(audited);
    spot.says(audited);
    expect(usdm.starts()).toBe(0);
    for (const action of [...waiting, withoutBooks]) action?.();
    expect(usdm.starts()).toBe(1);
  });

  test('what concerns orders begins them at once', () => {
    const order = { clientOrderId: 'a', venueOrderId: null, instrumentId: PERP };
    router.send({ kind: 'audit', venue: 'binance-usdm', why: '', believedOpen: [], fillsSinceMs: null });
    expect(usdm.starts()).toBe(0);
    router.send({ kind: 'audit', venue: 'binance-usdm', why: '', believedOpen: [order], fillsSinceMs: null });
    router.send({ kind: 'cancel', ...order, type: 'limit' });
    expect(usdm.starts()).toBe(1);
  });

  test('a dead-man switch begins them at once: left armed it would take what protects', () => {
    router.send({ kind: 'countdown', instrumentId: PERP, countdownMs: 0 });
    expect(usdm.starts()).toBe(1);
  });

  test('what is not of spot names its venue; what is of spot is as it was', () => {
    spot.says(live);
    usdm.says(live);
    expect(told).toEqual([live, { ...live, venue: 'binance-usdm' }]);
  });

  test('commands go where their instrument is traded, audits where they name', () => {
    const cancel = (instrumentId: string) =>
      ({ kind: 'cancel', clientOrderId: 'a', venueOrderId: null, instrumentId, type: 'limit' }) as const;
    router.send(cancel(SPOT));
    router.send(cancel(PERP));
    router.send({ kind: 'countdown', instrumentId: PERP, countdownMs: 1 });
    router.send({ kind: 'audit', why: '', believedOpen: [], fillsSinceMs: null });
    router.send({ kind: 'audit', venue: 'binance-usdm', why: '', believedOpen: [], fillsSinceMs: null });
    expect(spot.sent.map(({ kind }) => kind)).toEqual(['cancel', 'audit']);
    expect(usdm.sent.map(({ kind }) => kind)).toEqual(['cancel', 'countdown', 'audit']);
  });

  test('one book is watched, and the other venue lets go of its own', () => {
    router.send({ kind: 'watchBook', instrumentId: SPOT });
    router.send({ kind: 'watchBook', instrumentId: PERP });
    const books = (of: typeof spot) => of.sent.map((command) => command.kind === 'watchBook' && command.instrumentId);
    expect([books(spot), books(usdm)]).toEqual([
      [SPOT, null],
      [null, PERP],
    ]);
  });
});
