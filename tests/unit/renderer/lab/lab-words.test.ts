import { describe, expect, it } from 'vitest';
import { calendarRows } from '../../../../renderer/lab/calendar-rows.ts';
import { bestOf, COMPARED_FIGURES, HEADLINE_FIGURES } from '../../../../renderer/lab/figures.ts';
import { endedText, type LabState, receiveLabMessage } from '../../../../renderer/lab/lab-store.ts';
import { differingParams, progressText, sourceText, speedText } from '../../../../renderer/lab/run-words.ts';
import { toneOf } from '../../../../renderer/lab/tone.ts';
import { createMemoryLab, LAB_FIGURES, LAB_PLAN } from '../../../support/memory-lab.ts';

const { row } = createMemoryLab();

describe('runs in words', () => {
  it('say what was run over what', () => {
    expect(sourceText(LAB_PLAN)).toBe('BTC/USDT 1h');
    const perpetual = { kind: 'instrument', instrumentId: 'binance-usdm:BTC/USDT:USDT', timeframe: '1h' } as const;
    expect(sourceText({ ...LAB_PLAN, sources: [perpetual] })).toBe('BTC/USDT PERP 1h');
    expect(sourceText({ ...LAB_PLAN, sources: [{ kind: 'file', path: 'C:\\data\\btc_1m.csv.gz' }] })).toBe('btc_1m');
  });

  it('say how far and how fast', () => {
    const progress = {
      phase: 'running',
      done: 12_000,
      total: 52_416,
      barsPerSecond: 0,
      timeMs: [],
      equityQuote: [],
      search: null,
    } as const;
    expect(progressText({ ...progress, timeMs: [], equityQuote: [] })).toBe('Running: 12,000 of 52,416 bars');
    expect(speedText(1_337_756)).toBe('1.3 M bars/s');
    expect(speedText(950)).toBe('950 bars/s');
  });

  it('of several say only what is not the same in all', () => {
    const other = { ...LAB_PLAN, params: { fast: 20, slow: 30 } };
    expect(differingParams([LAB_PLAN, other])).toEqual(['fast 10', 'fast 20']);
    expect(differingParams([LAB_PLAN])).toEqual(['']);
  });
});

describe('figures', () => {
  const shown = (key: string, value: number | null) => HEADLINE_FIGURES.find((word) => word.key === key)?.show(value);

  it('have signs, a fall is told as one, and what is not there is a dash', () => {
    expect(shown('returnShare', 0.0412)).toBe('+4.12\u202f%');
    expect(shown('maxDrawdownShare', 0.061)).toBe('−6.10\u202f%');
    expect(shown('sharpe', null)).toBe('–');
  });

  it('the best of several is by the way that is better; what all share is nobody’s', () => {
    const word = (key: string) => COMPARED_FIGURES.find((each) => each.key === key)!;
    const runs = [LAB_FIGURES, { ...LAB_FIGURES, maxDrawdownShare: 0.02, sharpe: null }];
    expect(bestOf(word('maxDrawdownShare'), runs)).toBe(1);
    expect(bestOf(word('sharpe'), runs)).toBe(0);
    expect(bestOf(word('returnShare'), runs)).toBeNull();
    expect(bestOf(word('trades'), runs)).toBeNull();
  });

  it('a cell’s colour is as strong as its figure, and none where there is nothing', () => {
    expect(toneOf(0.1, 0.1)).toEqual({ tone: 'up', weight: '50%' });
    expect(toneOf(-0.05, 0.1)).toEqual({ tone: 'down', weight: '29%' });
    expect([toneOf(0, 1).tone, toneOf(null, 1).tone, toneOf(1, 0).tone]).toEqual(['flat', 'flat', 'flat']);
  });
});

describe('the calendar of returns', () => {
  it('has a year a row, compounded', () => {
    const { rows } = calendarRows({
      kind: 'month',
      fromMs: [Date.UTC(2023, 11), Date.UTC(2024, 0), Date.UTC(2024, 1)],
      returnShare: [0.5, 0.1, 0.1],
    });
    expect(rows.map(({ name }) => name)).toEqual(['2023', '2024']);
    expect(rows[0]?.cells[11]).toBe(0.5);
    expect(rows[1]?.all).toBeCloseTo(0.21);
  });

  it('of days has a week a row that begins on Monday', () => {
    const sunday = Date.UTC(2024, 0, 7);
    const { columns, rows } = calendarRows({
      kind: 'day',
      fromMs: [sunday, sunday + 86_400_000],
      returnShare: [0.1, 0.2],
    });
    expect([columns[0], columns[6]]).toEqual(['Mon', 'Sun']);
    expect(rows.map(({ name, cells }) => [name, cells.indexOf(0.1), cells.indexOf(0.2)])).toEqual([
      ['01-01', 6, -1],
      ['01-08', -1, 0],
    ]);
  });
});

describe('messages of the lab', () => {
  const state: LabState = {
    catalogue: null,
    own: { state: 'loading' },
    runs: [row('b'), row('a')],
    older: 0,
    selectedId: 'a',
    comparedIds: ['b', 'a'],
    tab: 'overview',
    tradeNumber: null,
    filter: '',
    order: 'newest',
  };

  it('replace rows where they stand and put new ones first', () => {
    const next = receiveLabMessage(state, {
      first: false,
      runs: [row('c'), row('a', { note: 'kept' })],
      older: 0,
      removed: [],
    });
    expect(next.runs?.map(({ id, note }) => id + note)).toEqual(['c', 'b', 'akept']);
    expect(next.selectedId).toBe('a');
  });

  it('a run that has left is neither selected nor compared any more', () => {
    const next = receiveLabMessage(state, { first: false, runs: [], older: 0, removed: ['a'] });
    expect([next.runs?.map(({ id }) => id), next.selectedId, next.comparedIds]).toEqual([['b'], 'b', ['b']]);
  });

  it('the first one of a connection is the whole list', () => {
    const next = receiveLabMessage(state, { first: true, runs: [row('z')], older: 0, removed: [] });
    expect([next.runs?.length, next.selectedId, next.comparedIds]).toEqual([1, 'z', []]);
  });
});

describe('what is read out of runs', () => {
  const { row } = createMemoryLab();
  const before = [row('a', { state: 'running' }), row('b', { state: 'waiting' }), row('c', { state: 'done' })];

  it('is the end of one that was under way, with what came of it', () => {
    const verdict = { kind: 'no-edge', tone: 'bad', sentence: 'No edge: it loses.', reasons: [] } as const;
    const now = [
      row('a', { title: 'SMA cross', state: 'done', verdict: { ...verdict, reasons: [] } }),
      row('b', { title: 'SMA cross', state: 'failed', error: 'No candles.' }),
    ];
    expect(endedText(before, now)).toEqual([
      `SMA cross ${sourceText(LAB_PLAN)} is done: No edge: it loses.`,
      `SMA cross ${sourceText(LAB_PLAN)} failed: No candles.`,
    ]);
  });

  it('is nothing of one that goes on, was over before, or was run elsewhere', () => {
    const now = [row('a', { state: 'running' }), row('c', { state: 'done' }), row('new', { state: 'done' })];
    expect(endedText(before, now)).toEqual([]);
  });
});
