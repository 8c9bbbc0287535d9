import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { createBackfill } from '../../../main/engine/venues/binance/backfill.ts';
import type { ConnectorContext } from '../../../main/engine/venues/binance/connector-context.ts';
import { type CandleStore, openCandleStore } from '../../../main/engine/venues/candle-store/candle-store.ts';

const BTC = 'binance:BTC/USDT';
const MINUTE = 60_000;
const NOW = 30_000 * MINUTE + 7_000;

let folder: string;
let store: CandleStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-backfill-'));
  store = openCandleStore(join(folder, 'candles.db'), { onProblem: () => undefined });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** A venue with every minute; `asked` is called before it answers. */
function contextOf(asked: () => void): ConnectorContext {
  const parts: Partial<ConnectorContext> = {
    store,
    instruments: { venueSymbol: () => 'BTCUSDT' } as unknown as ConnectorContext['instruments'],
    breakers: { reads: { admit: () => () => undefined } } as unknown as ConnectorContext['breakers'],
    exchange: {
      traced: (_trace: unknown, call: () => Promise<unknown>) => call(),
      askKlines: async ({ startTime, endTime }: { startTime: number; endTime: number }) => {
        asked();
        const rows = [];
        for (let openMs = startTime; openMs <= endTime; openMs += MINUTE)
          rows.push([openMs, '100', '101', '99', '100.5', '3', openMs + MINUTE - 1, '300', 1, '1', '1', '0']);
        return rows;
      },
    } as unknown as ConnectorContext['exchange'],
    nowMs: () => NOW,
    clockSkewMs: () => 0,
    running: () => true,
    emit: () => undefined,
  };
  return parts as ConnectorContext;
}

it('brings the newest candles first: whoever looks meanwhile sees those before the present, without a hole', async () => {
  const seen: (number | undefined)[] = [];
  const look = (): void => {
    seen.push(store.readBefore(BTC, '1m', NOW, 1_000).openTimeMs.at(-1));
  };
  const range = await createBackfill(contextOf(look)).fetchBefore(BTC, '1m', NOW, 2_500);
  expect(range.toMs).toBe(30_000 * MINUTE);
  expect(seen).toEqual([undefined, 29_999 * MINUTE, 29_999 * MINUTE]);
  const stored = store.read(BTC, '1m', range.fromMs, range.toMs).openTimeMs;
  expect([...stored]).toEqual(Array.from({ length: 2_500 }, (_, at) => range.fromMs + at * MINUTE));
});

it('fills the newest of several gaps first and leaves alone what is there', async () => {
  const fromMs = 29_000 * MINUTE;
  const known = (minute: number): CandleRow => [minute * MINUTE, 1, 1, 1, 1, 1];
  store.put(BTC, '1m', [known(29_400), known(29_600)]);
  const holes: number[] = [];
  const look = (): void => void holes.push(store.gaps(BTC, '1m', fromMs, 30_000 * MINUTE).length);
  await createBackfill(contextOf(look)).fetchBefore(BTC, '1m', NOW, 1_000);
  expect(holes).toEqual([3, 2, 1]);
  expect(store.read(BTC, '1m', 29_400 * MINUTE, 29_401 * MINUTE).close[0]).toBe(1);
});
