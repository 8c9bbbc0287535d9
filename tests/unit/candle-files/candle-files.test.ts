import { readFile, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCandleFile, runCandlesCheck, runCandlesExport } from '../../../main/candle-files/index.ts';
import { temporaryFolder } from '../../support/candle-folder.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const folder = temporaryFolder();
const T0 = 1_704_067_200_000;
const HEADER = 'timestamp_ms,open,high,low,close,volume';
const row = (minute: number, values = '100,110,90,105,3'): string => `${T0 + minute * 60_000},${values}`;

async function fileOf(name: string, lines: readonly string[], newline = '\n'): Promise<string> {
  const path = folder.path(name);
  await writeFile(path, lines.join(newline) + newline);
  return path;
}

async function messageOf(path: string): Promise<string> {
  const read = await readCandleFile(path);
  if (read.ok) throw new Error('the file was accepted');
  return read.error.message;
}

describe('a broken row is refused with file, row and field', () => {
  const broken: [string, readonly string[], string][] = [
    ['not a number', [row(0), row(1, '100,11x,90,105,3')], 'row 3, field high: "11x" is not a number'],
    ['NaN', [row(0), row(1, '100,110,90,NaN,3')], 'row 3, field close: is NaN'],
    ['infinity', [row(0, '100,110,90,105,Infinity')], 'row 2, field volume: is infinite'],
    ['overflow', [row(0, '100,1e999,90,105,3')], 'row 2, field high: "1e999" is not a number'],
    ['an empty cell', [row(0, '100,110,,105,3')], 'row 2, field low: is empty'],
    ['negative volume', [row(0, '100,110,90,105,-3')], 'row 2, field volume: -3 is negative'],
    ['price zero', [row(0, '0,110,90,105,3')], 'row 2, field open: 0 is not a positive price'],
    ['high below close', [row(0, '100,104,90,105,3')], 'row 2, field high: 104 is below the close 105'],
    ['high below low', [row(0, '100,100,101,100,3')], 'row 2, field high: 100 is below the low 101'],
    ['low above open', [row(0, '100,110,101,105,3')], 'row 2, field low: 101 is above the open 100'],
    ['duplicate', [row(0), row(1), row(1)], `row 4, field timestamp: ${T0 + 60_000} is a duplicate of the row before`],
    [
      'out of order',
      [row(0), row(2), row(1)],
      `row 4, field timestamp: ${T0 + 60_000} is out of order, after ${T0 + 120_000}`,
    ],
    [
      'misaligned',
      [row(0), row(1), row(2), row(3.5), row(5)],
      `row 5, field timestamp: ${T0 + 210_000} is not aligned to the 60000 ms of a bar`,
    ],
    [
      'seconds',
      [`${T0 / 1000},100,110,90,105,3`],
      'row 2, field timestamp: 1704067200 looks like seconds; milliseconds are expected',
    ],
    [
      'a cut last line',
      [row(0), `${T0 + 60_000},100,110`],
      'row 3, field low: the row has 3 fields where the header has 6',
    ],
    ['too many fields', [`${row(0)},7`], 'row 2, field line: the row has 7 fields where the header has 6'],
  ];
  it.each(broken)('%s', async (name, rows, expected) => {
    const file = `${name.replaceAll(' ', '-')}.csv`;
    expect(await messageOf(await fileOf(file, [HEADER, ...rows]))).toBe(`${file} ${expected}`);
  });

  it('names the first fault of several', async () => {
    const path = await fileOf('several.csv', [HEADER, row(0, '100,104,90,105,3'), row(1, 'x,110,90,105,3')]);
    expect(await messageOf(path)).toContain('row 2, field high');
  });

  it('counts lines from the top of the file where only a window is read', async () => {
    const path = await fileOf('window.csv', [HEADER, row(0), row(1), row(2, '100,104,90,105,3')]);
    const read = await readCandleFile(path, { window: { fromMs: T0 + 60_000, toMs: T0 + 600_000 } });
    expect(read.ok ? '' : read.error.message).toContain('row 4, field high');
  });
});

describe('a file that holds no candles', () => {
  it.each([
    ['missing column', 'missing.csv', 'timestamp_ms,open,high,low,close\n', 'row 1, the header, has no column volume'],
    ['empty file', 'empty.csv', '', 'the file is empty'],
    ['only a header', 'header.csv', `${HEADER}\n`, 'the file has a header but no candles'],
    ['foreign text', 'page.csv', '<!doctype html>\n', 'row 1, the header, has no column timestamp_ms'],
  ])('%s', async (_, name, text, expected) => {
    await writeFile(folder.path(name), text);
    expect(await messageOf(folder.path(name))).toContain(expected);
  });

  it('says that gzip data is cut off', async () => {
    const whole = gzipSync([HEADER, ...Array.from({ length: 500 }, (_, i) => row(i))].join('\n'));
    await writeFile(folder.path('cut.csv.gz'), whole.subarray(0, whole.length - 40));
    expect(await messageOf(folder.path('cut.csv.gz'))).toBe(
      'cut.csv.gz: the gzip data ends early: the file is cut off',
    );
    await writeFile(folder.path('plain.csv.gz'), HEADER);
    expect(await messageOf(folder.path('plain.csv.gz'))).toContain('is no valid gzip file');
  });

  it('refuses ten gigabytes before it reads any', async () => {
    const path = folder.path('huge.csv');
    await writeFile(path, '');
    await truncate(path, 10_000_000_000);
    expect(await readCandleFile(path)).toMatchObject({
      error: {
        kind: 'too-large',
        message: expect.stringMatching(/^huge\.csv: has 10000000000 bytes, .* cut it into pieces$/),
      },
    });
  });
  it('names a file that is not there, and a format that it does not read', async () => {
    expect(await messageOf(folder.path('absent.csv'))).toBe('absent.csv: cannot be read (ENOENT)');
    expect(await messageOf(folder.path('candles.txt'))).toContain('not a .csv, .csv.gz or .parquet file');
  });
});

describe('what is accepted', () => {
  it('reads other column orders, the name timestamp, extra columns, CRLF, a byte order mark and blank lines', async () => {
    const lines = [
      '\uFEFFclose,volume,note,timestamp,open,high,low',
      `105,0.25,x,${T0},100,110,90`,
      '',
      `1e2,7,y,${T0 + 60_000},100,110,90`,
    ];
    const read = await readCandleFile(await fileOf('loose.csv', lines, '\r\n'));
    if (!read.ok) throw new Error(read.error.message);
    const { columns, timeframeMs, volumeDecimals } = read.value;
    expect([...columns.openTimeMs]).toEqual([T0, T0 + 60_000]);
    expect([...columns.close]).toEqual([105, 100]);
    expect([...columns.volume]).toEqual([0.25, 7]);
    expect([timeframeMs, volumeDecimals]).toEqual([60_000, 2]);
  });

  it('reads numbers exactly as Number does', async () => {
    const texts = ['61250.57', '0.1', '123456789.12345', '0.00000001', '1234567.8901234567', '.5', '5.', '1.5e3'];
    const read = await readCandleFile(
      await fileOf('exact.csv', [HEADER, ...texts.map((text, i) => row(i, `${text},9e9,1e-9,${text},${text}`))]),
    );
    if (!read.ok) throw new Error(read.error.message);
    expect([...read.value.columns.open]).toEqual(texts.map(Number));
  });
});

describe('candles check', () => {
  it('reports gaps as facts and counts every fault', async () => {
    const path = await fileOf('gaps.csv', [
      HEADER,
      row(0),
      row(1),
      row(4),
      row(5),
      row(5),
      row(6, '100,110,90,bad,3'),
      row(7, '100,99,90,105,3'),
    ]);
    const report = await runCandlesCheck(path);
    if (!report.ok) throw new Error(report.error.message);
    expect(report.value).toMatchObject({
      ok: false,
      rows: 6,
      fromMs: T0,
      toMs: T0 + 7 * 60_000,
      timeframe: '1m',
      duplicates: 1,
      errorsTotal: 3,
    });
    expect(report.value.gaps).toEqual([
      { fromMs: T0 + 2 * 60_000, missing: 2 },
      { fromMs: T0 + 6 * 60_000, missing: 1 },
    ]);
    expect(report.value.errors.map(({ row: line, field }) => [line, field])).toEqual([
      [6, 'timestamp'],
      [7, 'close'],
      [8, 'high'],
    ]);
  });
});

describe('candles export', () => {
  it('converts CSV to Parquet and back without changing a byte', async () => {
    const lines = [
      HEADER,
      row(0, '0.0000001,0.0000002,0.00000005,0.0000001,12345678.9'),
      row(1, '61250.57,61300,61250.5,61299.99,0'),
      row(9),
    ];
    const csv = await fileOf('in.csv', lines);
    for (const [from, to] of [
      [csv, 'a.parquet'],
      [folder.path('a.parquet'), 'b.csv.gz'],
      [folder.path('b.csv.gz'), 'c.csv'],
    ] as const) {
      const result = await runCandlesExport(from, folder.path(to));
      expect(result.ok && result.value.rows).toBe(3);
    }
    expect(await readFile(folder.path('c.csv'), 'utf8')).toBe(await readFile(csv, 'utf8'));
  });

  it('refuses a file with a fault and leaves nothing behind', async () => {
    const csv = await fileOf('bad.csv', [HEADER, row(0, '100,104,90,105,3')]);
    const result = await runCandlesExport(csv, folder.path('bad.parquet'));
    expect(result.ok ? '' : result.error.message).toContain('bad.csv row 2, field high');
    await expect(readFile(folder.path('bad.parquet'))).rejects.toThrow('ENOENT');
  });

  it('names row and field of a Parquet file, and a column that it lacks', async () => {
    const column = (name: string, data: number[]): { name: string; data: number[]; type: 'DOUBLE' } => ({
      name,
      data,
      type: 'DOUBLE',
    });
    const columns = [
      column('open', [1, 1]),
      column('high', [2, 2]),
      column('low', [1, 1]),
      column('close', [1, Number.NaN]),
    ];
    const times = { name: 'timestamp', data: [BigInt(T0), BigInt(T0 + 60_000)], type: 'INT64' as const };
    await writeFile(
      folder.path('nan.parquet'),
      new Uint8Array(parquetWriteBuffer({ columnData: [times, ...columns, column('volume', [1, 1])] })),
    );
    expect(await messageOf(folder.path('nan.parquet'))).toBe('nan.parquet row 2, field close: is NaN');
    await writeFile(
      folder.path('short.parquet'),
      new Uint8Array(parquetWriteBuffer({ columnData: [times, ...columns] })),
    );
    expect(await messageOf(folder.path('short.parquet'))).toContain('no column volume');
    await writeFile(folder.path('text.parquet'), HEADER);
    expect(await messageOf(folder.path('text.parquet'))).toContain('not a readable Parquet file');
  });
});

describe.skipIf(!hasRealData)('real recordings', () => {
  it('finds the one hole of 80 minutes in thirteen months of BTCUSDT', async () => {
    const report = await runCandlesCheck(realData('candles/1m/binance_BTCUSDT_1m_20230301-20240331.csv.gz'));
    expect(report.ok && report.value).toMatchObject({
      ok: true,
      rows: 571_600,
      timeframe: '1m',
      duplicates: 0,
      missingTotal: 80,
    });
    expect(report.ok && report.value.gaps).toEqual([{ fromMs: Date.UTC(2023, 2, 24, 12, 40), missing: 80 }]);
  });
});
