/** The drawing side of the chart: lightweight-charts fed from `CandleData`, one call per change. No React, no fetching. */
import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type Time,
} from 'lightweight-charts';
import type { MarketFrame } from '../../preload/contract.ts';
import { showFloat } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { paced } from '../stores/paced.ts';
import {
  applyFrame,
  type Bar,
  barsShifted,
  type CandleData,
  type ChartHistory,
  candleDataFrom,
  emptyCandleData,
  indexOfTime,
  prependHistory,
} from './candle-data.ts';
import { BARS_RIGHT, candleColours, chartOptions, markerOf, seconds, toneColour } from './chart-style.ts';
import { addConfidencePane, type ConfidencePane, confidenceLabel, evenPoint } from './confidence-pane.ts';
import { type ChartLook, faded, lineColours } from './look.ts';

const BARS_SHOWN_FIRST = 110;
const OLDER_WHEN_WITHIN_BARS = 60;
const MAIN_PANE_STRETCH = 5;
/** How far beyond the candles, in their own height, a line still pulls the scale. */
const LINES_MAY_WIDEN = 0.8;
/** Room for the legend over the lines. */
const PANE_MARGINS = { top: 0.26, bottom: 0.08 };

export interface ChartLine {
  readonly price: number;
  readonly title: string;
  readonly tone: 'seal' | 'up' | 'down' | 'quiet' | 'info';
  readonly dashed: boolean;
  /** Kept inside the visible price range when that costs little. */
  readonly keepInView: boolean;
  /** What a click on it means: `order:…`, `proposal:…`, `position:…`. */
  readonly target: string;
}

export interface ChartMark {
  readonly timeMs: number;
  readonly side: 'buy' | 'sell';
  readonly kind: 'fill' | 'proposal';
  readonly target: string;
}

/** What the legend shows: the bar under the crosshair, or the newest. */
export interface LegendValues {
  readonly bar: Bar | null;
  /** Decimals of the instrument's prices. */
  readonly places: number;
  readonly panes: readonly {
    readonly top: number;
    readonly texts: readonly { label: string; value: number | null; colour: string; isShare: boolean }[];
  }[];
}

export interface PriceChart {
  /** `fresh` also resets the view to the newest candles. */
  setHistory(history: ChartHistory, options: { fresh: boolean; showConfidence: boolean }): void;
  prepend(history: ChartHistory): void;
  applyFrames(frames: readonly MarketFrame[]): void;
  setInstrument(options: { places: number; tickSize: number; withSeconds: boolean }): void;
  setLines(lines: readonly ChartLine[]): void;
  setMarks(marks: readonly ChartMark[]): void;
  setLook(look: ChartLook): void;
  oldestMs(): number | null;
  barCount(): number;
  destroy(): void;
}

interface DrawnLine {
  readonly series: ISeriesApi<'Line'>;
  /** Where its values are in the data, which a reload replaces. */
  readonly indicatorId: string;
  readonly at: number;
  readonly label: string;
  readonly colour: string;
}

function targetOf(param: MouseEventParams<Time>): string | null {
  const id = param.hoveredInfo?.objectId;
  return typeof id === 'string' && id !== '' ? id : null;
}

export function createPriceChart(
  host: HTMLElement,
  initialLook: ChartLook,
  events: { legend(values: LegendValues): void; needOlder(): void; pick(target: string): void },
): PriceChart {
  let look = initialLook;
  let data: CandleData = emptyCandleData();
  let drawn: DrawnLine[][] = [];
  let overlays: DrawnLine[] = [];
  let confidence: ConfidencePane | null = null;
  let confidenceName = '';
  let lines: readonly ChartLine[] = [];
  let drawnLines: IPriceLine[] = [];
  let marks: readonly ChartMark[] = [];
  let hoveredMs: number | null = null;
  let drawnShape = '';
  let withSeconds = false;
  let pricePlaces = 2;

  const chart: IChartApi = createChart(host, { autoSize: true, ...chartOptions(look) });
  const candles = chart.addSeries(CandlestickSeries, {
    ...candleColours(look),
    borderVisible: false,
    priceLineStyle: LineStyle.Dotted,
    autoscaleInfoProvider: withLinesInView,
  });
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
  candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
  const markers = createSeriesMarkers(candles, []);

  function withLinesInView(original: () => AutoscaleInfo | null): AutoscaleInfo | null {
    const info = original();
    const range = info?.priceRange;
    if (!info || !range) return info;
    const span = range.maxValue - range.minValue;
    let { minValue, maxValue } = range;
    for (const line of lines) {
      const room = span * LINES_MAY_WIDEN;
      if (!line.keepInView || line.price < range.minValue - room || line.price > range.maxValue + room) continue;
      minValue = Math.min(minValue, line.price);
      maxValue = Math.max(maxValue, line.price);
    }
    return { ...info, priceRange: { minValue, maxValue } };
  }

  const volumeBar = (bar: Bar) => ({
    time: seconds(bar.timeMs),
    value: bar.volume,
    color: faded(bar.close >= bar.open ? look.up : look.down, 0x55),
  });
  const candleBar = (bar: Bar) => ({
    time: seconds(bar.timeMs),
    open: bar.open,
    high: bar.high,
    low: bar.low,
    close: bar.close,
  });
  const linePoint = (timeMs: number, value: number | null | undefined) =>
    value === null || value === undefined ? { time: seconds(timeMs) } : { time: seconds(timeMs), value };
  const confidencePoint = (timeMs: number) => {
    const value = data.confidence.get(timeMs);
    if (value === null || value === undefined) return { time: seconds(timeMs) };
    return { time: seconds(timeMs), value: value * 100, color: value >= 0.5 ? look.up : look.down };
  };

  const valuesOf = (line: DrawnLine): Map<number, number | null> | undefined =>
    data.indicators.find((row) => row.id === line.indicatorId)?.lines[line.at]?.values;

  function drawEverything(): void {
    candles.setData(data.bars.map(candleBar));
    volume.setData(data.bars.map(volumeBar));
    for (const line of [...overlays, ...drawn.flat()]) {
      const values = valuesOf(line);
      line.series.setData(data.bars.map((bar) => linePoint(bar.timeMs, values?.get(bar.timeMs))));
    }
    confidence?.bars.setData(data.bars.map((bar) => confidencePoint(bar.timeMs)));
    confidence?.even.setData(data.bars.map((bar) => evenPoint(bar.timeMs)));
    confidenceName = confidenceLabel(data.confidence, data.bars);
  }

  function removeIndicators(): void {
    for (const line of [...overlays, ...drawn.flat()]) chart.removeSeries(line.series);
    if (confidence) {
      chart.removeSeries(confidence.bars);
      chart.removeSeries(confidence.even);
    }
    overlays = [];
    drawn = [];
    confidence = null;
  }

  /** The oscillator everyone reads by its bands gets them drawn and a scale that does not jump. */
  function drawBands(series: ISeriesApi<'Line'>): void {
    for (const price of [30, 70]) {
      series.createPriceLine({
        price,
        color: look.line,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: false,
        title: '',
      });
    }
    series.applyOptions({
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
        const range = original()?.priceRange;
        return {
          priceRange: { minValue: Math.min(20, range?.minValue ?? 20), maxValue: Math.max(80, range?.maxValue ?? 80) },
        };
      },
    });
  }

  function addIndicators(showConfidence: boolean): void {
    const colours = lineColours(look);
    let paneIndex = 1;
    let overlayIndex = 0;
    for (const indicator of data.indicators) {
      const isOverlay = indicator.pane === 'price';
      const made = indicator.lines.map((line, at) => {
        const colour = colours[(isOverlay ? overlayIndex++ : at) % colours.length] ?? look.info;
        const series = chart.addSeries(
          LineSeries,
          {
            color: colour,
            lineWidth: 1,
            priceLineVisible: false,
            lastValueVisible: !isOverlay && at === 0,
            crosshairMarkerVisible: false,
          },
          isOverlay ? 0 : paneIndex,
        );
        if (indicator.id.startsWith('rsi')) drawBands(series);
        const label = indicator.lines.length > 1 ? `${indicator.label} ${line.name}` : indicator.label;
        return { series, indicatorId: indicator.id, at, label, colour };
      });
      if (isOverlay) overlays.push(...made);
      else {
        made[0]?.series.priceScale().applyOptions({ scaleMargins: PANE_MARGINS });
        drawn.push(made);
        paneIndex += 1;
      }
    }
    if (showConfidence) {
      confidence = addConfidencePane(chart, look, paneIndex);
      confidence.bars.priceScale().applyOptions({ scaleMargins: PANE_MARGINS });
    }
    for (const [at, pane] of chart.panes().entries()) pane.setStretchFactor(at === 0 ? MAIN_PANE_STRETCH : 1);
  }

  function tellLegend(): void {
    const newest = data.bars.at(-1);
    const bar = hoveredMs === null ? newest : (data.bars[indexOfTime(data.bars, hoveredMs)] ?? newest);
    const tops: number[] = [];
    let top = 0;
    for (const pane of chart.panes()) {
      tops.push(top);
      top += pane.getHeight() + 1;
    }
    const textOf = (line: DrawnLine) => ({
      label: line.label,
      value: bar ? (valuesOf(line)?.get(bar.timeMs) ?? null) : null,
      colour: line.colour,
      isShare: false,
    });
    const panes = [{ top: 0, texts: overlays.map(textOf) }];
    for (const [at, pane] of drawn.entries()) panes.push({ top: tops[at + 1] ?? 0, texts: pane.map(textOf) });
    if (confidence) {
      const value = bar ? (data.confidence.get(bar.timeMs) ?? null) : null;
      const text = { label: confidenceName, value, colour: look.textStrong, isShare: true };
      panes.push({ top: tops[drawn.length + 1] ?? 0, texts: [text] });
    }
    events.legend({ bar: bar ?? null, places: pricePlaces, panes });
  }

  const legendFigures = paced(tellLegend);

  function onCrosshair(param: MouseEventParams<Time>): void {
    hoveredMs = param.time === undefined ? null : (param.time as number) * 1000;
    host.dataset.pick = String(targetOf(param) !== null);
    tellLegend();
  }

  chart.subscribeCrosshairMove(onCrosshair);
  chart.subscribeClick((param) => {
    const target = targetOf(param);
    if (target !== null) events.pick(target);
  });
  chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (range && data.bars.length > 0 && range.from < OLDER_WHEN_WITHIN_BARS) events.needOlder();
  });
  const resized = new ResizeObserver(() => requestAnimationFrame(tellLegend));
  resized.observe(host);

  function drawLines(): void {
    for (const line of drawnLines) candles.removePriceLine(line);
    drawnLines = lines.map((line) =>
      candles.createPriceLine({
        id: line.target,
        price: line.price,
        title: line.title,
        color: toneColour(look, line.tone),
        lineWidth: 1,
        lineStyle: line.dashed ? LineStyle.Dashed : LineStyle.Solid,
        axisLabelVisible: true,
        axisLabelTextColor: line.tone === 'seal' ? look.onSeal : look.background,
      }),
    );
  }

  function drawMarks(): void {
    const firstMs = data.bars[0]?.timeMs ?? 0;
    markers.setMarkers(marks.filter((mark) => mark.timeMs >= firstMs).map((mark) => markerOf(mark, look)));
  }

  return {
    setHistory(history, { fresh, showConfidence }) {
      const time = chart.timeScale();
      // A reload under a view that was scrolled back must not move it.
      const kept = !fresh && time.scrollPosition() < -1 ? time.getVisibleLogicalRange() : null;
      const oldBars = data.bars;
      data = candleDataFrom(history);
      const shape = `${history.indicators.map((row) => row.id).join(' ')} ${showConfidence}`;
      if (shape !== drawnShape) {
        removeIndicators();
        addIndicators(showConfidence);
        drawnShape = shape;
      }
      drawEverything();
      if (kept) {
        const shift = barsShifted(oldBars, data.bars, kept.from);
        time.setVisibleLogicalRange({ from: kept.from + shift, to: kept.to + shift });
      }
      if (fresh) {
        const count = data.bars.length;
        chart.priceScale('right').applyOptions({ autoScale: true });
        time.setVisibleLogicalRange({ from: count - BARS_SHOWN_FIRST, to: count + BARS_RIGHT });
      }
      tellLegend();
      requestAnimationFrame(tellLegend);
    },
    prepend(history) {
      if (prependHistory(data, history) > 0) drawEverything();
    },
    applyFrames(frames) {
      if (data.bars.length === 0) return;
      for (const frame of frames) {
        const drawnToMs = data.bars.at(-1)?.timeMs ?? 0;
        for (const timeMs of applyFrame(data, frame)) {
          const bar = data.bars[indexOfTime(data.bars, timeMs)];
          if (bar?.timeMs !== timeMs) continue;
          const isPast = timeMs < drawnToMs;
          candles.update(candleBar(bar), isPast);
          volume.update(volumeBar(bar), isPast);
          for (const line of [...overlays, ...drawn.flat()])
            line.series.update(linePoint(timeMs, valuesOf(line)?.get(timeMs)), isPast);
          confidence?.bars.update(confidencePoint(timeMs), isPast);
          confidence?.even.update(evenPoint(timeMs), isPast);
        }
      }
      if (frames.some((frame) => frame.confidence.length > 0))
        confidenceName = confidenceLabel(data.confidence, data.bars);
      legendFigures.ask();
    },
    setInstrument({ places, tickSize, withSeconds: seen }) {
      withSeconds = seen;
      pricePlaces = places;
      candles.applyOptions({
        priceFormat: { type: 'custom', minMove: tickSize, formatter: (price: number) => showFloat(price, places) },
      });
      chart.applyOptions({
        timeScale: { secondsVisible: withSeconds },
        localization: { timeFormatter: (time: Time) => showMoment((time as number) * 1000, withSeconds) },
      });
    },
    setLines(next) {
      lines = next;
      drawLines();
    },
    setMarks(next) {
      marks = next;
      drawMarks();
    },
    setLook(next) {
      look = next;
      chart.applyOptions(chartOptions(look));
      candles.applyOptions(candleColours(look));
      const hadConfidence = confidence !== null;
      removeIndicators();
      addIndicators(hadConfidence);
      drawEverything();
      drawLines();
      drawMarks();
      // The panes made anew have their heights only after the next paint.
      requestAnimationFrame(tellLegend);
    },
    oldestMs: () => data.bars[0]?.timeMs ?? null,
    barCount: () => data.bars.length,
    destroy() {
      legendFigures.stop();
      resized.disconnect();
      chart.remove();
    },
  };
}
