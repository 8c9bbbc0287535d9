/** Which candles: an instrument of the terminal or a file, the span, and what is there, looked up while typing. */
import { useEffect, useId, useState } from 'react';
import type { CandleSpan, LabCatalogue, LabRun } from '../../preload/lab-contract.ts';
import { showCount } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { TIMEFRAMES } from '../stores/view-store.ts';
import { Choice, FieldError, TextField } from './Field.tsx';
import { askLab } from './lab-actions.ts';
import { useLab } from './lab-store.ts';
import { type DraftErrors, type RunDraft, sourceOf, storedKey } from './run-draft.ts';

const LOOK_AFTER_MS = 350;
/** History of an engine that has just started is still on its way. */
const LOOK_AGAIN_MS = 3_000;
const NO_CANDLES: LabCatalogue['stored'] = [];
const NO_INSTRUMENTS: readonly { readonly id: string; readonly symbol: string }[] = [];

export function CandleFields(props: {
  readonly draft: RunDraft;
  readonly errors: DraftErrors;
  readonly isTried: boolean;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, errors, isTried, onChange } = props;
  const span = (key: 'fromDay' | 'toDay', label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={draft[key]}
      error={errors[key]}
      onChange={(text) => onChange({ ...draft, [key]: text })}
    />
  );
  return (
    <div className="lab-section">
      <h3>Candles</h3>
      <div className="flex flex-col gap-1.5 px-2.5">
        <Choice
          label="Candles from"
          value={draft.sourceKind}
          options={[
            { value: 'instrument', text: 'Instrument' },
            { value: 'stored', text: 'Downloaded' },
            { value: 'file', text: 'File' },
          ]}
          onChange={(sourceKind) => onChange({ ...draft, sourceKind })}
        />
        {draft.sourceKind === 'instrument' ? (
          <InstrumentFields draft={draft} onChange={onChange} />
        ) : draft.sourceKind === 'stored' ? (
          <StoredField draft={draft} error={isTried ? errors['stored'] : undefined} onChange={onChange} />
        ) : (
          <TextField
            label="Path"
            placeholder=".csv, .csv.gz or .parquet"
            value={draft.path}
            error={isTried || draft.path !== '' ? errors['path'] : undefined}
            onChange={(path) => onChange({ ...draft, path })}
          />
        )}
        <Found draft={draft} />
        {span('fromDay', 'From', 'the first, or 2026-01-31')}
        {span('toDay', 'To', 'the last')}
      </div>
    </div>
  );
}

function InstrumentFields({ draft, onChange }: { draft: RunDraft; onChange: (draft: RunDraft) => void }) {
  const id = useId();
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  return (
    <>
      <div className="lab-field">
        <label htmlFor={id} className="text-text2">
          Instrument
        </label>
        <select
          id={id}
          className="field lab-wide"
          value={draft.instrumentId}
          onChange={(event) => onChange({ ...draft, instrumentId: event.target.value })}
        >
          {instruments.map((row) => (
            <option key={row.id} value={row.id}>
              {row.symbol}
            </option>
          ))}
        </select>
      </div>
      <Choice
        label="Candles of"
        value={draft.timeframe}
        options={TIMEFRAMES.filter((name) => name !== '1s').map((value) => ({ value, text: value }))}
        onChange={(timeframe) => onChange({ ...draft, timeframe })}
      />
    </>
  );
}

function StoredField(props: {
  readonly draft: RunDraft;
  readonly error: string | undefined;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, error, onChange } = props;
  const id = useId();
  const stored = useLab((state) => state.catalogue?.stored ?? NO_CANDLES);
  return (
    <div className="lab-field">
      <label htmlFor={id} className="text-text2">
        Candles
      </label>
      <select
        id={id}
        className="field lab-wide"
        value={draft.stored}
        disabled={stored.length === 0}
        aria-invalid={error !== undefined}
        onChange={(event) => onChange({ ...draft, stored: event.target.value })}
      >
        {stored.map((row) => (
          <option key={storedKey(row)} value={storedKey(row)}>
            {storedKey(row)}, {showCount(row.bars)}
          </option>
        ))}
      </select>
      {error === undefined ? null : <FieldError>{error}</FieldError>}
      {stored.length === 0 ? (
        <p className="select-text text-text2">
          <code>countersign candles fetch</code> downloads history, <code>candles import</code> takes it from a file.
        </p>
      ) : null}
    </div>
  );
}

type Look = { readonly span: CandleSpan } | { readonly problem: string } | null;

/** One line of fixed height, so that nothing below it moves. */
function Found({ draft }: { draft: RunDraft }) {
  const look = useLook(sourceOf(draft));
  const isFailed = look !== null && 'problem' in look;
  return (
    <p
      aria-live="polite"
      title={isFailed ? look.problem : undefined}
      className={`min-h-[28px] text-[11px] leading-[14px] ${isFailed ? 'text-down' : 'text-text3'}`}
    >
      {look === null ? 'Looking…' : isFailed ? look.problem : spanText(look.span)}
    </p>
  );
}

function spanText({ bars, fromMs, toMs, missingBars }: CandleSpan): string {
  const missing = missingBars === 0 ? '' : `, ${showCount(missingBars)} missing`;
  return `${showCount(bars)} candles${missing}, ${showMoment(fromMs)} to ${showMoment(toMs)} UTC`;
}

function useLook(source: LabRun['plan']['source']): Look {
  const key = JSON.stringify(source);
  const hasClient = useDeskStore((state) => state.client !== null);
  const [found, setFound] = useState<{ readonly key: string; readonly look: Look }>({ key: '', look: null });
  useEffect(() => {
    const wanted = JSON.parse(key) as LabRun['plan']['source'];
    if (!hasClient || (wanted.kind === 'file' ? wanted.path === '' : wanted.instrumentId.length < 3)) {
      setFound({ key, look: { problem: '' } });
      return;
    }
    let isCurrent = true;
    let timer = setTimeout(look, LOOK_AFTER_MS);
    async function look(): Promise<void> {
      const answer = await askLab((client) => client.labLook({ source: wanted }));
      if (!isCurrent) return;
      setFound({ key, look: answer.ok ? { span: answer.value } : { problem: answer.error.text } });
      if (!answer.ok && wanted.kind === 'instrument') timer = setTimeout(look, LOOK_AGAIN_MS);
    }
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, hasClient]);
  return found.key === key ? found.look : null;
}
