import { appendFileSync, existsSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CandleRow } from '../../../../main/engine/domain/events.ts';
import { columnsOf } from '../../../../main/lab/data/candle-column-file.ts';
import { type CandleSource, type FetchReport, fetchCandles } from '../../../../main/lab/data/fetch-candles.ts';
import { LabCandles } from '../../../../main/lab/data/lab-candles.ts';
import { PageLog } from '../../../../main/lab/data/page-log.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const ETH = 'binance:ETH/USDT';

let store: LabCandles;
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'fetch-'));
  store = new LabCandles(dir);
  onTestFinished(() => rmSync(dir, { recursive: true }));
});

/** A venue with an hourly candle from `firstHour` on but for the holes; its answers hold four. */
class Venue implements CandleSource {
  readonly limit = 4;
  readonly asked: number[] = [];
  readonly #holes: ReadonlySet<number>;
  readonly #jumpsHoles: boolean;
  failAt = Number.POSITIVE_INFINITY;
  onPage: () => void = () => {};

  constructor(holes: readonly number[] = [], jumpsHoles = true) {
    this.#holes = new Set(holes);
    this.#jumpsHoles = jumpsHoles;
  }

  async page(sinceMs: number): Promise<readonly CandleRow[]> {
    const from = (sinceMs - START) / HOUR;
    this.asked.push(from);
    if (this.asked.length > this.failAt) throw new Error('the venue went away');
    this.onPage();
    const hours = Array.from({ length: this.#jumpsHoles ? 200 : this.limit }, (_, at) => from + at);
    return hours
      .filter((hour) => !this.#holes.has(hour))
      .slice(0, this.limit)
      .map((hour) => [START + hour * HOUR, 10, 12, 9, 11, 100 + hour]);
  }
}

async function fetchHours(
  venue: CandleSource,
  from: number,
  to: number,
  signal = new AbortController().signal,
): Promise<FetchReport> {
  const report = await fetchCandles(store, venue, {
    instrumentId: ETH,
    timeframe: '1h',
    period: { fromMs: START + from * HOUR, toMs: START + to * HOUR },
    nowMs: START + 100.5 * HOUR,
    signal,
    onProgress: () => {},
  });
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}
function hours(): number[] {
  const loaded = store.load(ETH, '1h');
  return loaded.ok ? Array.from(columnsOf(loaded.value).openTimeMs, (timeMs) => (timeMs - START) / HOUR) : [];
}

describe('a download', () => {
  it('asks page by page, and not again for what it has', async () => {
    const venue = new Venue();
    expect(await fetchHours(venue, 0, 10)).toMatchObject({ ended: 'complete', fetched: 10, requests: 3, missing: 0 });
    expect(venue.asked).toEqual([0, 4, 8]);
    expect(hours()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await fetchHours(venue, -2, 12)).toMatchObject({ fetched: 4, requests: 2 });
    expect(venue.asked.slice(3)).toEqual([-2, 10]);
  });
  it.each([true, false])(
    'knows the venue’s own holes and asks for them once (answers jump over them: %s)',
    async (jumps) => {
      const venue = new Venue([3, 4, 5, 6, 7, 8, 9, 10, 11, 12], jumps);
      const report = await fetchHours(venue, 0, 20);
      expect(report).toMatchObject({ ended: 'complete', fetched: 10, missing: 10 });
      expect(report.gaps).toEqual([{ fromMs: START + 3 * HOUR, toMs: START + 13 * HOUR, missing: 10 }]);
      const asked = venue.asked.length;
      expect(await fetchHours(venue, 0, 20)).toMatchObject({ fetched: 0, requests: 0, missing: 10 });
      expect(venue.asked).toHaveLength(asked);
    },
  );
  it('takes no candle that has not closed', async () => {
    await fetchHours(new Venue(), 97, 300);
    expect(hours()).toEqual([97, 98, 99]);
  });
  it('that fails keeps what came, and goes on from there', async () => {
    const venue = new Venue();
    venue.failAt = 2;
    expect(await fetchHours(venue, 0, 20)).toMatchObject({ ended: 'failed', why: 'the venue went away', fetched: 8 });
    venue.failAt = 100;
    expect(await fetchHours(venue, 0, 20)).toMatchObject({ ended: 'complete', fetched: 12, missing: 0 });
    expect(venue.asked).toEqual([0, 4, 8, 8, 12, 16]);
  });
  it('that fails at once says so, with nothing stored', async () => {
    const venue = new Venue();
    venue.failAt = 0;
    expect(await fetchHours(venue, 0, 20)).toMatchObject({ ended: 'failed', fetched: 0, stored: null });
  });
  it('that is cancelled keeps what came', async () => {
    const cancel = new AbortController();
    const venue = new Venue();
    venue.onPage = () => cancel.abort();
    expect(await fetchHours(venue, 0, 20, cancel.signal)).toMatchObject({ ended: 'cancelled', fetched: 4 });
    expect(hours()).toEqual([0, 1, 2, 3]);
  });
  it('that was killed goes on after its last whole page', async () => {
    const log = new PageLog(`${store.pathOf(ETH, '1h')}.pages`);
    const rows = await new Venue().page(START);
    log.append({ asked: { fromMs: START, toMs: START + 4 * HOUR }, rows });
    log.append({ asked: { fromMs: START + 4 * HOUR, toMs: START + 8 * HOUR }, rows });
    const path = `${store.pathOf(ETH, '1h')}.pages`;
    appendFileSync(path, 'cut');
    truncateSync(path, 3 * 8 + 4 * 48 + 60);
    const venue = new Venue();
    expect(await fetchHours(venue, 0, 8)).toMatchObject({ ended: 'complete', fetched: 4 });
    expect(venue.asked).toEqual([4]);
    expect(existsSync(path)).toBe(false);
  });
  it('refuses candles that cannot be, and says which', async () => {
    const venue = new Venue();
    const page = venue.page.bind(venue);
    venue.page = async (sinceMs) =>
      (await page(sinceMs)).map(
        (row): CandleRow =>
          row[5] === 102 ? [row[0], 10, 9, 9, 11, 2] : row[5] === 106 ? [row[0], Number.NaN, 1, 1, 1, 1] : row,
      );
    const report = await fetchHours(venue, 0, 8);
    expect(report.refused).toEqual([
      '2024-01-01T02:00:00.000Z: high 9 is below the open 10',
      '2024-01-01T06:00:00.000Z: open is NaN',
    ]);
    expect([report.missing, hours()]).toEqual([2, [0, 1, 3, 4, 5, 7]]);
  });
  it('of nothing is refused', async () => {
    await expect(fetchHours(new Venue(), 5, 5)).rejects.toThrow('no 1h candle lies between');
  });
});
