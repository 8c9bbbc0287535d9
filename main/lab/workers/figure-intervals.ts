import type { FigureInterval } from '../../../preload/lab-contract.ts';
import type { Evidence } from '../honesty/evidence.ts';
import type { Interval } from '../honesty/interval.ts';

/** Figures of daily returns by the names they are drawn under. */
const OF_RETURNS = [
  ['returnShare', 'cumulativeReturn'],
  ['annualReturnShare', 'annualReturn'],
  ['volatilityShare', 'annualVolatility'],
  ['sharpe', 'sharpe'],
  ['sortino', 'sortino'],
  ['calmar', 'calmar'],
] as const;

/** Of every figure that can be drawn anew; one whose draws have no end is left out. */
export function figureIntervals({ returns, trades }: Pick<Evidence, 'returns' | 'trades'>): FigureInterval[] {
  const found: (FigureInterval | null)[] = OF_RETURNS.map(([figure, name]) =>
    intervalOf(figure, 'blocks', returns.figures[name]),
  );
  // A fall is below zero among returns, and above it among the figures.
  const fall = returns.figures['maxDrawdown'];
  if (fall)
    found.push(intervalOf('maxDrawdownShare', 'blocks', { low: Math.abs(fall.high), high: Math.abs(fall.low) }));
  if (trades) {
    found.push(
      intervalOf('maxDrawdownShare', 'order', trades.shuffled.maxDrawdown),
      intervalOf('profitFactor', 'trades', trades.redrawn.profitFactor),
      intervalOf('winShare', 'trades', trades.redrawn.winRate),
      intervalOf('expectancyQuote', 'trades', trades.redrawn.expectancy),
    );
  }
  return found.filter((each) => each !== null);
}

function intervalOf(
  figure: FigureInterval['figure'],
  drawn: FigureInterval['drawn'],
  interval: Pick<Interval, 'low' | 'high'> | undefined,
): FigureInterval | null {
  if (!interval || !Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return null;
  return { figure, drawn, low: interval.low, high: interval.high };
}
