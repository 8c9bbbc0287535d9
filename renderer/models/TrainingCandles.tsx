/** Which candles to learn from: whose, how long, from when to when. */
import { DATA_SOURCES_MAX, type ModelsCatalogue } from '../../preload/models-contract.ts';
import { Choice, FieldError, TextField } from '../lab/Field.tsx';
import { useDeskStore } from '../stores/desk-store.ts';
import { TIMEFRAMES } from '../stores/view-store.ts';
import { type DraftErrors, storedFor, type TrainingDraft } from './training-draft.ts';

const NO_INSTRUMENTS: readonly { readonly id: string; readonly symbol: string }[] = [];

export function TrainingCandles(props: {
  readonly catalogue: ModelsCatalogue;
  readonly draft: TrainingDraft;
  readonly errors: DraftErrors;
  /** Whether the person says from when to when. */
  readonly withDays?: boolean;
  readonly onChange: (part: Partial<TrainingDraft>) => void;
}) {
  const { catalogue, draft, errors, withDays = true, onChange } = props;
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const stored = storedFor(catalogue, draft).map((id) => ({ id, symbol: id.slice(id.indexOf(':') + 1) }));
  return (
    <div className="lab-section">
      <h3>Candles</h3>
      <div className="flex flex-col gap-1.5 px-2.5">
        <Choice
          label="Candles from"
          value={draft.from}
          options={[
            { value: 'instrument', text: 'Instruments' },
            { value: 'stored', text: 'Downloaded' },
            { value: 'file', text: 'File' },
          ]}
          onChange={(from) => onChange({ from })}
        />
        <Choice
          label="Candles of"
          value={draft.timeframe}
          options={TIMEFRAMES.filter((name) => name !== '1s').map((value) => ({ value, text: value }))}
          onChange={(timeframe) => onChange({ timeframe })}
        />
        {draft.from === 'file' ? (
          <TextField
            label="Path"
            placeholder=".csv, .csv.gz or .parquet"
            value={draft.path}
            error={errors.path}
            onChange={(path) => onChange({ path })}
          />
        ) : draft.from === 'instrument' ? (
          <Instruments
            offered={instruments}
            chosen={draft.instrumentIds}
            error={errors.instrumentIds}
            onChange={(instrumentIds) => onChange({ instrumentIds })}
          />
        ) : stored.length > 0 ? (
          <Instruments
            offered={stored}
            chosen={draft.storedIds}
            error={errors.storedIds}
            onChange={(storedIds) => onChange({ storedIds })}
          />
        ) : (
          <p className="select-text text-[11px] leading-[15px] text-text2">
            No candles of {draft.timeframe} are there: <code>countersign candles fetch</code> downloads history.
          </p>
        )}
        {withDays ? (
          <>
            <TextField
              label="From"
              placeholder="first, or 2026-01-31"
              value={draft.fromDay}
              error={errors.fromDay}
              onChange={(fromDay) => onChange({ fromDay })}
            />
            <TextField
              label="To"
              placeholder="last"
              value={draft.toDay}
              error={errors.toDay}
              onChange={(toDay) => onChange({ toDay })}
            />
          </>
        ) : null}
      </div>
    </div>
  );
}

function Instruments(props: {
  readonly offered: readonly { readonly id: string; readonly symbol: string }[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const { offered, chosen, error, onChange } = props;
  const toggle = (id: string): void => {
    const without = chosen.filter((each) => each !== id);
    onChange(without.length < chosen.length ? without : [...without, id]);
  };
  return (
    <>
      <fieldset
        aria-invalid={error !== undefined}
        className="instrument-rows overflow-auto rounded border border-line px-2 py-1"
      >
        <legend className="sr-only">Instruments, {DATA_SOURCES_MAX} at most</legend>
        <div className="grid grid-cols-2 gap-x-2">
          {offered.map(({ id, symbol }) => {
            const isOn = chosen.includes(id);
            return (
              <label key={id} className="flex items-center gap-1.5">
                <input
                  type="checkbox"
                  checked={isOn}
                  disabled={!isOn && chosen.length >= DATA_SOURCES_MAX}
                  onChange={() => toggle(id)}
                />
                <span className="truncate" title={symbol}>
                  {symbol}
                </span>
              </label>
            );
          })}
        </div>
      </fieldset>
      {error === undefined ? null : <FieldError>{error}</FieldError>}
    </>
  );
}
