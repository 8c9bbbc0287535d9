/** The drawing side of a run's equity: equity beside buying and holding, drawdown and exposure below. No React. */
import {
  AreaSeries,
  BaselineSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  PriceScaleMode,
} from 'lightweight-charts';
import { type ChartLook, faded } from '../chart/look.ts';
import { AMOUNT_FORMAT, createLabChart, paneTops, pointsOf, restyle, SHARE_FORMAT } from './lab-chart.ts';

export interface EquityPoints {
  readonly timeMs: readonly number[];
  readonly equityQuote: readonly number[];
  readonly heldQuote: readonly number[];
  /** Zero or below. */
  readonly drawdownShare: readonly number[];
  readonly exposureShare: readonly number[];
}

export interface EquityLegend {
  /** Place in the points: under the crosshair, else the last. */
  readonly at: number;
  readonly tops: readonly number[];
}

export interface EquityChart {
  setPoints(points: EquityPoints): void;
  /** Only equity, which has come this far of its whole way: 0 to 1. */
  setGrowing(timeMs: readonly number[], equityQuote: readonly number[], shareDone: number): void;
  setLook(look: ChartLook): void;
  destroy(): void;
}

const QUIET = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const;
/** Room for the legend over the lines. */
const MARGINS = { top: 0.32, bottom: 0.06 };

export function createEquityChart(
  host: HTMLElement,
  look: ChartLook,
  onLegend: (legend: EquityLegend) => void,
): EquityChart {
  const chart: IChartApi = createLabChart(host, look);
  const held = chart.addSeries(LineSeries, {
    ...QUIET,
    lineWidth: 1,
    lineStyle: LineStyle.Dashed,
    priceFormat: AMOUNT_FORMAT,
  });
  const equity = chart.addSeries(LineSeries, {
    ...QUIET,
    lineWidth: 2,
    lastValueVisible: true,
    priceFormat: AMOUNT_FORMAT,
  });
  equity.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.06 } });
  let drawdown: ISeriesApi<'Baseline'> | null = null;
  let exposure: ISeriesApi<'Area'> | null = null;
  let times: readonly number[] = [];
  let current = look;

  function paint(): void {
    equity.applyOptions({ color: current.info });
    held.applyOptions({ color: current.text });
    drawdown?.applyOptions({
      topLineColor: current.down,
      topFillColor1: 'transparent',
      topFillColor2: 'transparent',
      bottomLineColor: current.down,
      bottomFillColor1: faded(current.down, 0x18),
      bottomFillColor2: faded(current.down, 0x50),
    });
    exposure?.applyOptions({
      lineColor: current.text,
      topColor: faded(current.text, 0x48),
      bottomColor: faded(current.text, 0x10),
    });
  }

  function addPanes(): void {
    drawdown ??= chart.addSeries(
      BaselineSeries,
      { ...QUIET, lineWidth: 1, baseValue: { type: 'price', price: 0 }, priceFormat: SHARE_FORMAT },
      1,
    );
    exposure ??= chart.addSeries(AreaSeries, { ...QUIET, lineWidth: 1, priceFormat: SHARE_FORMAT }, 2);
    drawdown.priceScale().applyOptions({ scaleMargins: MARGINS });
    exposure.priceScale().applyOptions({ scaleMargins: MARGINS });
    for (const [at, pane] of chart.panes().entries()) pane.setStretchFactor(at === 0 ? 3.2 : 1);
    paint();
  }

  function tell(param?: MouseEventParams): void {
    const timeMs = param?.time === undefined ? null : (param.time as number) * 1000;
    const found = timeMs === null ? -1 : times.findLastIndex((time) => Math.floor(time / 1000) * 1000 <= timeMs);
    onLegend({ at: found >= 0 ? found : times.length - 1, tops: paneTops(chart) });
  }

  const resized = new ResizeObserver(() => requestAnimationFrame(() => tell()));
  resized.observe(host);
  chart.subscribeCrosshairMove(tell);
  paint();

  return {
    setPoints(points) {
      times = points.timeMs;
      addPanes();
      equity.priceScale().applyOptions({ mode: scaleOf([points.equityQuote, points.heldQuote]) });
      equity.setData(pointsOf(times, points.equityQuote));
      held.setData(pointsOf(times, points.heldQuote));
      drawdown?.setData(pointsOf(times, points.drawdownShare));
      exposure?.setData(pointsOf(times, points.exposureShare));
      chart.timeScale().fitContent();
      requestAnimationFrame(() => tell());
    },
    setGrowing(timeMs, equityQuote, shareDone) {
      times = timeMs;
      const points = pointsOf(timeMs, equityQuote);
      equity.setData(points);
      chart.timeScale().applyOptions({ fixRightEdge: false });
      const whole = points.length / Math.max(0.01, shareDone);
      if (points.length > 0) chart.timeScale().setVisibleLogicalRange({ from: 0, to: Math.max(2, whole) });
      tell();
    },
    setLook(next) {
      current = next;
      restyle(chart, next);
      paint();
    },
    destroy() {
      resized.disconnect();
      chart.remove();
    },
  };
}

/** From so many times the least on, the same share is the same height, or nothing is seen of the smaller one. */
const LOGARITHMIC_FROM = 5;

function scaleOf(lines: readonly (readonly number[])[]): PriceScaleMode {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const value of lines.flat()) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least > 0 && most / least > LOGARITHMIC_FROM ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal;
}
