/** The figures said at a glance, each with where it lies when the run is drawn anew, in places of their own that never move. */
import type { FigureInterval, RunFigures } from '../../preload/lab-contract.ts';
import { HEADLINE_FIGURES } from './figures.ts';
import { DRAWN, intervalOf, intervalText } from './intervals.ts';

export function FigureStrip({
  figures,
  intervals,
}: {
  readonly figures: RunFigures;
  readonly intervals: readonly FigureInterval[];
}) {
  return (
    <dl
      aria-label="Figures"
      className="grid shrink-0 grid-flow-col auto-cols-fr gap-2 border-b border-line px-3 py-2"
      data-testid="figures"
    >
      {HEADLINE_FIGURES.map((word) => {
        const { key, label, about, show, better } = word;
        const value = figures[key];
        const isDirection = key === 'returnShare' || key === 'heldReturnShare';
        const tone =
          isDirection && better !== null && value !== null ? ['text-down', '', 'text-up'][Math.sign(value) + 1] : '';
        const interval = intervalOf(intervals, key);
        return (
          <div
            key={key}
            title={interval ? `${about}; 95 %: ${intervalText(word, interval)}, ${DRAWN[interval.drawn]}` : about}
            className="min-w-0"
          >
            <dd className={`truncate text-[13px] font-semibold leading-[17px] ${tone}`}>{show(value)}</dd>
            <dt className="truncate text-[10.5px] leading-[14px] text-text3">{label}</dt>
            <dd className="truncate text-[10.5px] leading-[14px] text-text2" data-interval={key}>
              {interval ? intervalText(word, interval) : '\u00a0'}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
