import { MINUTES_PER_DAY } from './factor-path.ts';
import { lagsFor, type RealFacts } from './real-facts.ts';
import type { MarketSource } from './source.ts';
import {
  aggregateBars,
  type BarFacts,
  type BarSeries,
  correlation,
  logReturns,
  mean,
  measureBars,
  median,
  standardDeviation,
} from './statistics.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Generated days that are measured, and where they end: any stretch would do, a fixed one can be repeated. */
const MEASURED_DAYS = 168;
const MEASURED_TO_MS = Date.UTC(2026, 5, 1);
const TAPE_MINUTES = 240;

/** One line of the comparison: a real figure, ours, and how far apart they may be. */
export interface RealismRow {
  readonly symbol: string;
  readonly figure: string;
  /** Where the real figure comes from. */
  readonly basis: string;
  readonly real: number;
  readonly ours: number;
  readonly tolerance: Tolerance;
  readonly within: boolean;
}

export type Tolerance =
  | { readonly kind: 'factor'; readonly by: number }
  | { readonly kind: 'difference'; readonly by: number }
  | { readonly kind: 'at least'; readonly by: number };

const TOLERANCES = {
  kurtosis: { kind: 'factor', by: 2.5 },
  sdPerMinute: { kind: 'factor', by: 1.6 },
  absAutocorrelation: { kind: 'difference', by: 0.15 },
  rangeToBody: { kind: 'difference', by: 0.35 },
  volumePerMinute: { kind: 'factor', by: 2 },
  volumeVariation: { kind: 'factor', by: 1.6 },
  volumeToRange: { kind: 'difference', by: 0.2 },
  hourlyShape: { kind: 'at least', by: 0.8 },
  hourlyShapeError: { kind: 'difference', by: 0.2 },
  pairCorrelation: { kind: 'difference', by: 0.15 },
  spreadTicks: { kind: 'difference', by: 0.5 },
  depth: { kind: 'factor', by: 1.5 },
  gapVariation: { kind: 'factor', by: 1.6 },
} as const satisfies Record<string, Tolerance>;

/** Measures `source` as the real recordings were measured, and sets both side by side. */
export function compareRealism(real: RealFacts, source: MarketSource): RealismRow[] {
  const rows: RealismRow[] = [];
  const hourly = new Map<string, Float64Array>();
  for (const [symbol, { stepMin, facts }] of Object.entries(real.symbols)) {
    const minutes = seriesOf(source, symbol);
    const bars = stepMin === 1 ? minutes : aggregateBars(minutes, MINUTE_MS, stepMin * MINUTE_MS);
    hourly.set(symbol, logReturns(aggregateBars(minutes, MINUTE_MS, HOUR_MS), HOUR_MS));
    rows.push(...compareBars(symbol, stepMin, facts, measureBars(bars, stepMin * MINUTE_MS, lagsFor(stepMin))));
  }
  return [...rows, ...comparePairs(real, hourly), ...compareBook(real, source)];
}

function seriesOf(source: MarketSource, symbol: string): BarSeries {
  const candles = source.candles(symbol, MEASURED_TO_MS - MEASURED_DAYS * MINUTES_PER_DAY * MINUTE_MS, MEASURED_TO_MS);
  const column = (pick: (candle: (typeof candles)[number]) => number): Float64Array => Float64Array.from(candles, pick);
  return {
    openTimeMs: column(({ openTimeMs }) => openTimeMs),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
}

function compareBars(symbol: string, stepMin: number, real: BarFacts, ours: BarFacts): RealismRow[] {
  const step = stepMin === 60 ? '1h' : `${stepMin}m`;
  const row = (figure: string, a: number, b: number, tolerance: Tolerance): RealismRow =>
    makeRow({ symbol, figure, basis: `${step} candles`, real: a, ours: b, tolerance });
  return [
    row(`kurtosis of ${step} returns`, real.kurtosis, ours.kurtosis, TOLERANCES.kurtosis),
    ...Object.entries(real.absAutocorrelation).map(([lag, value]) =>
      row(
        `autocorrelation of absolute returns, ${lag} min`,
        value,
        ours.absAutocorrelation[lag] as number,
        TOLERANCES.absAutocorrelation,
      ),
    ),
    row('volatility of a minute, bps', real.sdPerMinute * 1e4, ours.sdPerMinute * 1e4, TOLERANCES.sdPerMinute),
    row('range over body', real.rangeToBody, ours.rangeToBody, TOLERANCES.rangeToBody),
    row(
      'hourly volume, correlation of the shapes',
      1,
      correlation(real.hourlyVolume, ours.hourlyVolume),
      TOLERANCES.hourlyShape,
    ),
    row(
      'hourly volume, mean difference of the shapes',
      0,
      shapeDifference(real.hourlyVolume, ours.hourlyVolume),
      TOLERANCES.hourlyShapeError,
    ),
    row('volume a minute, base', real.volumePerMinute, ours.volumePerMinute, TOLERANCES.volumePerMinute),
    row(`variation of ${step} volume`, real.volumeVariation, ours.volumeVariation, TOLERANCES.volumeVariation),
    row('correlation of log volume and log range', real.volumeToRange, ours.volumeToRange, TOLERANCES.volumeToRange),
  ];
}

function shapeDifference(a: readonly number[], b: readonly number[]): number {
  return mean(a.map((value, i) => Math.abs(value - (b[i] as number))));
}

function comparePairs({ correlations }: RealFacts, hourly: ReadonlyMap<string, Float64Array>): RealismRow[] {
  const { symbols, matrix } = correlations;
  const rows: RealismRow[] = [];
  for (let i = 0; i < symbols.length; i++) {
    for (let j = i + 1; j < symbols.length; j++) {
      const [a, b] = [symbols[i] as string, symbols[j] as string];
      const ours = correlation(hourly.get(a) as Float64Array, hourly.get(b) as Float64Array);
      const real = (matrix[i] as readonly number[])[j] as number;
      rows.push(
        makeRow({
          symbol: `${a} ${b}`,
          figure: 'correlation of 1h returns',
          basis: '1h candles',
          real,
          ours,
          tolerance: TOLERANCES.pairCorrelation,
        }),
      );
    }
  }
  return rows;
}

/** Spread and depth as the source asks them of the crowd; the time between prints from its tape. */
function compareBook({ book }: RealFacts, source: MarketSource): RealismRow[] {
  const { symbol, facts } = book;
  const fromMs = MEASURED_TO_MS - TAPE_MINUTES * MINUTE_MS;
  const samples = Array.from({ length: TAPE_MINUTES }, (_, i) => source.bookShape(symbol, fromMs + i * MINUTE_MS));
  const times = [...new Set(source.tape(symbol, fromMs, MEASURED_TO_MS).map(({ timeMs }) => timeMs))];
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  const row = (figure: string, real: number, ours: number, tolerance: Tolerance): RealismRow =>
    makeRow({ symbol, figure, basis: 'spot depth and trade feed', real, ours, tolerance });
  return [
    row(
      'spread, ticks',
      facts.spreadTicks,
      median(samples.map(({ spreadTicks }) => spreadTicks)),
      TOLERANCES.spreadTicks,
    ),
    row(
      'depth within 10 bps, base',
      facts.depthWithin10BpsBase,
      mean(samples.map(({ depthWithin10BpsBase }) => depthWithin10BpsBase)),
      TOLERANCES.depth,
    ),
    row(
      'time between prints, variation',
      facts.eventGapVariation,
      standardDeviation(gaps) / mean(gaps),
      TOLERANCES.gapVariation,
    ),
  ];
}

export function makeRow(row: Omit<RealismRow, 'within'>): RealismRow {
  const { real, ours, tolerance } = row;
  const within =
    tolerance.kind === 'factor'
      ? ours <= real * tolerance.by && ours >= real / tolerance.by
      : tolerance.kind === 'difference'
        ? Math.abs(ours - real) <= tolerance.by
        : ours >= tolerance.by;
  return { ...row, within };
}

export function toleranceText({ kind, by }: Tolerance): string {
  return kind === 'factor' ? `× or ÷ ${by}` : kind === 'difference' ? `± ${by}` : `≥ ${by}`;
}
