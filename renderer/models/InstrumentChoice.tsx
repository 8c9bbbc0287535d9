/** Which instrument a board is of: the one on the chart until another is chosen. */
import type { Instrument } from '../../preload/contract.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { useView } from '../stores/view-store.ts';
import { chooseOnBoard, useBoardChoice } from './board-store.ts';

const NONE: readonly Instrument[] = [];

/** Of spot, which is all that models are asked about; null before the first word of them. */
export function useBoardInstrument(): string | null {
  const chosen = useBoardChoice(({ instrumentId }) => instrumentId);
  const charted = useView(({ instrumentId }) => instrumentId);
  const all = useDeskStore(({ hello }) => hello?.instruments ?? NONE);
  const isSpot = (id: string | null): boolean => all.some((each) => each.id === id && each.kind === 'spot');
  if (isSpot(chosen)) return chosen;
  if (isSpot(charted)) return charted;
  return all.find(({ kind }) => kind === 'spot')?.id ?? null;
}

export function InstrumentChoice() {
  const all = useDeskStore(({ hello }) => hello?.instruments ?? NONE);
  const value = useBoardInstrument();
  return (
    <span className="flex items-center gap-2 text-text3">
      <span aria-hidden="true">Instrument</span>
      <select
        aria-label="Instrument"
        className="field w-[132px]"
        value={value ?? ''}
        onChange={(event) => chooseOnBoard({ instrumentId: event.target.value })}
      >
        {all
          .filter(({ kind }) => kind === 'spot')
          .map(({ id, symbol }) => (
            <option key={id} value={id}>
              {symbol}
            </option>
          ))}
      </select>
    </span>
  );
}
