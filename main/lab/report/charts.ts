import { type Axis, axisFor, logAxisFor, rowsToDraw, timeTicks } from './chart-scale.ts';
import { escapeHtml, number } from './html.ts';

const WIDTH = 1_000;
/** Room for the axis on the right. */
const RIGHT = 74;
const PLOT = WIDTH - RIGHT;
const FOOT = 20;
const POINTS_MAX = 1_200;

export interface Line {
  readonly values: Float64Array;
  /** Names its colour in the style sheet. */
  readonly kind: 'equity' | 'other' | 'drawdown' | 'exposure';
  /** Filled down, or up, to zero. */
  readonly isArea: boolean;
}

export interface TimeChart {
  /** What it shows, for those who do not see it. */
  readonly title: string;
  readonly timeMs: Float64Array;
  readonly lines: readonly Line[];
  readonly height: number;
  readonly label: (value: number) => string;
  /** The same share is the same height, where the values differ by much. */
  readonly mayBeLog?: boolean;
  /** The axis ends where the values do, not at the next round number. */
  readonly isTight?: boolean;
  /** Counted in where given. */
  readonly include?: readonly number[];
  /** The last one of several that share their times. */
  readonly hasTimes: boolean;
}

const at = (value: number): string => value.toFixed(1);

/** The least and the most of several series. */
export function endsOf(series: readonly Float64Array[]): readonly [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of series) {
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return [least, most];
}

/** Lines over time as an SVG picture. */
export function timeChart({
  title,
  timeMs,
  lines,
  height,
  label,
  include = [],
  isTight = false,
  mayBeLog = false,
  hasTimes,
}: TimeChart): string {
  const [fromMs, toMs] = [timeMs[0]!, timeMs.at(-1)!];
  const [least, most] = endsOf(lines.map(({ values }) => values));
  const ends = [Math.min(least, ...include), Math.max(most, ...include)] as const;
  const round = axisFor(...ends, height > 150 ? 5 : height > 80 ? 3 : 2);
  const log = mayBeLog ? logAxisFor(...ends) : null;
  const axis = log ?? (isTight ? tightened(round, ...ends) : round);
  const scaled = log ? Math.log : (value: number): number => value;
  const [bottom, top] = [scaled(axis.least), scaled(axis.most)];
  const x = (time: number): number => (toMs === fromMs ? 0 : ((time - fromMs) / (toMs - fromMs)) * PLOT);
  const y = (value: number): number => 6 + (1 - (scaled(value) - bottom) / (top - bottom)) * (height - 12);
  const drawn = lines.map((line) => drawLine(line, timeMs, x, y, axis));
  const full = height + (hasTimes ? FOOT : 0);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${full}" role="img" aria-label="${escapeHtml(title)}">`,
    ...axis.ticks.map(
      (tick) =>
        `<line class="grid" x1="0" x2="${PLOT}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="tick" x="${PLOT + 8}" y="${at(y(tick) + 4)}">${escapeHtml(label(tick))}</text>`,
    ),
    ...timeTicks(fromMs, toMs).map(({ timeMs: time, label: text }) => {
      const grid = `<line class="grid" x1="${at(x(time))}" x2="${at(x(time))}" y1="0" y2="${height}"/>`;
      if (!hasTimes || x(time) > PLOT - 20) return grid;
      return `${grid}<text class="tick" x="${at(x(time) + 3)}" y="${height + 14}">${text}</text>`;
    }),
    ...drawn,
    '</svg>',
  ].join('');
}

const tightened = ({ ticks }: Axis, least: number, most: number): Axis => ({
  least,
  most,
  ticks: ticks.filter((tick) => tick >= least && tick <= most),
});

function drawLine(
  { values, kind, isArea }: Line,
  timeMs: Float64Array,
  x: (time: number) => number,
  y: (value: number) => number,
  axis: Axis,
): string {
  const rows = rowsToDraw(values, POINTS_MAX).filter((row) => !Number.isNaN(values[row]!));
  if (rows.length === 0) return '';
  const path = rows
    .map((row, index) => `${index === 0 ? 'M' : 'L'}${at(x(timeMs[row]!))} ${at(y(values[row]!))}`)
    .join('');
  const zero = at(y(Math.min(Math.max(0, axis.least), axis.most)));
  const [first, last] = [at(x(timeMs[rows[0]!]!)), at(x(timeMs[rows.at(-1)!]!))];
  const area = isArea
    ? `<path class="area ${kind}" d="M${first} ${zero}${path.replace('M', 'L')}L${last} ${zero}Z"/>`
    : '';
  return `${area}<path class="line ${kind}" d="${path}"/>`;
}

const BARS_HEIGHT = 170;
const BINS_WANTED = 30;

/** How many values lie where, as bars; losses and gains in their colours. */
export function histogram(title: string, values: Float64Array, label: (value: number) => string): string {
  const sorted = values.toSorted();
  // The outermost hundredth on each side goes into the end bars, or one freak would flatten the rest.
  const cut = Math.floor(sorted.length / 100);
  const axis = axisFor(Math.min(0, sorted[cut]!), Math.max(0, sorted[sorted.length - 1 - cut]!), BINS_WANTED);
  const bins = axis.ticks.length - 1;
  const size = (axis.most - axis.least) / bins;
  const counts = new Int32Array(bins);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - axis.least) / size + 1e-9)));
    counts[bin] = counts[bin]! + 1;
  }
  const most = Math.max(...counts);
  const wide = WIDTH / bins;
  const bars = Array.from(counts, (count, bin) => {
    if (count === 0) return '';
    const [from, to] = [axis.ticks[bin]!, axis.ticks[bin + 1]!];
    const tall = (count / most) * (BARS_HEIGHT - 20);
    const kind = from >= 0 ? 'up' : 'down';
    const title = `${label(from)} to ${label(to)}: ${number(count, 0)}`;
    return `<rect class="bar ${kind}" x="${at(bin * wide + 1)}" y="${at(BARS_HEIGHT - tall)}" width="${at(wide - 2)}" height="${at(tall)}"><title>${escapeHtml(title)}</title></rect>`;
  });
  const every = Math.ceil(bins / 10);
  const labels = axis.ticks
    .map((tick, index) => ({ tick, index }))
    .filter(({ index }) => index % every === 0 && index < bins)
    .map(
      ({ tick, index }) =>
        `<text class="tick" x="${at(index * wide + 1)}" y="${BARS_HEIGHT + 15}">${escapeHtml(label(tick))}</text>`,
    );
  const foot = `<line class="grid" x1="0" x2="${WIDTH}" y1="${BARS_HEIGHT}" y2="${BARS_HEIGHT}"/>`;
  return `<svg viewBox="0 0 ${WIDTH} ${BARS_HEIGHT + FOOT}" role="img" aria-label="${escapeHtml(title)}">${foot}${bars.join('')}${labels.join('')}</svg>`;
}

/** Where a figure lies in its interval, with zero marked: a small picture beside a number. */
export function intervalMark(value: number, low: number, high: number): string {
  const [least, most] = [Math.min(0, low), Math.max(0, high)];
  const x = (each: number): string => (most === least ? 50 : 4 + (92 * (each - least)) / (most - least)).toFixed(1);
  return `<svg class="mark" viewBox="0 0 100 10" aria-hidden="true"><line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="10"/><line class="span" x1="${x(low)}" x2="${x(high)}" y1="5" y2="5"/><circle cx="${x(value)}" cy="5" r="3"/></svg>`;
}
