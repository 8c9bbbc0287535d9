import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId, Worker } from 'node:worker_threads';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { canonicalJson } from '../../../../main/lab/experiments/canonical-json.ts';
import type { Experiment } from '../../../../main/lab/experiments/experiment.ts';
import { buildId, dataUsed, experimentId } from '../../../../main/lab/experiments/experiment-id.ts';
import { ExperimentStore, familyOf } from '../../../../main/lab/experiments/experiment-store.ts';
import { candlesOf } from '../../../support/candle-columns.ts';
import { inputsOf, resultOf, START } from './sample-runs.ts';

let root: string;
let nowMs: number;
let store: ExperimentStore;
const open = (): ExperimentStore => new ExperimentStore(join(root, 'results'), () => nowMs);
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'experiments-'));
  root = made;
  nowMs = Date.UTC(2026, 10, 21, 12);
  store = open();
  onTestFinished(() => {
    store.close();
    rmSync(made, { recursive: true });
  });
});

const reopen = (): void => {
  store.close();
  store = open();
};
function record(fast: number, shares: readonly number[] = [0.01, -0.02]): Experiment {
  const recorded = store.record(inputsOf(fast), resultOf(shares));
  if (!recorded.ok) throw new Error(recorded.error.message);
  return recorded.value.experiment;
}
const listed = (): string[][] =>
  readFileSync(join(root, 'results/experiments.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('the id', () => {
  it('is that of what decides a run, whatever the order of the keys', () => {
    const id = experimentId(inputsOf(10));
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(experimentId(inputsOf(10, { params: { slow: 30, fast: 10 } }))).toBe(id);
    const others = [
      inputsOf(11),
      inputsOf(10, { seed: 2 }),
      inputsOf(10, { build: '0.1.0+other' }),
      inputsOf(10, { strategy: 'momentum' }),
      inputsOf(10, { settings: { cashQuote: 1_000, leverageMax: 1 } }),
      inputsOf(10, { data: [] }),
    ];
    expect(new Set([id, ...others.map(experimentId)]).size).toBe(others.length + 1);
  });
  it('knows candles by every number of them, and the build by its code', () => {
    const candles = candlesOf([
      [1, 2, 0.5, 1.5],
      [1.5, 2, 1, 1.75],
    ]);
    const before = dataUsed('x', '5m', candles);
    expect(before).toMatchObject({ rows: 2, fromMs: 0, toMs: 300_000 });
    candles.volume[1] = 2;
    expect(dataUsed('x', '5m', candles).sha256).not.toBe(before.sha256);
    expect(buildId('1.2.3')).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/);
    expect(buildId('1.2.3')).toBe(buildId('1.2.3'));
  });
  it('is written without a doubt: keys in order, infinities as words', () => {
    expect(canonicalJson({ b: [1, null, 'x'], a: { d: Number.POSITIVE_INFINITY, c: true } })).toBe(
      '{"a":{"c":true,"d":"Infinity"},"b":[1,null,"x"]}',
    );
  });
});

describe('a run that is kept', () => {
  it('has a folder that a person can read', async () => {
    const { id } = record(10);
    const dir = join(root, `results/backtests/2026-11-21/sma-cross_1h_${id}`);
    expect(readdirSync(dir).sort()).toEqual([
      'config.yaml',
      'equity.parquet',
      'metrics.json',
      'report.html',
      'trades.parquet',
    ]);
    expect(parse(readFileSync(join(dir, 'config.yaml'), 'utf8'))).toMatchObject({
      strategy: 'sma-cross',
      params: { fast: 10, slow: 30 },
      settings: { leverageMax: Number.POSITIVE_INFINITY },
      data: [{ instrument: 'binance:BTC/USDT', from: '2024-01-01T00:00:00.000Z' }],
      seed: 1,
    });
    expect(JSON.parse(readFileSync(join(dir, 'metrics.json'), 'utf8'))).toMatchObject({
      id,
      status: 'done',
      statistics: { trades: 2 },
    });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(dir, 'trades.parquet')) });
    expect(rows[1]).toMatchObject({
      entry_time_ms: BigInt(START + 12 * 3_600_000),
      side: 'short',
      pnl: -1.2,
      exit_reason: 'stop_loss',
    });
    const equity = await parquetReadObjects({ file: await asyncBufferFromFile(join(dir, 'equity.parquet')) });
    expect([equity.length, equity[23]]).toEqual([48, { timestamp_ms: BigInt(START + 23 * 3_600_000), equity: 1_010 }]);
  });
  it('has what screens show of it from the moment at which it counts, and anew where it is kept again', () => {
    const keep = (shown: string) =>
      store.record(inputsOf(10), { ...resultOf([0.01, 0.02]), screens: { 'screen.json': shown } });
    const first = keep('one');
    if (!first.ok) throw new Error(first.error.message);
    const file = join(store.folderOf(first.value.experiment), 'screen.json');
    expect(readFileSync(file, 'utf8')).toBe('one');
    expect(keep('two')).toMatchObject({ value: { isKnown: true } });
    expect(readFileSync(file, 'utf8')).toBe('two');
  });
  it('with predictions has them too', async () => {
    const predictions = {
      timeMs: Float64Array.of(START),
      probability: Float64Array.of(0.7),
      outcome: Float64Array.of(1),
    };
    const kept = store.record(inputsOf(10), { ...resultOf([0.1]), predictions });
    expect(kept.ok).toBe(true);
    if (!kept.ok) return;
    const file = join(store.folderOf(kept.value.experiment), 'validation_predictions.parquet');
    expect(await parquetReadObjects({ file: await asyncBufferFromFile(file) })).toEqual([
      { timestamp_ms: BigInt(START), probability: 0.7, outcome: 1 },
    ]);
  });
  it('is known again, and is no second one', () => {
    const first = record(10);
    nowMs += 86_400_000;
    expect(store.record(inputsOf(10), resultOf([0.01, -0.02]))).toEqual({
      ok: true,
      value: { experiment: first, isKnown: true },
    });
    expect(store.list()).toHaveLength(1);
  });
  it('must come to the same again', () => {
    const first = record(10);
    const other = store.record(inputsOf(10), resultOf([0.01, -0.02000001]));
    expect(other).toMatchObject({
      ok: false,
      error: { kind: 'not-reproducible', message: expect.stringContaining('not deterministic') },
    });
    expect(store.list()).toEqual([first]);
  });
  it('is found by the beginning of its id', () => {
    const a = record(10);
    expect(store.find(a.id.slice(0, 8))).toEqual({ ok: true, value: a });
    expect(store.find('')).toMatchObject({ error: { kind: 'unknown' } });
    expect(store.find('zz')).toMatchObject({ error: { message: 'there is no experiment zz' } });
    const many = Array.from({ length: 40 }, (_, at) => record(100 + at));
    const twice = many.find(({ id }) => store.list().filter((each) => each.id.startsWith(id[0]!)).length > 1)!;
    expect(store.find(twice.id[0]!)).toMatchObject({ error: { kind: 'ambiguous' } });
  });
  it('is among the newest, in order, of as many as are asked for', () => {
    const runs = Array.from({ length: 5 }, (_, at) => {
      nowMs += 1_000;
      return record(10 + at);
    });
    expect(store.newest(3)).toEqual(runs.toReversed().slice(0, 3));
    expect(store.newest(9)).toEqual(store.list());
    expect(store.count()).toBe(5);
  });
  it('carries tags and a note, in the master list as well, and no formula', () => {
    const { id } = record(10);
    store.setTag(id, 'keep', true);
    store.setTag(id, 'first', true);
    store.setTag(id, 'keep', false);
    store.setNote(id, '=HYPERLINK("x"), better than before');
    reopen();
    expect(store.list()[0]).toMatchObject({ tags: ['first'], note: '=HYPERLINK("x"), better than before' });
    const line = readFileSync(join(root, 'results/experiments.csv'), 'utf8').split('\n')[1];
    expect(line).toContain(`,first,"'=HYPERLINK(""x""), better than before",backtests/2026-11-21/`);
  });
  it('is marked anew: its tags and note are those that are given, and no others', () => {
    const { id } = record(10);
    store.setMarks(id, ['a', 'b'], 'first');
    store.setMarks(id, ['b', 'c'], 'second');
    reopen();
    expect(store.list()[0]).toMatchObject({ tags: ['b', 'c'], note: 'second' });
    expect(readFileSync(join(root, 'results/experiments.csv'), 'utf8').split('\n')[1]).toContain(',b c,second,');
    store.setMarks(id, [], '');
    expect(store.list()[0]).toMatchObject({ tags: [], note: '' });
  });
  it('that failed stands with its reason, and gives way to one that goes well', () => {
    const failed = store.recordFailure(inputsOf(10), 'the strategy threw: no such thing');
    expect(failed).toMatchObject({ status: 'failed', why: 'the strategy threw: no such thing', statistics: null });
    expect(readdirSync(store.folderOf(failed)).sort()).toEqual(['config.yaml', 'metrics.json']);
    nowMs += 86_400_000;
    const done = record(10);
    expect(store.list()).toEqual([done]);
    expect([existsSync(store.folderOf(failed)), existsSync(store.folderOf(done))]).toEqual([false, true]);
    expect(store.recordFailure(inputsOf(10), 'again')).toEqual(done);
  });
});

describe('after a crash', () => {
  const dead = 999_999_999;

  it('a run that does not count leaves nothing', () => {
    const half = join(root, `results/backtests/2026-11-21/sma-cross_1h_000000000000.${dead}-0.part`);
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, 'metrics.json'), '{');
    reopen();
    expect(existsSync(half)).toBe(false);
  });
  it('a run that counts gets its folder', () => {
    const run = record(10);
    renameSync(store.folderOf(run), `${store.folderOf(run)}.${dead}-0.part`);
    reopen();
    expect(readdirSync(store.folderOf(run))).toContain('trades.parquet');
  });
  it('a run of a process or thread that lives is left alone', () => {
    const theirs = join(root, `results/backtests/2026-11-21/sma-cross_1h_000000000000.${process.ppid}-0.part`);
    mkdirSync(theirs, { recursive: true });
    const thread = join(
      root,
      `results/backtests/2026-11-21/sma-cross_1h_000000000001.${process.pid}-${threadId + 1}.part`,
    );
    mkdirSync(thread);
    reopen();
    expect([existsSync(theirs), existsSync(thread)]).toEqual([true, true]);
  });
  it('a run whose files cannot be written does not count', () => {
    mkdirSync(join(root, 'results/backtests/2026-11-21'), { recursive: true });
    const id = experimentId(inputsOf(10));
    writeFileSync(join(root, `results/backtests/2026-11-21/sma-cross_1h_${id}.${process.pid}-${threadId}.part`), '');
    expect(() => record(10)).toThrow();
    expect(store.list()).toEqual([]);
  });
});

it('the master list has a line a run, oldest first', () => {
  const first = record(10);
  nowMs += 60_000;
  const second = record(11);
  expect(listed().map((cells) => cells[0])).toEqual([first.id, second.id]);
  expect(listed()[0]!.slice(2, 12)).toEqual([
    'sma-cross',
    '1h',
    'binance:BTC/USDT',
    '2024-01-01T00:00:00.000Z',
    '2024-01-02T23:00:00.000Z',
    'done',
    expect.stringMatching(/^-1\.0/),
    expect.any(String),
    expect.any(String),
    '2',
  ]);
});

it('every try counts once: of runs that were kept and of searches', () => {
  const family = familyOf(inputsOf(10));
  expect(family).toBe('sma-cross · binance:BTC/USDT 1h');
  record(10);
  const tries = [10, 11, 12].map((fast) => ({
    inputs: inputsOf(fast),
    returns: { day: Int32Array.of(1, 2), returns: Float64Array.of(0.01, fast / 1_000) },
  }));
  store.recordTrials('grid', tries);
  store.recordTrials('grid', tries);
  reopen();
  const trials = store.trials(family);
  expect(trials.map(({ search }) => search).sort()).toEqual(['', 'grid', 'grid']);
  expect(trials.find(({ id }) => id === experimentId(inputsOf(12)))?.returns).toEqual(tries[2]?.returns);
  expect(store.trials('momentum · binance:BTC/USDT 1h')).toEqual([]);
});

it('workers of one process keep runs at the same time, and none is lost', async () => {
  const entry = new URL('./store-worker.ts', import.meta.url);
  const workers = [0, 1, 2].map(
    (at) => new Worker(entry, { workerData: { root: join(root, 'results'), first: at * 10 } }),
  );
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.once('error', reject).once('exit', () => resolve());
        }),
    ),
  );
  const runs = store.list();
  expect(runs).toHaveLength(18);
  expect(runs.every((run) => existsSync(join(store.folderOf(run), 'report.html')))).toBe(true);
  expect(listed()).toHaveLength(18);
  expect(readdirSync(join(root, 'results')).filter((name) => name.includes('.part'))).toEqual([]);
});
