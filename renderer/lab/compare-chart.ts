/** Several runs' returns over each other, each with its letter at the line's end. No React. */
import { type ISeriesApi, LineSeries, LineStyle } from 'lightweight-charts';
import type { ChartLook } from '../chart/look.ts';
import { createLabChart, pointsOf, restyle, SHARE_FORMAT } from './lab-chart.ts';

export interface ComparedLine {
  readonly letter: string;
  readonly colour: string;
  readonly timeMs: readonly number[];
  readonly returnShare: readonly number[];
}

export interface CompareChart {
  setLines(lines: readonly ComparedLine[]): void;
  setLook(look: ChartLook): void;
  destroy(): void;
}

const STYLES = [LineStyle.Solid, LineStyle.Dashed, LineStyle.LargeDashed, LineStyle.SparseDotted];

export function createCompareChart(host: HTMLElement, look: ChartLook): CompareChart {
  const chart = createLabChart(host, look);
  let drawn: ISeriesApi<'Line'>[] = [];
  return {
    setLines(lines) {
      for (const series of drawn) chart.removeSeries(series);
      drawn = lines.map(({ letter, colour, timeMs, returnShare }, at) => {
        const series = chart.addSeries(LineSeries, {
          color: colour,
          lineWidth: 2,
          lineStyle: STYLES[at % STYLES.length]!,
          title: letter,
          priceLineVisible: false,
          crosshairMarkerVisible: false,
          priceFormat: SHARE_FORMAT,
        });
        series.setData(pointsOf(timeMs, returnShare));
        return series;
      });
      chart.timeScale().fitContent();
    },
    setLook(next) {
      restyle(chart, next);
    },
    destroy: () => chart.remove(),
  };
}
