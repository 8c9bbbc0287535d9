/** The figures said at a glance, in places of their own that never move. */
import type { RunFigures } from '../../preload/lab-contract.ts';
import { HEADLINE_FIGURES } from './figures.ts';

export function FigureStrip({ figures }: { figures: RunFigures }) {
  return (
    <dl
      aria-label="Figures"
      className="grid shrink-0 grid-flow-col auto-cols-fr gap-2 border-b border-line px-3 py-2"
      data-testid="figures"
    >
      {HEADLINE_FIGURES.map(({ key, label, about, show, better }) => {
        const value = figures[key];
        const isDirection = key === 'returnShare' || key === 'heldReturnShare';
        const tone = isDirection && better !== null && value !== null ? (value < 0 ? 'text-down' : 'text-up') : '';
        return (
          <div key={key} title={about} className="min-w-0">
            <dd className={`truncate text-[13px] font-semibold leading-[17px] ${tone}`}>{show(value)}</dd>
            <dt className="truncate text-[10.5px] leading-[14px] text-text3">{label}</dt>
          </div>
        );
      })}
    </dl>
  );
}
