import type { BarRun } from '../backtest/bar-run.ts';
import type { RunStatistics } from '../backtest/run-statistics.ts';
import type { ExperimentInputs } from '../experiments/experiment.ts';
import { logAxisFor } from './chart-scale.ts';
import { endsOf, timeChart } from './charts.ts';
import { day, escapeHtml, number, tick } from './html.ts';
import { type FigureInterval, figuresSection } from './report-figures.ts';
import { calendarSection, distributionSection, settingsSection, tradesSection } from './report-sections.ts';
import { REPORT_STYLE } from './report-style.ts';
import { drawdowns, exposures } from './run-series.ts';

/** What is said of a run in words: a sentence, and the reasons with what they weigh. */
export interface ReportVerdict {
  readonly tone: 'good' | 'doubtful' | 'bad';
  readonly sentence: string;
  readonly reasons: readonly { readonly tone: 'good' | 'doubtful' | 'bad'; readonly text: string }[];
}

export interface ReportInput {
  readonly id: string;
  /** How people call the strategy. */
  readonly title: string;
  readonly inputs: ExperimentInputs;
  readonly run: BarRun;
  readonly statistics: RunStatistics;
  /** Null where nobody judged the run: the page says so. */
  readonly verdict: ReportVerdict | null;
  /** Of daily figures, by the names in `statistics.daily`. */
  readonly intervals: Readonly<Record<string, FigureInterval>>;
  /** Closes of the first instrument, one a bar of the run, for buy and hold; null for none. */
  readonly close: Float64Array | null;
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const NOT_JUDGED: ReportVerdict = {
  tone: 'doubtful',
  sentence: 'Not judged: these figures are what the run came to, and nothing says how far to believe them.',
  reasons: [],
};

/** The report of a run as one page: no script, nothing from elsewhere, light or dark as the reader has it, fit to print. */
export function reportPage(input: ReportInput): string {
  const { id, title, inputs, run, statistics, verdict, intervals } = input;
  const { data, params, build } = inputs;
  const [fromMs, toMs] = [run.openTimeMs[0] ?? 0, run.openTimeMs.at(-1) ?? 0];
  const said = Object.entries(params).map(([name, value]) => `<span>${escapeHtml(`${name} ${value}`)}</span>`);
  const on = `${data.map(({ instrument }) => instrument).join(', ')} · ${data[0]?.timeframe ?? ''}`;
  const period = `${day(fromMs)} to ${day(toMs)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(`${title} · ${on} · ${id}`)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)} on ${escapeHtml(on)}</h1>
<p class="about"><span>${period}</span> · <span>${number(run.openTimeMs.length, 0)} bars</span>${said.length > 0 ? ` · ${said.join(', ')}` : ''} · <code>${escapeHtml(id)}</code></p>
</header>
${verdictSection(verdict ?? NOT_JUDGED)}
${figuresSection(statistics, intervals)}
${curvesSection(input)}
${calendarSection(run, statistics.initialCash)}
${run.trades.length > 0 ? distributionSection(run) : ''}
${tradesSection(
  run,
  data.map(({ instrument }) => instrument),
)}
${settingsSection(inputs, id)}
<p class="note">Made by Countersign ${escapeHtml(build)}. A backtest tells what would have happened, not what will.</p>
</main>
</body>
</html>
`;
}

/** A number and its per cent stay on one line. */
const unbroken = (text: string): string => escapeHtml(text).replace(/(\d) %/g, '$1\u00a0%');

function verdictSection({ tone, sentence, reasons }: ReportVerdict): string {
  const list = reasons.map((reason) => `<li class="${reason.tone}">${unbroken(reason.text)}</li>`).join('');
  return `<section class="verdict ${tone}"><h2>Verdict</h2><p>${unbroken(sentence)}</p>${list && `<ul>${list}</ul>`}</section>`;
}

function curvesSection({ run, statistics, close }: ReportInput): string {
  const { openTimeMs, equityQuote } = run;
  if (openTimeMs.length < 2) return '<section><h2>Equity</h2><p>Too few bars to draw.</p></section>';
  const { initialCash } = statistics;
  const held =
    close === null || close.length !== openTimeMs.length
      ? null
      : close.map((value) => (initialCash * value) / close[0]!);
  const whole = (value: number): string => tick(value);
  const percent = (value: number): string => `${tick(100 * value)}\u00a0%`;
  const falls = drawdowns(equityQuote, initialCash);
  const exposed = exposures(run);
  const common = { timeMs: openTimeMs };
  const equity = { values: equityQuote, kind: 'equity', isArea: false } as const;
  const lines = held === null ? [equity] : [{ values: held, kind: 'other', isArea: false } as const, equity];
  const isLog = logAxisFor(...endsOf(lines.map(({ values }) => values))) !== null;
  const keys =
    held === null
      ? ''
      : '<span class="key"></span>the strategy<span class="key other"></span>buy and hold, without fees';
  return `<section>
<h2>Equity, drawdown, exposure</h2>
<div class="chart"><p class="chart-name">${keys}${isLog ? '<span class="scale">logarithmic: the same share is the same height</span>' : ''}</p>
${timeChart({ ...common, title: 'Equity at each close', lines, height: 280, label: whole, mayBeLog: true, hasTimes: false })}
<p class="chart-name">below its highest so far</p>
${timeChart({ ...common, title: 'Drawdown at each close', lines: [{ values: falls, kind: 'drawdown', isArea: true }], height: 100, label: percent, include: [0, -0.02], hasTimes: false })}
<p class="chart-name">held, as a share of equity, at entry prices; shorts below zero</p>
${timeChart({ ...common, title: 'Exposure at each close', lines: [{ values: exposed, kind: 'exposure', isArea: true }], height: 60, label: percent, include: [0, 1], isTight: true, hasTimes: true })}</div>
</section>`;
}
