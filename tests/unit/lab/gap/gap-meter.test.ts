import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { createPerson } from '../../../../main/lab/exact/approver.ts';
import { createGapMeter, type GapMeterOptions } from '../../../../main/lab/gap/gap-meter.ts';
import { GapReports } from '../../../../main/lab/gap/gap-reports.ts';
import { everyNight } from '../../../../main/lab/gap/nightly.ts';
import { openGapMeter } from '../../../../main/lab/gap/open-gap-meter.ts';
import type { TaskEvents } from '../../../../main/lab/workers/worker-crew.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';
import { FakeTime } from '../../../support/fake-time.ts';
import { livedAccount } from '../../../support/lived-account.ts';
import { GAP_REPORT } from '../../../support/memory-gap.ts';
import { T0 } from '../../../support/small-engine.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const HOUR_MS = 3_600_000;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'gap-meter-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A meter whose worker does what the test says. */
function meterWith(over: Partial<GapMeterOptions> = {}) {
  const time = new FakeTime();
  const asked: { job: object; events: TaskEvents<number>; settle: (outcome: never) => void }[] = [];
  const saved = new Map<string, unknown>();
  const meter = createGapMeter({
    crew: {
      ask: (job: object, events: TaskEvents<number> = {}) => {
        const { promise, resolve } = Promise.withResolvers<never>();
        asked.push({ job, events, settle: resolve });
        return { outcome: promise, isUnderWay: () => true, cancel: () => {} };
      },
      fullText: () => null,
      close: async () => {},
    } as unknown as GapMeterOptions['crew'],
    settings: {
      load: (key) => saved.get(key) ?? null,
      save: (key, value) => {
        saved.set(key, value);
        return { ok: true, value: null };
      },
    },
    newest: null,
    nowMs: () => T0 + time.nowMs(),
    timers: time,
    ...over,
  });
  onTestFinished(() => meter.close());
  return { meter, time, asked, saved };
}

describe('the gap meter', () => {
  it('measures on demand, one at a time, and says how far it is', async () => {
    const { meter, asked } = meterWith();
    let told = 0;
    meter.onChange(() => {
      told += 1;
    });
    expect(meter.state()).toMatchObject({ running: null, problem: '', report: null });
    expect(meter.measure()).toMatchObject({ ok: true });
    expect(meter.measure()).toMatchObject({ ok: false, error: { kind: 'running' } });
    expect(asked[0]?.job).toMatchObject({ kind: 'measure', fromMs: T0 - 7 * 24 * HOUR_MS, toMs: T0 });
    asked[0]?.events.progress?.(0.5);
    expect(meter.state().running).toBe(0.5);
    asked[0]?.settle({ ok: true, value: { report: GAP_REPORT } } as never);
    await waitUntil('the measurement has ended', () => meter.state().running === null);
    expect(meter.state()).toMatchObject({ report: GAP_REPORT, problem: '' });
    expect(told).toBe(3);
  });

  it('keeps the last one and says why where the next comes to nothing', async () => {
    const { meter, asked } = meterWith({ newest: GAP_REPORT, nowMs: () => GAP_REPORT.measuredAtMs + HOUR_MS });
    meter.measure();
    asked[0]?.settle({ ok: false, error: { kind: 'failed', text: 'The store has no candles of that time.' } } as never);
    await waitUntil('the measurement has ended', () => meter.state().running === null);
    expect(meter.state()).toMatchObject({ report: GAP_REPORT, problem: 'The store has no candles of that time.' });
  });

  it('keeps what the trader chose; without an hour it is never measured by itself', () => {
    const { meter, saved } = meterWith();
    expect(meter.state().schedule).toEqual({ days: 7, hourUtc: 0 });
    expect(meter.setSchedule({ days: 3, hourUtc: null })).toMatchObject({ ok: true });
    expect(meter.state()).toMatchObject({ schedule: { days: 3, hourUtc: null }, nextAtMs: null });
    const settings = { load: () => saved.get('gap-meter'), save: () => ({ ok: true as const, value: null }) };
    expect(meterWith({ settings }).meter.state().schedule).toEqual({ days: 3, hourUtc: null });
    const damaged = { ...settings, load: () => ({ days: -1 }) };
    expect(meterWith({ settings: damaged }).meter.state().schedule).toEqual({ days: 7, hourUtc: 0 });
  });

  it('makes good a night that it was off, some minutes after its start, and no other', () => {
    const missed = meterWith({ newest: { ...GAP_REPORT, measuredAtMs: T0 - 26 * HOUR_MS } });
    missed.time.advance(HOUR_MS);
    expect(missed.asked).toHaveLength(1);
    const fresh = meterWith({ newest: { ...GAP_REPORT, measuredAtMs: T0 - 20 * HOUR_MS } });
    fresh.time.advance(HOUR_MS);
    const never = meterWith();
    never.time.advance(HOUR_MS);
    expect([...fresh.asked, ...never.asked]).toEqual([]);
  });
});

describe('every night', () => {
  afterEach(() => vi.useRealTimers());

  it('at five past the hour, UTC', () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 10, 22, 30) });
    const run = vi.fn();
    const nightly = everyNight(3, run);
    expect(nightly.nextAtMs()).toBe(Date.UTC(2026, 0, 11, 3, 5));
    vi.advanceTimersByTime(4 * HOUR_MS);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(24 * HOUR_MS);
    expect(run).toHaveBeenCalledTimes(1);
    nightly.stop();
    vi.advanceTimersByTime(48 * HOUR_MS);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe('what was kept', () => {
  it('of before perpetuals were run again is read as without funding', () => {
    const root = folder();
    mkdirSync(join(root, 'gaps', 'practice-1'), { recursive: true });
    const { funding: _, parts, ...report } = GAP_REPORT;
    const { funding: __, ...older } = parts;
    const file = join(root, 'gaps', 'practice-1', '2026-01-01T00-10-00.json');
    writeFileSync(file, JSON.stringify({ ...report, parts: older }));
    const read = new GapReports(root, 'practice-1').newest();
    expect(read).toMatchObject({ gap: GAP_REPORT.gap, funding: { live: '0', rerun: '0' }, parts: { funding: '0' } });
  });
});

describe('in a worker of its own', () => {
  it('an account is run again, what came of it is kept, and found at the next start', async () => {
    const root = folder();
    const { volume, ...prices } = randomWalkCandles(240, createRandom(5).next);
    const candles = {
      ...prices,
      volume: volume.map(() => 1_000),
      openTimeMs: volume.map((_, bar) => T0 + bar * 60_000),
    };
    const habits = { medianDelayMs: 8_000, delaySpread: 0, sleepFromHour: 0, sleepToHour: 0, approvedShare: 0.8 };
    const { folder: account } = await livedAccount(root, candles, {
      params: { fast: 5, slow: 20, share: 0.5, qty: 0.5 },
      approver: createPerson(habits, createRandom(1)),
    });
    const options = {
      start: {
        account: 'practice-1',
        folder: account,
        results: join(root, 'results'),
        modelsDir: MODELS_DIR,
        ownModelsDir: join(root, 'models'),
      },
      workerUrl: new URL('../../../../main/lab/gap/gap-worker.ts', import.meta.url),
      settings: { load: () => null, save: () => ({ ok: true as const, value: null }) },
      nowMs: () => T0 + 240 * 60_000,
      timers: new FakeTime(),
    };
    const meter = openGapMeter(options);
    onTestFinished(() => meter.close());
    meter.measure();
    await waitUntil('the measurement has ended', () => meter.state().running === null, 60_000);
    const { problem, report } = meter.state();
    expect([problem, report?.bars, report?.fromMs]).toEqual(['', 240, T0]);
    expect(existsSync(report!.file)).toBe(true);
    expect(readFileSync(report!.file, 'utf8').trim().split('\n')).toHaveLength(report!.decided + 1);
    const again = openGapMeter(options);
    onTestFinished(() => again.close());
    expect(again.state().report).toEqual(report);
    // A file that cannot be read is passed over.
    writeFileSync(report!.file.replace('.csv', '.json').replace('2026', '2027'), '{');
    expect(new GapReports(join(root, 'results'), 'practice-1').newest()).toEqual(report);
  });

  it('and what is wrong is said in a sentence', async () => {
    const root = folder();
    mkdirSync(join(root, 'journal'));
    const meter = openGapMeter({
      start: {
        account: 'practice-1',
        folder: {
          journalDir: join(root, 'journal'),
          candleStore: join(root, 'none.db'),
          perpetualCandleStore: join(root, 'none-usdm.db'),
        },
        results: join(root, 'results'),
        modelsDir: MODELS_DIR,
        ownModelsDir: join(root, 'models'),
      },
      workerUrl: new URL('../../../../main/lab/gap/gap-worker.ts', import.meta.url),
      settings: { load: () => null, save: () => ({ ok: true as const, value: null }) },
      nowMs: () => T0,
      timers: new FakeTime(),
    });
    onTestFinished(() => meter.close());
    meter.measure();
    await waitUntil('the measurement has ended', () => meter.state().running === null, 60_000);
    expect(meter.state()).toMatchObject({ report: null, problem: 'The account had not been opened by then.' });
  });
});
