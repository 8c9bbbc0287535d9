import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCandleFile, readRawCandles } from '../../../main/candle-files/candle-file.ts';
import { checkCandles } from '../../../main/candle-files/check-candles.ts';
import { encodeCsv } from '../../../main/candle-files/index.ts';
import { encodeParquet } from '../../../main/candle-files/parquet.ts';
import { columnsOf } from '../../support/candle-folder.ts';
import { damagedBytes } from '../../support/damaged.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-candles-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MINUTE_MS = 60_000;
const columns = columnsOf(
  Array.from({ length: 50 }, (_, bar) => ({
    openTimeMs: 1_767_614_400_000 + bar * MINUTE_MS,
    open: 100 + bar,
    high: 102 + bar,
    low: 99 + bar,
    close: 101 + bar,
    volume: 1.5 * bar,
  })),
);
const csv = Buffer.from(encodeCsv(columns));
const SOUND: readonly (readonly [string, Uint8Array])[] = [
  ['candles.csv', csv],
  ['candles.csv.gz', gzipSync(csv)],
  ['candles.parquet', encodeParquet(columns)],
];

describe('a candle file whose bytes were changed', () => {
  it.each(SOUND)(
    '%s is read as candles that could be, or refused by its name with the row and field',
    async (name, bytes) => {
      await fc.assert(
        fc.asyncProperty(damagedBytes(bytes), async (changed) => {
          const path = join(dir, name);
          writeFileSync(path, changed);
          const read = await readCandleFile(path);
          if (!read.ok) {
            expect(read.error.message).toContain(name);
            return;
          }
          const { openTimeMs, open, high, low, close, volume } = read.value.columns;
          for (let bar = 0; bar < openTimeMs.length; bar += 1) {
            const values = [open, high, low, close, volume].map((column) => column[bar] as number);
            expect(values.every(Number.isFinite)).toBe(true);
            expect(high[bar]).toBeGreaterThanOrEqual(Math.max(open[bar] as number, close[bar] as number));
            expect(low[bar]).toBeLessThanOrEqual(Math.min(open[bar] as number, close[bar] as number));
            if (bar > 0) expect(openTimeMs[bar]).toBeGreaterThan(openTimeMs[bar - 1] as number);
          }
        }),
        { numRuns: 100 },
      );
    },
  );

  it.each(SOUND)(
    '%s is checked to the end: every fault is counted, with its row, and none throws',
    async (name, bytes) => {
      await fc.assert(
        fc.asyncProperty(damagedBytes(bytes), async (changed) => {
          const path = join(dir, name);
          writeFileSync(path, changed);
          const raw = await readRawCandles(path, { faultsMax: 20 });
          if (!raw.ok) return;
          const report = checkCandles(raw.value, name, raw.value.faults);
          const whole = await readCandleFile(path);
          expect(report.ok).toBe(report.errorsTotal === 0);
          if (whole.ok) expect(report.errorsTotal).toBe(0);
          else if (whole.error.kind !== 'empty') expect(report.errorsTotal).toBeGreaterThan(0);
        }),
        { numRuns: 60 },
      );
    },
  );
});
