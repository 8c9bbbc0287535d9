import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeCsv, readCandleFile, writeCandleFile } from '../../../main/candle-files/index.ts';
import type { Candle } from '../../../main/engine/domain/candle.ts';
import {
  createGeneratedSource,
  loadRecordedSource,
  type MarketSource,
  type RecordedOptions,
} from '../../../main/practice/market/index.ts';
import { columnsOf, joinCandles, temporaryFolder } from '../../support/candle-folder.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2024, 0, 1);
const folder = temporaryFolder();
const generated = createGeneratedSource({ seed: 1 });

function hours(symbol: string, fromMs: number, toMs: number): Candle[] {
  const made: Candle[] = [];
  for (let at = fromMs; at < toMs; at += HOUR_MS) {
    const { open, high, low, close, lots } = joinCandles(generated.candles(symbol, at, at + HOUR_MS), 0);
    made.push({ openTimeMs: at, open, high, low, close, volume: lots });
  }
  return made;
}

async function load(options: RecordedOptions): Promise<MarketSource> {
  const loaded = await loadRecordedSource(options);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

async function folderOf(name: string, files: Readonly<Record<string, readonly Candle[]>>): Promise<string> {
  const dir = folder.path(name);
  await mkdir(dir, { recursive: true });
  for (const [file, candles] of Object.entries(files)) await writeCandleFile(`${dir}/${file}`, columnsOf(candles));
  return dir;
}

const strip = ({ open, high, low, close }: Candle): object => ({ open, high, low, close });

describe('recorded market', () => {
  it('plays three days minute for minute at its own place in time', async () => {
    const candles = generated.candles('ETHUSDT', T0, T0 + 3 * DAY_MS);
    const dir = await folderOf('plain', { 'binance_ETHUSDT_1m_20240101-20240103.csv.gz': candles });
    const source = await load({ dir, anchorMs: T0 });
    expect(source.kind).toBe('recorded');
    expect(source.description).toBe('recorded 2024-01-01…2024-01-03, mapped onto now');
    expect(source.instruments.map(({ symbol, tickSize, lotStep }) => [symbol, tickSize, lotStep])).toEqual([
      ['ETHUSDT', '0.01', '0.0001'],
    ]);
    expect(source.candles('ETHUSDT', T0, T0 + 3 * DAY_MS)).toEqual(candles);
  });

  it('loops for ever with prices joined, in both directions, at the same hour of the day', async () => {
    const candles = generated.candles('ETHUSDT', T0, T0 + 3 * DAY_MS);
    const source = await load({ dir: folder.path('plain'), anchorMs: T0 });
    const growth = (candles.at(-1) as Candle).close / (candles[0] as Candle).open;
    for (const loop of [-2, -1, 1, 2]) {
      const startMs = T0 + loop * 3 * DAY_MS;
      const first = source.candle('ETHUSDT', startMs);
      expect(Math.abs(first.open - source.candle('ETHUSDT', startMs - MINUTE_MS).close)).toBeLessThan(0.011);
      expect(first.open / ((candles[0] as Candle).open * growth ** loop)).toBeCloseTo(1, 5);
      expect(first.volume).toBe(candles[0]?.volume);
    }
  });

  it('gives the same answer to a process that starts later in the same loop', async () => {
    const [early, late] = [
      await load({ dir: folder.path('plain'), anchorMs: T0 + 1 }),
      await load({ dir: folder.path('plain'), anchorMs: T0 + 2 * DAY_MS }),
    ];
    const range = [T0 + 5 * DAY_MS, T0 + 5 * DAY_MS + HOUR_MS] as const;
    expect(late.candles('ETHUSDT', ...range)).toEqual(early.candles('ETHUSDT', ...range));
    expect(late.tape('ETHUSDT', ...range)).toEqual(early.tape('ETHUSDT', ...range));
  });

  it('fills an hour with minutes that add up to it, and their prints to them', async () => {
    const bars = hours('BTCUSDT', T0, T0 + 2 * DAY_MS);
    const dir = await folderOf('hours', { 'binance_BTCUSDT_1h_20240101-20240102.parquet': bars });
    const source = await load({ dir, anchorMs: T0 });
    expect(source.description).toContain('1 of 1 symbols filled to 1m from coarser bars');
    for (const bar of bars) {
      const minutes = source.candles('BTCUSDT', bar.openTimeMs, bar.openTimeMs + HOUR_MS);
      expect(joinCandles(minutes, 0)).toEqual({ ...strip(bar), lots: bar.volume });
    }
    const minute = source.candle('BTCUSDT', T0 + 7 * MINUTE_MS);
    const prints = source.tape('BTCUSDT', T0 + 7 * MINUTE_MS, T0 + 8 * MINUTE_MS);
    expect(prints.reduce((sum, { qty }) => sum + Number(qty), 0)).toBe(minute.volume);
    expect(Math.max(...prints.map(({ price }) => Number(price)))).toBe(minute.high);
  });

  it('makes one candle of as many recorded minutes as its speed says', async () => {
    const source = await load({ dir: folder.path('plain'), speed: 5, anchorMs: T0 });
    expect(source.description).toContain('at 5x');
    for (const [played, recorded] of [
      [0, 0],
      [1, 5],
      [50, 250],
    ] as const) {
      const candle = source.candle('ETHUSDT', T0 + played * MINUTE_MS);
      const five = generated.candles('ETHUSDT', T0 + recorded * MINUTE_MS, T0 + (recorded + 5) * MINUTE_MS);
      const { open, high, low, close, lots } = joinCandles(five, 4);
      expect({ ...candle, volume: Math.round(candle.volume * 1e4) }).toEqual({
        openTimeMs: T0 + played * MINUTE_MS,
        open,
        high,
        low,
        close,
        volume: lots,
      });
      const tape = source.tape('ETHUSDT', candle.openTimeMs, candle.openTimeMs + MINUTE_MS);
      expect(tape.reduce((sum, { qty }) => sum + Math.round(Number(qty) * 1e4), 0)).toBe(lots);
    }
  });

  it('shows missing minutes flat and without prints, and says so', async () => {
    const candles = generated
      .candles('ETHUSDT', T0, T0 + 3 * DAY_MS)
      .filter(({ openTimeMs }) => openTimeMs < T0 + HOUR_MS || openTimeMs >= T0 + 2 * HOUR_MS);
    const dir = await folderOf('holes', { 'ETH-USDT.csv': candles });
    const source = await load({ dir, anchorMs: T0 });
    expect(source.description).toContain('60 missing minutes flat and without trades');
    const last = source.candle('ETHUSDT', T0 + HOUR_MS - MINUTE_MS).close;
    const hole = source.candle('ETHUSDT', T0 + 90 * MINUTE_MS);
    expect(hole).toEqual({
      openTimeMs: T0 + 90 * MINUTE_MS,
      open: last,
      high: last,
      low: last,
      close: last,
      volume: 0,
    });
    expect(source.tape('ETHUSDT', T0 + HOUR_MS, T0 + 2 * HOUR_MS)).toEqual([]);
    expect(Number(source.referencePrice('ETHUSDT', T0 + 90 * MINUTE_MS + 5))).toBe(last);
  });

  it('takes the stretch with most symbols and of each symbol its finest file', async () => {
    const twoDays = T0 + 2 * DAY_MS;
    const dir = await folderOf('many', {
      'binance_ETHUSDT_1m_20240101-20240102.csv': generated.candles('ETHUSDT', T0, twoDays),
      'binance_ETHUSDT_1h_20240101-20240103.csv': hours('ETHUSDT', T0, T0 + 3 * DAY_MS),
      'binance_BTCUSDT_1h_20240101-20240103.csv': hours('BTCUSDT', T0, T0 + 3 * DAY_MS),
      'binance_XRPUSDT_1h_20230101-20230102.csv': hours('XRPUSDT', Date.UTC(2023, 0, 1), Date.UTC(2023, 0, 3)),
    });
    await writeFile(`${dir}/NOTES_ABCUSDT.csv`, 'what,ever\n1,2\n');
    const source = await load({ dir, anchorMs: T0 });
    expect(source.instruments.map(({ symbol }) => symbol).sort()).toEqual(['BTCUSDT', 'ETHUSDT']);
    expect(source.description).toContain('2024-01-01…2024-01-03');
  });

  it('explains what it cannot use', async () => {
    const none = await loadRecordedSource({ dir: folder.path('') });
    const empty = await loadRecordedSource({ dir: await folderOf('empty', {}) });
    const absent = await loadRecordedSource({ dir: folder.path('absent') });
    expect(none.ok).toBe(true);
    expect(empty.ok ? '' : empty.error.message).toContain(
      `the folder ${folder.path('empty')} has no usable candle file`,
    );
    expect(absent.ok ? '' : absent.error.message).toContain(`${folder.path('absent')} cannot be read (ENOENT)`);
    const fast = await loadRecordedSource({ dir: folder.path('plain'), speed: 0.5 });
    expect(fast.ok ? '' : fast.error.message).toBe('speed must be a whole number from 1 to 1440, not 0.5');
    const candles = generated.candles('ETHUSDT', T0, T0 + DAY_MS);
    const lines = encodeCsv(columnsOf(candles)).split('\n');
    lines[700] = lines[700]?.replace(/,[^,]*,/, ',NaN,') ?? '';
    const dir = await folderOf('broken', {});
    await writeFile(`${dir}/binance_ETHUSDT_1m_20240101-20240101.csv`, lines.join('\n'));
    const broken = await loadRecordedSource({ dir });
    expect(broken.ok ? '' : broken.error.message).toBe(
      'binance_ETHUSDT_1m_20240101-20240101.csv row 701, field open: is NaN',
    );
  });
});

describe.skipIf(!hasRealData)('real recordings', () => {
  it('plays ten symbols and more from the finest files that share a span', async () => {
    const source = await load({ dir: realData('candles') });
    expect(source.instruments.length).toBeGreaterThanOrEqual(10);
    const real = await readCandleFile(realData('candles/1m/binance_BTCUSDT_1m_20230301-20240331.csv.gz'), {
      window: { fromMs: T0, toMs: T0 + HOUR_MS },
    });
    if (!real.ok) throw new Error(real.error.message);
    const anchored = await load({ dir: realData('candles'), anchorMs: T0 });
    expect(anchored.candles('BTCUSDT', T0, T0 + HOUR_MS).map(({ close }) => close)).toEqual([
      ...real.value.columns.close,
    ]);
    const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    for (const { symbol } of source.instruments) {
      const candles = source.candles(symbol, now - 500 * MINUTE_MS, now);
      const jumps = candles.slice(1).map(({ open }, i) => Math.abs(Math.log(open / (candles[i] as Candle).close)));
      expect(Math.max(...jumps)).toBeLessThan(0.05);
    }
  });
});
