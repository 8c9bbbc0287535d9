import { describe, expect, it } from 'vitest';
import { axisFor, logAxisFor, rowsToDraw, timeTicks } from '../../../../main/lab/report/chart-scale.ts';
import { histogram, timeChart } from '../../../../main/lab/report/charts.ts';
import { number, percent, placesOf, signed, tick } from '../../../../main/lab/report/html.ts';
import { type ReportInput, reportPage } from '../../../../main/lab/report/report-page.ts';
import { drawdowns, exposures, monthReturns } from '../../../../main/lab/report/run-series.ts';
import { inputsOf, resultOf } from '../experiments/sample-runs.ts';

const inputOf = (more: Partial<ReportInput> = {}): ReportInput => {
  const { run, statistics } = resultOf([0.01, -0.02, 0.03]);
  return {
    id: '0123456789ab',
    title: 'SMA cross',
    inputs: inputsOf(10),
    run,
    statistics,
    verdict: { tone: 'bad', sentence: 'No edge: loses 3.1 %.', reasons: [{ tone: 'good', text: 'told from luck' }] },
    intervals: { sharpe: { low: -1, high: 2 } },
    close: run.equityQuote.map((value) => value / 10),
    ...more,
  };
};

describe('the page', () => {
  it('opens with the verdict, before any figure', () => {
    const page = reportPage(inputOf());
    const at = (text: string): number => page.indexOf(text);
    expect(at('No edge: loses 3.1\u00a0%.')).toBeGreaterThan(at('<body>'));
    expect(at('No edge')).toBeLessThan(at('<dt>Return</dt>'));
    expect(reportPage(inputOf({ verdict: null }))).toContain('Not judged');
  });
  it('runs nothing, fetches nothing, and has no handlers', () => {
    const page = reportPage(inputOf());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/<(script|link|iframe|img|object|form)\b/i);
    expect(page).not.toMatch(/\son\w+\s*=/i);
    expect(page).not.toMatch(/(?:src|href)\s*=|url\(|@import|https?:/i);
  });
  it('shows whatever names it is given as text', () => {
    const evil = '<img src=x onerror="alert(1)">\'&';
    const inputs = inputsOf(10, {
      strategy: evil,
      params: { [evil]: evil },
      settings: { [evil]: evil },
      data: [{ ...inputsOf(10).data[0]!, instrument: evil }],
      build: evil,
    });
    const verdict = { tone: 'good' as const, sentence: evil, reasons: [{ tone: 'good' as const, text: evil }] };
    const page = reportPage(inputOf({ title: evil, id: evil, inputs, verdict }));
    expect(page).not.toContain('<img');
    expect(page.split('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;').length).toBeGreaterThan(8);
  });
  it('has figures with their intervals, the calendar, the trades and the settings', () => {
    const page = reportPage(inputOf());
    expect(page).toMatch(/<dt>Sharpe<\/dt><dd class="value">[\d.−]+<\/dd><dd class="range">−1\.00 to 2\.00<\/dd>/);
    expect(page).toMatch(/<th class="text">2024<\/th><td class="cell"[^>]*>\+1\.9<\/td>/);
    expect(page).toContain('<td class="text">2024-01-01 02:00</td>');
    expect(page).toContain('<td class="text">stop loss</td>');
    expect(page).toContain('<dt>leverage max</dt><dd>no limit</dd>');
  });
  it('says a venue’s rules in words, and the name of an instrument as it is', () => {
    const rules = { 'rules of binance:BTC/USDT': '{"lotStep":0.00001,"tickSize":0.01}', broken: '{no' };
    const page = reportPage(inputOf({ inputs: inputsOf(10, { settings: rules }) }));
    expect(page).toContain('<dt>rules of binance:BTC/USDT</dt><dd>lot step 0.00001, tick size 0.01</dd>');
    expect(page).toContain('<dt>broken</dt><dd>{no</dd>');
  });
  it('is the same for the same run, and stands without a trade or a bar', () => {
    expect(reportPage(inputOf())).toBe(reportPage(inputOf()));
    const { run, statistics } = resultOf([0, 0]);
    const none = reportPage(
      inputOf({ run: { ...run, trades: [] }, statistics: { ...statistics, trades: 0, winRatePct: null } }),
    );
    expect(none).toContain('<h2>Trades</h2><p>None.</p>');
    expect(none.match(/NaN|undefined|Infinity/)).toBeNull();
    const empty = { ...run, trades: [], openTimeMs: new Float64Array(0), equityQuote: new Float64Array(0) };
    expect(reportPage(inputOf({ run: empty, close: null }))).toContain('Too few bars to draw');
  });
  it('of very many trades shows the latest and says where the others are', () => {
    const { run, statistics } = resultOf([0.01]);
    const trades = Array.from({ length: 700 }, (_, at) => ({ ...run.trades[0]!, qty: at + 1 }));
    const page = reportPage(inputOf({ run: { ...run, trades }, statistics }));
    expect(page).toContain('The latest 500; 200 earlier ones are in trades.parquet beside this page.');
    expect(page.match(/<tr><td class="text">/g)).toHaveLength(500);
  });
});

it('numbers as people read them', () => {
  expect([
    number(1234567.891),
    number(-0.004),
    number(-12.5, 1),
    number(Number.NaN),
    number(null),
    number(Number.POSITIVE_INFINITY),
  ]).toEqual(['1,234,567.89', '0.00', '−12.5', '–', '–', '∞']);
  expect([signed(1.5), signed(-1.5), signed(0.001)]).toEqual(['+1.50', '−1.50', '0.00']);
  expect([percent(0.1234), percent(1.23456, signed), percent(-45), percent(Number.NaN)]).toEqual([
    '12.34\u00a0%',
    '+123.5\u00a0%',
    '−4,500\u00a0%',
    '–',
  ]);
});

describe('series', () => {
  it('drawdown counts the initial cash', () => {
    expect(Array.from(drawdowns(Float64Array.of(90, 120, 60), 100))).toEqual(
      [-0.1, 0, -0.5].map((value) => expect.closeTo(value, 12)),
    );
  });
  it('exposure is what trades hold over equity', () => {
    const { run } = resultOf([0]);
    const exposed = exposures(run);
    expect([exposed[1], exposed[2], exposed[9], exposed[12]]).toEqual(
      [0, 0.05, 0, -0.052].map((value) => expect.closeTo(value, 12)),
    );
  });
  it('months from the one before, the first from the cash', () => {
    const openTimeMs = Float64Array.of(
      Date.UTC(2023, 11, 30),
      Date.UTC(2023, 11, 31),
      Date.UTC(2024, 0, 1),
      Date.UTC(2024, 2, 1),
    );
    const run = { ...resultOf([0]).run, openTimeMs, equityQuote: Float64Array.of(105, 110, 121, 60.5) };
    expect(monthReturns(run, 100)).toEqual([
      { year: 2023, month: 11, share: expect.closeTo(0.1, 12) },
      { year: 2024, month: 0, share: expect.closeTo(0.1, 12) },
      { year: 2024, month: 2, share: expect.closeTo(-0.5, 12) },
    ]);
  });
});

describe('scales', () => {
  it('axes take in both ends with round steps', () => {
    expect(axisFor(3, 97)).toEqual({ least: 0, most: 100, ticks: [0, 20, 40, 60, 80, 100] });
    expect(axisFor(-0.55, 0, 3).ticks).toEqual([-0.6, -0.4, -0.2, 0]);
    const flat = axisFor(5, 5);
    expect(flat.least < 5 && flat.most > 5).toBe(true);
  });
  it('money that grew many times over is drawn by shares', () => {
    expect(logAxisFor(1_400, 217_000)?.ticks).toEqual([2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000]);
    expect(logAxisFor(900, 1_100)).toBeNull();
    expect(logAxisFor(-5, 1_100)).toBeNull();
    expect(logAxisFor(0, 1_100)).toBeNull();
    const line = (values: number[]): string =>
      timeChart({
        title: 'x',
        timeMs: Float64Array.of(0, 1, 2),
        lines: [{ values: Float64Array.from(values), kind: 'equity', isArea: false }],
        height: 100,
        label: String,
        mayBeLog: true,
        hasTimes: false,
      });
    expect(line([1, 10, 100])).toContain('d="M0.0 94.0L463.0 50.0L926.0 6.0"');
  });
  it('time has years, months or days', () => {
    const labels = (from: string, to: string): string[] =>
      timeTicks(Date.parse(from), Date.parse(to)).map(({ label }) => label);
    expect(labels('2018-01-01', '2024-06-30')).toEqual(['2018', '2019', '2020', '2021', '2022', '2023', '2024']);
    expect(labels('2024-01-15', '2024-06-30')).toEqual(['2024-02', '2024-03', '2024-04', '2024-05', '2024-06']);
    expect(labels('2024-01-01T05:00Z', '2024-01-04')).toEqual(['01-02', '01-03', '01-04']);
  });
  it('no spike is lost in what is drawn', () => {
    const values = new Float64Array(100_000).map((_, at) => (at === 77_777 ? -5 : at === 12_345 ? 9 : 1));
    const rows = rowsToDraw(values, 1_000);
    expect(rows.length).toBeLessThanOrEqual(1_002);
    expect([rows.includes(77_777), rows.includes(12_345), rows[0], rows.at(-1)]).toEqual([true, true, 0, 99_999]);
  });
  it('pictures hold only numbers', () => {
    const timeMs = Float64Array.of(0, 1, 2);
    const values = Float64Array.of(1, Number.NaN, 1);
    const line = timeChart({
      title: 'x',
      timeMs,
      lines: [{ values, kind: 'equity', isArea: true }],
      height: 100,
      label: String,
      hasTimes: true,
    });
    expect(line).not.toContain('NaN');
    expect(histogram('x', Float64Array.of(0.1), String)).not.toContain('NaN');
    expect(histogram('x', Float64Array.of(-0.1, 0.2, 0.2), String).match(/class="bar down"/g)).toHaveLength(1);
  });
});

describe('decimals', () => {
  it('of an axis are those that its values have', () => {
    expect([0, -2.5, -5, 12.125].map((value) => tick(value))).toEqual(['0', '−2.5', '−5', '12.125']);
    expect(tick(0.25, signed)).toBe('+0.25');
  });
  it('of a column are as few as say all of it', () => {
    expect(placesOf([0.17601, 0.1765], 6)).toBe(5);
    expect(placesOf([50_523.27, 50_452.3], 2)).toBe(2);
    expect(placesOf([1 / 3], 4)).toBe(4);
    expect(placesOf([12, 7_000], 6)).toBe(0);
  });
});
