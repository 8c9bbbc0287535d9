import { entryIn, expect, isProtected, positionIn, type Rehearsal } from './rehearsal.ts';

/** One fault, played on the rehearsal. */
export interface GameDayCase {
  /** As in the table of faults. */
  readonly id: string;
  readonly title: string;
  /** What happened, in one sentence. @throws Unmet with what did not hold */
  run(rehearsal: Rehearsal): Promise<string>;
}

const SUBMIT = { method: 'POST', path: '/api/v3/order', count: 1 };
const BAN_SECONDS = 6;

const secondsSince = (startMs: number): string => `${((performance.now() - startMs) / 1_000).toFixed(1)} s`;

/** The most telling ones, in the order in which they are played. */
export const GAME_DAY_CASES: readonly GameDayCase[] = [
  {
    id: 'reply-lost-placed',
    title: 'The venue takes an order and its reply is lost',
    async run(stage) {
      const instrument = stage.freshInstrument();
      await stage.venue.fault({ fault: 'reset-after-accept', ...SUBMIT });
      await stage.place(instrument);
      await stage.until('the fill booked and its stop on the venue', (desk) => isProtected(desk, instrument));
      const buys = (await stage.venue.orders(instrument.symbol)).filter((order) => order.side === 'BUY');
      expect(buys.length === 1, `The venue has ${buys.length} buys, not one.`);
      return `The buy of ${instrument.symbol} was looked up, booked once, and its stop rests on the venue.`;
    },
  },
  {
    id: 'page-for-an-answer',
    title: 'A web page answers in place of the venue',
    async run(stage) {
      const instrument = stage.freshInstrument();
      await stage.venue.fault({ fault: 'html', ...SUBMIT });
      await stage.place(instrument);
      await stage.until('the order in doubt', (desk) => entryIn(desk, instrument)?.state === 'unknown');
      await stage.placeInVain(await stage.ticket(instrument), 'unknown-order');
      await stage.until('the order called not found', (desk) => entryIn(desk, instrument)?.state === 'rejected');
      const orders = await stage.venue.orders(instrument.symbol);
      expect(orders.length === 0, `The venue has ${orders.length} orders, not none.`);
      return `The buy of ${instrument.symbol} was in doubt, held back another, and was settled as never placed. Nothing was sent twice.`;
    },
  },
  {
    id: 'streams-down-rest-up',
    title: 'The private stream is gone while an order fills',
    async run(stage) {
      const instrument = stage.freshInstrument();
      await stage.place(instrument, 60);
      await stage.until('the order at rest', (desk) => entryIn(desk, instrument)?.state === 'acknowledged');
      await stage.venue.fault({ fault: 'refuse-upgrade', status: 503, channel: 'ws-api', durationMs: 1_500 });
      await stage.venue.fault({ fault: 'stream-terminated' });
      await stage.until('the stream called down', (desk) => desk.health.privateStream === 'down');
      await stage.venue.shock(instrument.symbol, -120);
      await stage.until(
        'the missed fill found and its stop on the venue',
        (desk) => isProtected(desk, instrument),
        60_000,
      );
      const { health } = await stage.until('the stream back', (desk) => desk.health.privateStream === 'live', 60_000);
      const how = health.repairs.some(({ text }) => text.includes(instrument.symbol))
        ? 'that the stream never told was found by audit'
        : 'was told once the stream was back';
      return `The fill in ${instrument.symbol} ${how}, booked, and protected.`;
    },
  },
  {
    id: 'heartbeats-without-data',
    title: 'A market stream stays open and says nothing',
    async run(stage) {
      const instrument = stage.freshInstrument();
      const stream = `${instrument.symbol.replace('/', '').toLowerCase()}@`;
      const startMs = performance.now();
      await stage.venue.fault({ fault: 'mute-data', channel: 'stream', stream });
      const isStale = (status: string | undefined): boolean => status === 'stale' || status === 'down';
      await stage.until('the feed called stale', (desk) =>
        isStale(desk.health.feeds.find((feed) => feed.instrumentId === instrument.id)?.status),
      );
      const after = secondsSince(startMs);
      const words = await stage.placeInVain(await stage.ticket(instrument), 'stale-data');
      expect((await stage.venue.orders(instrument.symbol)).length === 0, 'An order on an old price reached the venue.');
      await stage.heal();
      await stage.openPosition(instrument);
      return `${instrument.symbol} was called stale after ${after}; a buy was refused (${words}), and went through once prices were back.`;
    },
  },
  {
    id: 'too-many-requests',
    title: 'The venue refuses with 429 while an order rests',
    async run(stage) {
      const [resting, refused] = [stage.freshInstrument(), stage.freshInstrument()];
      await stage.place(resting, 200);
      const desk = await stage.until('the order at rest', (now) => entryIn(now, resting)?.state === 'acknowledged');
      const { clientOrderId } = entryIn(desk, resting) as { clientOrderId: string };
      const ban = { fault: 'http-status', status: 429, code: -1003, retryAfterSec: BAN_SECONDS };
      await stage.venue.fault({ ...ban, ...SUBMIT });
      const startMs = performance.now();
      await stage.place(refused);
      await stage.until('the refusal', (now) => entryIn(now, refused)?.state === 'rejected');
      await stage.client.cancelOrder({ clientOrderId });
      await stage.until('the pause on the health screen', ({ health }) => health.venue?.budget.pausedUntilMs !== null);
      await stage.until('the cancel', (now) => entryIn(now, resting)?.state === 'cancelled');
      const tookMs = performance.now() - startMs;
      expect(tookMs >= BAN_SECONDS * 1_000, 'The cancel went out before the time that the venue had named.');
      expect((await stage.venue.openOrders(resting.symbol)).length === 0, 'The order still rests on the venue.');
      return `The cancel of ${resting.symbol} waited the ${BAN_SECONDS} s that the venue had named, and was done after ${(tookMs / 1_000).toFixed(1)} s.`;
    },
  },
  {
    id: 'venue-port-closed',
    title: 'The venue dies with a position and its stop open',
    async run(stage) {
      const [held, wanted] = [stage.freshInstrument(), stage.freshInstrument()];
      const { qtyBase } = await stage.openPosition(held);
      const ticket = await stage.ticket(wanted);
      stage.killVenue();
      await stage.until(
        'new entries held back',
        (desk) => desk.safety.holds.some(({ code }) => code === 'reconciling'),
        60_000,
      );
      await stage.placeInVain(ticket, 'reconciling');
      await stage.startVenue();
      await stage.untilReady();
      const desk = await stage.until('the position with its stop', (now) => isProtected(now, held));
      expect(positionIn(desk, held)?.qtyBase === qtyBase, `The position is not ${qtyBase} any more.`);
      const stops = (await stage.venue.openOrders(held.symbol)).filter((order) => order.side === 'SELL');
      expect(stops.length === 1, `The venue has ${stops.length} stops, not one.`);
      return `Entries waited; ${qtyBase} ${held.base} and its one stop were there when the venue came back.`;
    },
  },
  {
    id: 'crash-with-position',
    title: 'The engine is killed with a position and a working order',
    async run(stage) {
      const [held, working] = [stage.freshInstrument(), stage.freshInstrument()];
      const { qtyBase } = await stage.openPosition(held);
      await stage.place(working, 200);
      await stage.until('the order at rest', (desk) => entryIn(desk, working)?.state === 'acknowledged');
      const count = async (): Promise<number> =>
        (await stage.venue.orders(held.symbol)).length + (await stage.venue.orders(working.symbol)).length;
      const before = await count();
      await stage.killEngine();
      const startMs = performance.now();
      await stage.startEngine();
      const after = secondsSince(startMs);
      const desk = await stage.until('position, stop and order as before', (now) => {
        return isProtected(now, held) && entryIn(now, working)?.state === 'acknowledged';
      });
      expect(positionIn(desk, held)?.qtyBase === qtyBase, `The position is not ${qtyBase} any more.`);
      expect((await count()) === before, 'The venue has more orders than before the crash.');
      return `Position, stop and working order were as before, and trading was possible again after ${after}; nothing was sent twice.`;
    },
  },
];
