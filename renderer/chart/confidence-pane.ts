/** The confidence pane: bars from a zero line of 50 %, which is drawn over the whole width even where nothing was said. */
import { type IChartApi, type ISeriesApi, LineSeries, LineStyle } from 'lightweight-charts';
import { showClock } from '../format/time.ts';
import type { Bar } from './candle-data.ts';
import { addConfidence, seconds } from './chart-style.ts';
import type { ChartLook } from './look.ts';

const EVEN_PERCENT = 50;

export interface ConfidencePane {
  readonly bars: ISeriesApi<'Histogram'>;
  readonly even: ISeriesApi<'Line'>;
}

export function addConfidencePane(chart: IChartApi, look: ChartLook, paneIndex: number): ConfidencePane {
  const bars = addConfidence(chart, paneIndex);
  const even = chart.addSeries(
    LineSeries,
    {
      color: look.text,
      lineWidth: 1,
      lineStyle: LineStyle.Dotted,
      priceLineVisible: false,
      lastValueVisible: false,
      crosshairMarkerVisible: false,
    },
    paneIndex,
  );
  return { bars, even };
}

export const evenPoint = (timeMs: number) => ({ time: seconds(timeMs), value: EVEN_PERCENT });

/** What the legend calls the pane: where confidence begins later than the candles, since when there is any. */
export function confidenceLabel(confidence: ReadonlyMap<number, number | null>, bars: readonly Bar[]): string {
  let firstMs = Number.POSITIVE_INFINITY;
  for (const [timeMs, value] of confidence) if (value !== null) firstMs = Math.min(firstMs, timeMs);
  if (firstMs === Number.POSITIVE_INFINITY) return 'Calibrated confidence, from the next judged candle on';
  const isShort = firstMs > (bars[0]?.timeMs ?? 0);
  return isShort ? `Calibrated confidence, since ${showClock(firstMs).slice(0, 5)}` : 'Calibrated confidence';
}
