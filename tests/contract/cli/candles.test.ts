import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../../main/data-folder.ts';
import { openCandleStore } from '../../../main/engine/venues/candle-store/candle-store.ts';
import { CANDLES_HEADER, candlesFolder, oneSentence } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';

const { at, good } = candlesFolder();

describe('candles', () => {
  const write = (name: string, ...rows: string[]): string => {
    writeFileSync(at(name), [CANDLES_HEADER, ...rows, ''].join('\n'));
    return at(name);
  };
  const row = (minute: number, rest = '1,2,0.5,1.5,10'): string => `${1_700_000_040_000 + minute * 60_000},${rest}`;

  it('check: a good file is exit 0 with its facts; gaps are facts, not faults', async () => {
    const file = write('gap.csv', row(0), row(1), row(2), row(5), row(6));
    expect(await runCli(['candles', 'check', file, '--json'])).toMatchObject({
      exit: 0,
      stderr: '',
      json: { ok: true, rows: 5, timeframe: '1m', gapsTotal: 1, missingTotal: 2, errors: [] },
    });
    expect((await runCli(['candles', 'check', file])).stdout).toMatch(/5 candles, .* 1 gaps, 2 candles missing\n$/);
  });

  it.each([
    ['NaN', [row(0), row(1, '1,2,0.5,NaN,10')], /^broken\.csv row 3, field close: /],
    ['words', [row(0), row(1, '1,high,0.5,1,10')], /^broken\.csv row 3, field high: /],
    ['high below low', [row(0), row(1, '1,0.4,0.5,1,10')], /^broken\.csv row 3, field high: /],
    ['a missing cell', [row(0), row(1, '1,2,0.5,1')], /^broken\.csv row 3/],
    ['a row twice', [row(0), row(1), row(1)], /^broken\.csv row 4, field timestamp.*: .*duplicate/],
    ['rows out of order', [row(1), row(2), row(0)], /^broken\.csv row 4, field timestamp.*out of order/],
    ['a negative volume', [row(0), row(1, '1,2,0.5,1,-1')], /^broken\.csv row 3, field volume: /],
  ])('check: %s is exit 2 with one sentence that names file, row and field', async (_what, rows, says) => {
    const { exit, stderr, json } = await runCli(['candles', 'check', write('broken.csv', ...rows), '--json']);
    expect(exit).toBe(2);
    expect(stderr).toEqual(oneSentence);
    expect(stderr).toMatch(says);
    expect(json).toMatchObject({ ok: false });
  });

  it('check: a file that is not there, or no candles at all, is exit 2', async () => {
    const missing = await runCli(['candles', 'check', at('none.csv'), '--json']);
    expect(missing).toMatchObject({ exit: 2, json: { ok: false, error: 'none.csv: cannot be read (ENOENT)' } });
    writeFileSync(at('words.csv'), 'these are\nno candles\n');
    expect(await runCli(['candles', 'check', at('words.csv')])).toMatchObject({ exit: 2, stderr: oneSentence });
    expect(await runCli(['candles', 'check', write('empty.csv')])).toMatchObject({ exit: 2, stderr: oneSentence });
  });

  it('export: CSV to Parquet, gzip and back is the same file', async () => {
    expect(await runCli(['candles', 'export', good, at('good.parquet'), '--json'])).toMatchObject({
      exit: 0,
      json: { rows: 60 },
    });
    await runCli(['candles', 'export', at('good.parquet'), at('back.csv.gz')]);
    expect(gunzipSync(readFileSync(at('back.csv.gz'))).toString()).toBe(readFileSync(good, 'utf8'));
  });

  it('export: an unknown ending or a folder that is not there is exit 2', async () => {
    expect(await runCli(['candles', 'export', good, at('good.xlsx')])).toMatchObject({ exit: 2, stderr: oneSentence });
    const nowhere = await runCli(['candles', 'export', good, at('no/such/folder.csv'), '--json']);
    expect(nowhere).toMatchObject({ exit: 2, json: { ok: false } });
  });

  it('import: into the store that charts read', async () => {
    const dataDir = at('imported');
    const args = ['candles', 'import', good, '--instrument', 'binance:BTC/USDT', '--data-dir', dataDir, '--json'];
    expect(await runCli(args)).toMatchObject({
      exit: 0,
      stderr: '',
      json: { timeframe: '1m', rows: 60, problems: [] },
    });
    const { candleStore } = openAccountFolder(dataDir, 'practice-generated-1');
    const store = openCandleStore(candleStore, { onProblem: (text) => expect.fail(text) });
    const stored = store.readBefore('binance:BTC/USDT', '1m', Date.UTC(2030, 0), 1_000);
    store.close();
    expect(stored.openTimeMs.length).toBe(60);
    expect(stored.open[0]).toBe(100);
  });

  it('import: a broken row stores nothing; a step that is no timeframe is refused', async () => {
    const dataDir = at('not-imported');
    const instrument = ['--instrument', 'binance:BTC/USDT', '--data-dir', dataDir];
    const broken = write('broken-import.csv', row(0), row(1, '1,2,0.5,NaN,10'));
    const refused = await runCli(['candles', 'import', broken, ...instrument]);
    expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('row 3, field close') });
    expect(existsSync(join(dataDir, 'accounts'))).toBe(false);
    const odd = write('odd.csv', row(1), row(4), row(7));
    const wrongStep = await runCli(['candles', 'import', odd, ...instrument]);
    expect(wrongStep).toMatchObject({ exit: 2, stderr: expect.stringContaining('180000 ms apart') });
  });
});
