/** The drawing side of trades on their candles: a mark where each began and ended, the picked one joined by a line. No React. */
import {
  CandlestickSeries,
  createSeriesMarkers,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type Time,
} from 'lightweight-charts';
import type { LabTrade } from '../../preload/lab-contract.ts';
import { candleColours, seconds } from '../chart/chart-style.ts';
import type { ChartLook } from '../chart/look.ts';
import { showFloat } from '../format/number.ts';
import { createLabChart, restyle } from './lab-chart.ts';

export interface ChartCandles {
  readonly openTimeMs: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
}

export interface TradeChart {
  /** @param places decimals of its prices */
  setCandles(candles: ChartCandles, places: number): void;
  setTrades(trades: readonly LabTrade[]): void;
  /** Joins its ends, and brings it into view where it is not. */
  pick(trade: LabTrade | null): void;
  setLook(look: ChartLook): void;
  destroy(): void;
}

/** Bars seen on either side of a trade that is gone to. */
const AROUND_BARS = 40;

export function createTradeChart(
  host: HTMLElement,
  initialLook: ChartLook,
  onPick: (number: number) => void,
): TradeChart {
  let look = initialLook;
  let times: readonly number[] = [];
  let trades: readonly LabTrade[] = [];
  let picked: LabTrade | null = null;
  const chart = createLabChart(host, look);
  const candles = chart.addSeries(CandlestickSeries, {
    ...candleColours(look),
    borderVisible: false,
    priceLineVisible: false,
    lastValueVisible: false,
  });
  const path = chart.addSeries(LineSeries, {
    lineWidth: 2,
    lineStyle: LineStyle.Dashed,
    priceLineVisible: false,
    lastValueVisible: false,
    crosshairMarkerVisible: false,
    pointMarkersVisible: true,
    pointMarkersRadius: 4,
  });
  const markers = createSeriesMarkers(candles, []);

  /** Open time of the candle in which a moment lies: candles may be joined. */
  function candleOf(timeMs: number): number | null {
    const at = times.findLastIndex((openMs) => openMs <= timeMs);
    return times[at] ?? null;
  }

  function marksOf(trade: LabTrade): SeriesMarker<Time>[] {
    const isLong = trade.side === 'long';
    const [entryMs, exitMs] = [candleOf(trade.entryTimeMs), candleOf(trade.exitTimeMs)];
    if (entryMs === null || exitMs === null) return [];
    const isPicked = trade.number === picked?.number;
    const id = `trade:${trade.number}`;
    const size = isPicked ? 1.6 : 1;
    const text = isPicked ? `#${trade.number + 1}` : '';
    return [
      {
        id,
        time: seconds(entryMs),
        position: isLong ? 'belowBar' : 'aboveBar',
        shape: isLong ? 'arrowUp' : 'arrowDown',
        color: look.info,
        size,
        text,
      },
      {
        id,
        time: seconds(exitMs),
        position: isLong ? 'aboveBar' : 'belowBar',
        shape: trade.profitQuote > 0 ? 'circle' : 'square',
        color: trade.profitQuote > 0 ? look.up : look.down,
        size,
      },
    ];
  }

  function drawMarks(): void {
    const [firstMs, lastMs] = [times[0] ?? 0, times.at(-1) ?? 0];
    const shown = trades.filter((trade) => trade.entryTimeMs >= firstMs && trade.entryTimeMs <= lastMs);
    markers.setMarkers(shown.flatMap(marksOf).sort((a, b) => (a.time as number) - (b.time as number)));
    path.applyOptions({ color: look.textStrong });
    const ends = picked && [
      { at: candleOf(picked.entryTimeMs), value: picked.entryPrice },
      { at: candleOf(picked.exitTimeMs), value: picked.exitPrice },
    ];
    const points = (ends ?? []).flatMap(({ at, value }) => (at === null ? [] : [{ time: seconds(at), value }]));
    path.setData(points.length === 2 && points[0]!.time !== points[1]!.time ? points : points.slice(0, 1));
  }

  function goTo(trade: LabTrade): void {
    const from = times.findLastIndex((openMs) => openMs <= trade.entryTimeMs);
    const to = times.findLastIndex((openMs) => openMs <= trade.exitTimeMs);
    if (from < 0 || to < 0) return;
    const seen = chart.timeScale().getVisibleLogicalRange();
    const isSeen = seen !== null && from > seen.from && to < seen.to && seen.to - seen.from < 8 * AROUND_BARS;
    if (!isSeen) chart.timeScale().setVisibleLogicalRange({ from: from - AROUND_BARS, to: to + AROUND_BARS });
  }

  const targetOf = (id: unknown): number | null => {
    const found = typeof id === 'string' ? /^trade:(\d+)$/.exec(id) : null;
    return found ? Number(found[1]) : null;
  };
  chart.subscribeClick((param) => {
    const number = targetOf(param.hoveredInfo?.objectId);
    if (number !== null) onPick(number);
  });
  chart.subscribeCrosshairMove((param) => {
    host.dataset.pick = String(targetOf(param.hoveredInfo?.objectId) !== null);
  });

  return {
    setCandles(next, places) {
      times = next.openTimeMs;
      candles.applyOptions({
        priceFormat: { type: 'custom', minMove: 10 ** -places, formatter: (price: number) => showFloat(price, places) },
      });
      candles.setData(
        times.map((timeMs, at) => ({
          time: seconds(timeMs),
          open: next.open[at]!,
          high: next.high[at]!,
          low: next.low[at]!,
          close: next.close[at]!,
        })),
      );
      drawMarks();
      if (picked) goTo(picked);
      else chart.timeScale().fitContent();
    },
    setTrades(next) {
      trades = next;
      drawMarks();
    },
    pick(trade) {
      picked = trade;
      drawMarks();
      if (trade) goTo(trade);
    },
    setLook(next) {
      look = next;
      restyle(chart, look);
      candles.applyOptions(candleColours(look));
      drawMarks();
    },
    destroy: () => chart.remove(),
  };
}
