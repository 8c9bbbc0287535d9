/** What a screen shows of a finished run: a few hundred points, whatever its length. */
import type { LabRunDetail, RunFigures } from '../../../preload/lab-contract.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import type { TradeColumns } from './job.ts';
import type { TimeSteps } from './time-steps.ts';

const DAY_MS = 86_400_000;
/** Shorter runs have a calendar of days. */
const MONTHS_FROM_MS = 92 * DAY_MS;
const BINS_ABOUT = 24;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** @param held of one unit of cash: see `heldCurve` */
export function figuresOf(run: BarRun, held: Float64Array, cashQuote: number): RunFigures {
  const { openTimeMs, costs } = run;
  const stats = runStatistics(run, openTimeMs, cashQuote);
  const { daily } = stats;
  return {
    bars: stats.bars,
    fromMs: openTimeMs[0] ?? 0,
    toMs: openTimeMs.at(-1) ?? 0,
    finalEquityQuote: stats.finalEquity,
    returnShare: stats.returnPct / 100,
    annualReturnShare: orNull(daily.annualReturn),
    heldReturnShare: orNull((held.at(-1) ?? Number.NaN) - 1),
    maxDrawdownShare: stats.maxDrawdownPct / 100,
    volatilityShare: orNull(daily.annualVolatility),
    sharpe: orNull(daily.sharpe),
    sortino: orNull(daily.sortino),
    calmar: orNull(daily.calmar),
    trades: stats.trades,
    winShare: stats.winRatePct === null ? null : stats.winRatePct / 100,
    profitFactor: stats.profitFactor,
    expectancyQuote: stats.expectancy,
    inMarketShare: stats.bars === 0 ? null : stats.barsInMarket / stats.bars,
    feesQuote: costs.fees,
    slippageQuote: costs.slippage,
    fundingQuote: costs.funding,
    borrowQuote: costs.borrow,
  };
}

type Series = Pick<LabRunDetail, 'timeMs' | 'equityQuote' | 'heldQuote' | 'drawdownShare' | 'exposureShare'>;

/** One point for each step that has bars. @param held of one unit of cash. @param exposureShare mean of each step */
export function seriesOf(
  { openTimeMs, equityQuote }: BarRun,
  held: Float64Array,
  cashQuote: number,
  steps: TimeSteps,
  exposureShare: Float64Array,
): Series {
  const out: Series = { timeMs: [], equityQuote: [], heldQuote: [], drawdownShare: [], exposureShare: [] };
  let peak = cashQuote;
  let bar = 0;
  for (let step = 0; step < steps.count; step += 1) {
    const end = bar + steps.bars[step]!;
    if (end === bar) continue;
    let deepest = 0;
    for (; bar < end; bar += 1) {
      const equity = equityQuote[bar]!;
      peak = Math.max(peak, equity);
      deepest = Math.min(deepest, equity / peak - 1);
    }
    out.timeMs.push(openTimeMs[end - 1]!);
    out.equityQuote.push(equityQuote[end - 1]!);
    out.heldQuote.push(cashQuote * held[end - 1]!);
    out.drawdownShare.push(deepest);
    out.exposureShare.push(exposureShare[step]!);
  }
  return out;
}

/** Returns of months, or of days where the run is short; periods without a bar are left out. */
export function calendarOf({ openTimeMs, equityQuote }: BarRun, cashQuote: number): LabRunDetail['calendar'] {
  const spanMs = (openTimeMs.at(-1) ?? 0) - (openTimeMs[0] ?? 0);
  const kind = spanMs > MONTHS_FROM_MS ? 'month' : 'day';
  const startOf = kind === 'month' ? startOfMonth : startOfDay;
  const fromMs: number[] = [];
  const returnShare: number[] = [];
  let before = cashQuote;
  for (let bar = 0; bar < openTimeMs.length; bar += 1) {
    const startMs = startOf(openTimeMs[bar]!);
    const isLast = bar + 1 === openTimeMs.length || startOf(openTimeMs[bar + 1]!) !== startMs;
    if (!isLast) continue;
    fromMs.push(startMs);
    returnShare.push(equityQuote[bar]! / before - 1);
    before = equityQuote[bar]!;
  }
  return { kind, fromMs, returnShare };
}

const startOfDay = (timeMs: number): number => timeMs - (timeMs % DAY_MS);

function startOfMonth(timeMs: number): number {
  const at = new Date(timeMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

/** The first `most` trades as columns. */
export function tradeColumns({ trades, openTimeMs }: BarRun, most: number): TradeColumns {
  const listed = trades.slice(0, most);
  return {
    entryTimeMs: Float64Array.from(listed, ({ entryBar }) => openTimeMs[entryBar]!),
    exitTimeMs: Float64Array.from(listed, ({ exitBar }) => openTimeMs[exitBar]!),
    barsHeld: Float64Array.from(listed, ({ entryBar, exitBar }) => exitBar - entryBar),
    instrument: Int32Array.from(listed, ({ instrument }) => instrument),
    side: Int8Array.from(listed, ({ side }) => (side === 'long' ? 1 : -1)),
    qty: Float64Array.from(listed, ({ qty }) => qty),
    entryPrice: Float64Array.from(listed, ({ entryPrice }) => entryPrice),
    exitPrice: Float64Array.from(listed, ({ exitPrice }) => exitPrice),
    feesQuote: Float64Array.from(listed, ({ fees }) => fees),
    profitQuote: Float64Array.from(listed, ({ pnl }) => pnl),
    reasons: listed.map(({ reason }) => reason),
  };
}

/** What a trade came to, of what went in. */
export const tradeReturn = (profit: number, qty: number, entryPrice: number): number => profit / (qty * entryPrice);

/** Trades by what they came to, in steps that have an edge at zero; the outermost hold everything beyond them. */
export function distributionOf({ trades }: BarRun): LabRunDetail['distribution'] {
  const returns = Float64Array.from(trades, ({ pnl, qty, entryPrice }) => tradeReturn(pnl, qty, entryPrice)).sort();
  if (returns.length === 0) return { edges: [], counts: [] };
  const low = Math.min(0, returns[Math.floor(0.01 * (returns.length - 1))]!);
  const high = Math.max(0, returns[Math.ceil(0.99 * (returns.length - 1))]!);
  const width = roundWidth((high - low) / BINS_ABOUT);
  const first = Math.floor(low / width);
  const bins = Math.max(1, Math.ceil(high / width) - first);
  const counts = new Array<number>(bins).fill(0);
  for (const value of returns) {
    const bin = Math.floor(value / width) - first;
    counts[Math.max(0, Math.min(bins - 1, bin))]! += 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, at) => (first + at) * width), counts };
}

/** The next of 1, 2, 5, 10 … times a power of ten. */
function roundWidth(width: number): number {
  if (!(width > 0)) return 0.001;
  const power = 10 ** Math.floor(Math.log10(width));
  return power * ([1, 2, 5, 10].find((each) => each * power >= width) ?? 10);
}
