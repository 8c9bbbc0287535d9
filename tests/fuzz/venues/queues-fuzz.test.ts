import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemTime } from '../../../main/engine/kernel/clock.ts';
import { createMarketBatches } from '../../../main/engine/venues/binance/market-batches.ts';
import { createEventOutbox } from '../../../main/engine/venues/event-outbox.ts';
import type { VenueEvent } from '../../../main/engine/venues/venue-port.ts';
import { BATCHES_UNDER_WAY_MAX } from '../../../main/engine/venues/worker-protocol.ts';

const NAMES = ['binance:BTC/USDT', 'binance:ETH/USDT', 'binance:SOL/USDT'];

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('prints' as const), of: fc.nat(2), count: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flood' as const), of: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('quote' as const), of: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(80) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('behind' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const), of: fc.nat(2) }) },
);
const PRINTS_MAX = 20_000;

describe('market batches', () => {
  it('[V11] give every print once and in order, or count it as given up; of quotes the last; nothing while the engine is behind', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let behind = false;
        const seen = new Map<string, number[]>(NAMES.map((name) => [name, []]));
        const lastQuote = new Map<string, string>();
        const quoted = new Map<string, number>();
        const made = new Map<string, number>(NAMES.map((name) => [name, 0]));
        let droppedTold = 0;
        const batches = createMarketBatches(
          (event) => {
            expect(behind).toBe(false);
            if (event.kind !== 'MarketBatchReceived') return;
            seen.get(event.instrumentId)?.push(...(event.trades?.id ?? []).map(Number));
            if (event.quote) lastQuote.set(event.instrumentId, event.quote.bidQty);
          },
          () => !behind,
          systemTime,
          () => {
            droppedTold += 1;
          },
        );
        const print = (name: string): void => {
          const id = (made.get(name) as number) + 1;
          made.set(name, id);
          batches.trade({ instrumentId: name, id, timeMs: id, price: '1', qtyBase: '1', side: 'buy' });
        };
        for (const each of steps) {
          const name = NAMES['of' in each ? each.of : 0] as string;
          if (each.do === 'prints') for (let i = 0; i < each.count; i += 1) print(name);
          else if (each.do === 'flood') for (let i = 0; i <= PRINTS_MAX; i += 1) print(name);
          else if (each.do === 'quote') {
            const number = (quoted.get(name) ?? 0) + 1;
            quoted.set(name, number);
            const quote = {
              bid: '1',
              bidQty: String(number),
              ask: '2',
              askQty: '1',
              eventTimeMs: 0,
              receivedTimeMs: 0,
            };
            batches.quote(name, quote);
          } else if (each.do === 'pass') vi.advanceTimersByTime(each.ms);
          else if (each.do === 'flush') batches.flush(name);
          else {
            behind = each.on;
            if (!behind) batches.resume();
          }
          expect(batches.waiting).toBeLessThanOrEqual(NAMES.length * PRINTS_MAX);
        }
        behind = false;
        batches.resume();
        vi.advanceTimersByTime(1_000);
        expect(batches.waiting).toBe(0);
        let given = 0;
        for (const name of NAMES) {
          const ids = seen.get(name) as number[];
          given += ids.length;
          for (let i = 1; i < ids.length; i += 1) expect(ids[i]).toBeGreaterThan(ids[i - 1] as number);
          if (batches.dropped === 0) expect(ids).toHaveLength(made.get(name) as number);
          expect(ids.at(-1) ?? 0).toBe(made.get(name));
          expect(lastQuote.get(name) ?? '0').toBe(String(quoted.get(name) ?? 0));
        }
        expect(given + batches.dropped).toBe([...made.values()].reduce((sum, count) => sum + count, 0));
        expect(droppedTold > 0).toBe(batches.dropped > 0);
        batches.close();
      }),
      { numRuns: 25 },
    );
  });
});

describe('the outbox of a venue worker', () => {
  const DISPLAY: VenueEvent['kind'][] = ['BookTop', 'Ticker24h', 'VenueHealth'];
  const move = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('order' as const, 'market' as const, 'display' as const) },
    { weight: 3, arbitrary: fc.constant('turn' as const) },
    { weight: 2, arbitrary: fc.constant('taken' as const) },
    { weight: 1, arbitrary: fc.constant('flood' as const) },
  );

  it('[V12] keeps the order, leaves out nothing but display values while the engine is behind, and says when there is room again', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
        const posted: (readonly VenueEvent[])[] = [];
        let underWay = 0;
        const outbox = createEventOutbox((events) => {
          posted.push(events);
          underWay += 1;
        });
        const emitted: VenueEvent[] = [];
        const emit = (event: VenueEvent): void => {
          if (outbox.mayPass() || !DISPLAY.includes(event.kind)) emitted.push(event);
          outbox.emit(event);
        };
        const turn = (): void => void vi.advanceTimersByTime(0);
        const take = (): void => {
          if (underWay === 0) return;
          const wasFull = underWay >= BATCHES_UNDER_WAY_MAX;
          underWay -= 1;
          expect(outbox.taken(1)).toBe(wasFull && underWay < BATCHES_UNDER_WAY_MAX);
        };
        let number = 0;
        for (const each of moves) {
          number += 1;
          const instrumentId = `binance:${number}/USDT`;
          if (each === 'turn') turn();
          else if (each === 'taken') take();
          else if (each === 'flood') {
            for (let i = 0; i < BATCHES_UNDER_WAY_MAX; i += 1) {
              emit({ kind: 'FeedStatusChanged', instrumentId, status: 'live', why: String(i) });
              turn();
            }
          } else if (each === 'order')
            emit({ kind: 'CancelAnswered', clientOrderId: instrumentId, outcome: 'gone', text: '' });
          else if (each === 'market') emit({ kind: 'FeedStatusChanged', instrumentId, status: 'live', why: '' });
          else emit({ kind: 'Ticker24h', instrumentId, last: '1', openPrice: '1', changeShare: 0, volumeQuote: '1' });
          expect(outbox.mayPass()).toBe(underWay < BATCHES_UNDER_WAY_MAX);
        }
        turn();
        expect(posted.flat()).toEqual(emitted);
        expect(posted.every((events) => events.length > 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
