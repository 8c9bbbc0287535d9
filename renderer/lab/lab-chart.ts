/** What every chart of the lab has in common: our look, UTC times, one place that cleans up. */
import { createChart, type IChartApi, type Time } from 'lightweight-charts';
import { chartOptions, seconds } from '../chart/chart-style.ts';
import type { ChartLook } from '../chart/look.ts';
import { showFloat, showPercent } from '../format/number.ts';
import { showMoment } from '../format/time.ts';

export function createLabChart(host: HTMLElement, look: ChartLook): IChartApi {
  const options = chartOptions(look);
  return createChart(host, {
    autoSize: true,
    ...options,
    timeScale: { ...options.timeScale, rightOffset: 2, minBarSpacing: 0.02, fixLeftEdge: true, fixRightEdge: true },
    localization: { timeFormatter: (time: Time) => showMoment((time as number) * 1000) },
  });
}

/** The look of another theme: everything but the series, which are whoever's drew them. */
export function restyle(chart: IChartApi, look: ChartLook): void {
  const { layout, grid, crosshair } = chartOptions(look);
  chart.applyOptions({ layout, grid, crosshair });
}

/** Points of a series; of two that fall into one second the later. */
export function pointsOf(timeMs: readonly number[], values: readonly number[]) {
  const points: { time: ReturnType<typeof seconds>; value: number }[] = [];
  for (const [at, time] of timeMs.entries()) {
    const point = { time: seconds(time), value: values[at] ?? Number.NaN };
    if (points.at(-1)?.time === point.time) points.pop();
    points.push(point);
  }
  return points;
}

export const AMOUNT_FORMAT = {
  type: 'custom' as const,
  minMove: 0.01,
  formatter: (value: number) => showFloat(value, Math.abs(value) >= 1_000 ? 0 : 2),
};

export const SHARE_FORMAT = {
  type: 'custom' as const,
  minMove: 0.0001,
  formatter: (value: number) => showPercent(value, 1),
};

/** Where each pane begins, from the top of the chart. */
export function paneTops(chart: IChartApi): number[] {
  let top = 0;
  return chart.panes().map((pane) => {
    const begins = top;
    top += pane.getHeight() + 1;
    return begins;
  });
}
