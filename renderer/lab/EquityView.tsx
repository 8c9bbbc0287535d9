/** Equity, drawdown and exposure of a finished run, with the values under the crosshair. */
import { useEffect, useRef, useState } from 'react';
import { showFloat, showPercent, showSignedPercent } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { createEquityChart, type EquityLegend, type EquityPoints } from './equity-chart.ts';
import { useChart } from './use-chart.ts';

export function EquityView({ points }: { points: EquityPoints }) {
  const [legend, setLegend] = useState<EquityLegend | null>(null);
  const [host, chart] = useChart((element, look) => createEquityChart(element, look, setLegend));
  const last = points.timeMs.length - 1;
  useEffect(() => chart.current?.setPoints(points), [chart, points]);
  return (
    <div
      className="relative min-h-0 flex-1"
      role="img"
      aria-label={`Equity from ${showFloat(points.equityQuote[0] ?? null, 0)} to ${showFloat(points.equityQuote[last] ?? null, 0)}, with drawdown and exposure`}
    >
      <div ref={host} className="absolute inset-0" data-testid="equity-chart" data-points={points.timeMs.length} />
      {legend ? <Legend points={points} legend={legend} /> : null}
    </div>
  );
}

const LINE = 'pointer-events-none absolute left-2.5 z-10 flex gap-3 text-[11px] leading-[15px]';

function Legend({ points, legend: { at, tops } }: { points: EquityPoints; legend: EquityLegend }) {
  const value = (values: readonly number[]): number | null => values[at] ?? null;
  const timeMs = points.timeMs[at];
  const place = (pane: number) => ({ top: (tops[pane] ?? 0) + 5 });
  return (
    <div aria-hidden="true">
      <div className={LINE} style={place(0)}>
        <span className="text-info">━ Equity {showFloat(value(points.equityQuote), 2)}</span>
        <span className="text-text3">╌ Held {showFloat(value(points.heldQuote), 2)}</span>
        <span className="text-text3">{timeMs === undefined ? '' : `${showMoment(timeMs)} UTC`}</span>
      </div>
      <div className={LINE} style={place(1)}>
        <span className="text-text2">Drawdown {showSignedPercent(value(points.drawdownShare), 2)}</span>
      </div>
      <div className={LINE} style={place(2)}>
        <span className="text-text2">Exposure {showPercent(value(points.exposureShare), 0)}</span>
      </div>
    </div>
  );
}

/** Equity of a run that goes on: the line grows towards the right edge, which is the end. */
export function GrowingEquity({
  timeMs,
  equityQuote,
  shareDone,
}: {
  readonly timeMs: readonly number[];
  readonly equityQuote: readonly number[];
  readonly shareDone: number;
}) {
  const ignore = useRef(() => undefined);
  const [host, chart] = useChart((element, look) => createEquityChart(element, look, ignore.current));
  useEffect(() => chart.current?.setGrowing(timeMs, equityQuote, shareDone), [chart, timeMs, equityQuote, shareDone]);
  return (
    <div className="relative min-h-0 flex-1" role="img" aria-label="Equity so far">
      <div ref={host} className="absolute inset-0" data-testid="growing-equity" data-points={timeMs.length} />
    </div>
  );
}
