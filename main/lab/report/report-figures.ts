import type { RunStatistics } from '../backtest/run-statistics.ts';
import { intervalMark } from './charts.ts';
import { direction, escapeHtml, number, percent, signed } from './html.ts';

/** The middle 95 % of a figure over samples drawn anew. */
export interface FigureInterval {
  readonly low: number;
  readonly high: number;
}

interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly text: string;
  /** Coloured by its sign. */
  readonly isChange: boolean;
  readonly interval: FigureInterval | undefined;
  readonly show: (value: number) => string;
  /** Stands where there is no interval. */
  readonly note: string;
}

const signedPercent = (value: number | null): string => percent(value, signed);
const ratio = (value: number | null): string => number(value);

/** What a run came to, each figure with the interval in which chance alone would leave it. */
export function figuresSection(statistics: RunStatistics, intervals: Readonly<Record<string, FigureInterval>>): string {
  const { daily, trades, bars, barsInMarket } = statistics;
  const figure = (
    name: string,
    value: number | null,
    show: (value: number | null) => string,
    more: { key?: string; isChange?: boolean; note?: string } = {},
  ): Figure => ({
    name,
    value,
    text: show(value !== null && Number.isNaN(value) ? null : value),
    isChange: more.isChange ?? false,
    interval: more.key === undefined ? undefined : intervals[more.key],
    show,
    note: more.note ?? '',
  });
  const fees = statistics.initialCash === 0 ? null : statistics.totalFees / statistics.initialCash;
  const figures = [
    figure('Return', daily.cumulativeReturn, signedPercent, { key: 'cumulativeReturn', isChange: true }),
    figure('A year', daily.annualReturn, signedPercent, { key: 'annualReturn', isChange: true }),
    figure('Sharpe', daily.sharpe, ratio, { key: 'sharpe' }),
    figure('Sortino', daily.sortino, ratio, { key: 'sortino' }),
    figure('Drawdown, by days', daily.maxDrawdown, percent, { key: 'maxDrawdown' }),
    figure('Calmar', daily.calmar, ratio, { key: 'calmar' }),
    figure('Volatility a year', daily.annualVolatility, percent, { key: 'annualVolatility' }),
    figure('Worst day in 20', daily.valueAtRisk5, percent, { key: 'valueAtRisk5' }),
    figure('Trades', trades, (value) => number(value, 0), {
      note: `${number(statistics.longTrades, 0)} long, ${number(statistics.shortTrades, 0)} short`,
    }),
    figure('Won', statistics.winRatePct === null ? null : statistics.winRatePct / 100, percent, {
      note: `${number(statistics.wins, 0)} of ${number(trades, 0)}`,
    }),
    figure('Profit factor', statistics.profitFactor, ratio, { note: 'gains over losses' }),
    figure('Mean trade', statistics.expectancy, (value) => signed(value), {
      isChange: true,
      note: 'after costs, in quote',
    }),
    figure('Fees', fees, percent, { note: 'of the initial cash' }),
    figure('In the market', bars === 0 ? null : barsInMarket / bars, percent, { note: 'of the bars' }),
  ];
  return `<section class="figures">${figures.map(figureHtml).join('')}</section>`;
}

/** A decimal less: an interval is no exact thing. */
const shortly = (text: string): string => text.replace(/(\.\d)\d(?=\u00a0%)/, '$1');

function figureHtml({ name, value, text, isChange, interval, show, note }: Figure): string {
  const colour = isChange ? ` ${direction(value)}` : '';
  const hasInterval =
    value !== null &&
    Number.isFinite(value) &&
    interval !== undefined &&
    Number.isFinite(interval.low) &&
    Number.isFinite(interval.high);
  const below = hasInterval
    ? `<dd class="range">${escapeHtml(`${shortly(show(interval.low))} to ${shortly(show(interval.high))}`)}</dd><dd>${intervalMark(value, interval.low, interval.high)}</dd>`
    : `<dd class="range">${escapeHtml(note)}</dd>`;
  return `<dl class="figure"><dt>${escapeHtml(name)}</dt><dd class="value${colour}">${escapeHtml(text)}</dd>${below}</dl>`;
}
