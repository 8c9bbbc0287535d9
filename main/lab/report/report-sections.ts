import type { BarRun } from '../backtest/bar-run.ts';
import type { Trade } from '../backtest/trade.ts';
import type { ExperimentInputs } from '../experiments/experiment.ts';
import { histogram } from './charts.ts';
import { day, direction, escapeHtml, minute, number, placesOf, pricePlacesMost, signed, tick } from './html.ts';
import { type MonthReturn, monthReturns } from './run-series.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** A month this good or bad has the full colour. */
const FULL_COLOUR = 0.2;
const COLOUR_MOST = 0.45;
const TRADES_SHOWN = 500;

/** Returns of months: a row a year. */
export function calendarSection(run: BarRun, initialCash: number): string {
  const months = monthReturns(run, initialCash);
  const years = [...new Set(months.map(({ year }) => year))];
  const rows = years.map((year) => {
    const own = months.filter((month) => month.year === year);
    const whole = own.reduce((product, { share }) => product * (1 + share), 1) - 1;
    const cells = MONTHS.map((_, month) => monthCell(own.find((each) => each.month === month)));
    return `<tr><th class="text">${year}</th>${cells.join('')}<td class="year ${direction(whole)}">${signed(100 * whole, 1)}</td></tr>`;
  });
  return `<section><h2>Months, %</h2><div class="scroll"><table class="calendar"><thead><tr><th class="text">Year</th>${MONTHS.map((name) => `<th>${name}</th>`).join('')}<th>Year</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function monthCell(month: MonthReturn | undefined): string {
  if (month === undefined) return '<td class="cell"></td>';
  const strength = (Math.min(1, Math.abs(month.share) / FULL_COLOUR) * COLOUR_MOST).toFixed(3);
  const colour = month.share >= 0 ? '--up-soft' : '--down-soft';
  return `<td class="cell" style="background:rgb(var(${colour}) / ${strength})">${signed(100 * month.share, 1)}</td>`;
}

const shareOf = ({ pnl, qty, entryPrice }: Trade): number => pnl / (qty * entryPrice);

/** How trades came out, as shares of what they cost. */
export function distributionSection({ trades }: BarRun): string {
  const shares = Float64Array.from(trades, shareOf);
  const picture = histogram('Trades by their return', shares, (value) => `${tick(100 * value, signed)}\u00a0%`);
  return `<section><h2>Trades by their return, after costs</h2><div class="chart">${picture}</div></section>`;
}

const SIZE_PLACES_MOST = 6;

/** With how many decimals an instrument's trades are told, all the same. */
function decimalsOf(trades: readonly Trade[]): { readonly size: number; readonly price: number } {
  const prices = trades.flatMap(({ entryPrice, exitPrice }) => [entryPrice, exitPrice]);
  const sizes = trades.map(({ qty }) => qty);
  return {
    size: placesOf(sizes, Math.min(...sizes) >= 100 ? 2 : SIZE_PLACES_MOST),
    price: placesOf(prices, pricePlacesMost(Math.min(...prices))),
  };
}

/** The trades, the latest first; of very many the latest. */
export function tradesSection({ trades, openTimeMs }: BarRun, instruments: readonly string[]): string {
  if (trades.length === 0) return '<section><h2>Trades</h2><p>None.</p></section>';
  const shown = trades.slice(-TRADES_SHOWN).reverse();
  const hasMany = instruments.length > 1;
  const decimals = instruments.map((_, at) => decimalsOf(shown.filter(({ instrument }) => instrument === at)));
  const rows = shown.map((trade) => {
    const share = 100 * shareOf(trade);
    const { size, price } = decimals[trade.instrument] ?? decimalsOf([trade]);
    const cells = [
      ['text', minute(openTimeMs[trade.entryBar]!)],
      ['text', minute(openTimeMs[trade.exitBar]!)],
      ...(hasMany ? [['text', instruments[trade.instrument] ?? ''] as const] : []),
      ['text', trade.side],
      ['', number(trade.qty, size)],
      ['', number(trade.entryPrice, price)],
      ['', number(trade.exitPrice, price)],
      ['', number(trade.fees)],
      [direction(trade.pnl), signed(trade.pnl)],
      [direction(share), `${signed(share)}\u00a0%`],
      ['text', trade.reason.replace('_', ' ')],
    ] as const;
    return `<tr>${cells.map(([kind, text]) => `<td class="${kind}">${escapeHtml(text)}</td>`).join('')}</tr>`;
  });
  const heads = [
    'Entry',
    'Exit',
    ...(hasMany ? ['Instrument'] : []),
    'Side',
    'Quantity',
    'In at',
    'Out at',
    'Fees',
    'Profit',
    'Return',
    'Left by',
  ];
  const isText = new Set(['Entry', 'Exit', 'Instrument', 'Side', 'Left by']);
  const head = heads.map((name) => `<th${isText.has(name) ? ' class="text"' : ''}>${name}</th>`).join('');
  const rest = trades.length - shown.length;
  const note =
    rest > 0
      ? `<p class="note">The latest ${TRADES_SHOWN}; ${number(rest, 0)} earlier ones are in trades.parquet beside this page.</p>`
      : '';
  return `<section class="long"><h2>Trades · times in UTC</h2><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${note}</section>`;
}

/** Everything that decided the run. */
export function settingsSection(
  { strategy, params, settings, data, seed, build }: ExperimentInputs,
  id: string,
): string {
  const pairs = [
    ['experiment', id],
    ['strategy', strategy],
    ...Object.entries(params).map(([name, value]) => [name, String(value)]),
    ...Object.entries(settings).map(([name, value]) => [
      words(name),
      typeof value === 'number' ? plain(value) : partsOf(String(value)),
    ]),
    ['seed', String(seed)],
    ['build', build],
    ...data.map(({ instrument, timeframe, rows, fromMs, toMs, sha256 }) => [
      `${instrument} ${timeframe}`,
      `${number(rows, 0)} candles, ${day(fromMs)} to ${day(toMs)}, ${sha256.slice(0, 12)}`,
    ]),
  ];
  const rows = pairs.map(([name, value]) => `<div><dt>${escapeHtml(name!)}</dt><dd>${escapeHtml(value!)}</dd></div>`);
  return `<section><h2>Settings</h2><dl class="settings">${rows.join('')}</dl></section>`;
}

/** `volumeShareMax` as people write it; what is no such name stays as it is. */
const words = (name: string): string => (/^[a-z]+(?:[A-Z][a-z\d]*)*$/.test(name) ? spaced(name) : name);
const spaced = (name: string): string => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
const plain = (value: number): string => (Number.isFinite(value) ? String(value) : 'no limit');

/** `lot step 0.00001, tick size 0.01` of a setting that is written as an object of its parts; any other as it is. */
function partsOf(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const parts = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return parts.map(([name, value]) => `${words(name)} ${partText(value)}`).join(', ');
  } catch {
    return text;
  }
}

const partText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
