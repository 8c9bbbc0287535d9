/** How the chart's parts look and sit, apart from what they show. */
import {
  type AutoscaleInfo,
  ColorType,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type ChartLook, faded } from './look.ts';
import type { ChartLine, ChartMark } from './price-chart.ts';

export const BARS_RIGHT = 8;

export const seconds = (timeMs: number): UTCTimestamp => Math.floor(timeMs / 1000) as UTCTimestamp;

export function addConfidence(chart: IChartApi, paneIndex: number): ISeriesApi<'Histogram'> {
  return chart.addSeries(
    HistogramSeries,
    {
      base: 50,
      priceLineVisible: false,
      lastValueVisible: false,
      priceFormat: { type: 'custom', minMove: 1, formatter: (value: number) => `${value.toFixed(0)}\u202f%` },
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
        const range = original()?.priceRange;
        return {
          priceRange: { minValue: Math.min(35, range?.minValue ?? 35), maxValue: Math.max(65, range?.maxValue ?? 65) },
        };
      },
    },
    paneIndex,
  );
}

export function toneColour(look: ChartLook, tone: ChartLine['tone']): string {
  return tone === 'quiet' ? look.text : look[tone];
}

export function markerOf(mark: ChartMark, look: ChartLook): SeriesMarker<Time> {
  const isBuy = mark.side === 'buy';
  return {
    id: mark.target,
    time: seconds(mark.timeMs),
    position: isBuy ? 'belowBar' : 'aboveBar',
    shape: mark.kind === 'proposal' ? 'circle' : isBuy ? 'arrowUp' : 'arrowDown',
    color: mark.kind === 'proposal' ? look.seal : isBuy ? look.up : look.down,
    size: 1,
  };
}

export function candleColours(look: ChartLook) {
  return { upColor: look.up, downColor: look.down, wickUpColor: look.up, wickDownColor: look.down };
}

export function chartOptions(look: ChartLook) {
  return {
    layout: {
      background: { type: ColorType.Solid, color: look.background },
      textColor: look.text,
      fontSize: 11,
      fontFamily: '"Inter Variable", system-ui, sans-serif',
      // Credited in the keys sheet; the logo's link would inject a style element.
      attributionLogo: false,
      panes: { separatorColor: look.line, separatorHoverColor: faded(look.info, 0x40), enableResize: true },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: faded(look.grid, 0xb0) } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: look.text, width: 1 as const, style: LineStyle.Dotted, labelBackgroundColor: look.line },
      horzLine: { color: look.text, width: 1 as const, style: LineStyle.Dotted, labelBackgroundColor: look.line },
    },
    // No label that the edge of its pane cuts.
    rightPriceScale: { borderVisible: false, minimumWidth: 74, entireTextOnly: true },
    timeScale: { borderColor: look.line, timeVisible: true, rightOffset: BARS_RIGHT, minBarSpacing: 1.5 },
  };
}
