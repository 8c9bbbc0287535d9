/** Which candles: an instrument of the terminal or a file, the span, and what is there, looked up while typing. */
import { useEffect, useState } from 'react';
import type { CandleSource, CandleSpan, LabShelves, WhatIsThere } from '../../preload/lab-contract.ts';
import { SOURCES_MAX } from '../../preload/lab-plan-contract.ts';
import { showCount } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { TIMEFRAMES } from '../stores/view-store.ts';
import { Choice, SelectField, TextField } from './Field.tsx';
import { askLab } from './lab-actions.ts';
import { useLab } from './lab-store.ts';
import { type DraftErrors, isOfTicks, type RunDraft, type SourceDraft, sourceOf, storedKey } from './run-draft.ts';

const LOOK_AFTER_MS = 350;
/** History of an engine that has just started is still on its way. */
const LOOK_AGAIN_MS = 3_000;
const NO_CANDLES: LabShelves['stored'] = [];
const NO_INSTRUMENTS: readonly { readonly id: string; readonly symbol: string }[] = [];

export function CandleFields(props: {
  readonly draft: RunDraft;
  /** How many instruments the strategy looks at together. */
  readonly together: number;
  readonly errors: DraftErrors;
  readonly isTried: boolean;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, together, errors, isTried, onChange } = props;
  const { sources } = draft;
  const isOfSeveral = sources.length > 1;
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
        {sources.map((source, at) => (
          <SourceFields
            // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is
            key={at}
            name={isOfSeveral ? `Instrument ${at + 1}` : null}
            source={source}
            isAlone={sources.length === 1 && together === 1}
            errorOf={(field) => (isTried ? errors[`sources.${at}.${field}`] : undefined)}
            onChange={(next) => onChange({ ...draft, sources: sources.with(at, next) })}
          />
        ))}
        {isOfTicks(draft) ? null : (
          <>
            <MoreInstruments draft={draft} together={together} onChange={onChange} />
            {span('fromDay', 'From', 'the first, or 2026-01-31')}
            {span('toDay', 'To', 'the last')}
          </>
        )}
      </div>
    </div>
  );
}

/** A strategy runs on more instruments than it looks at together as so many of it, with one account. */
function MoreInstruments(props: {
  readonly draft: RunDraft;
  readonly together: number;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, together, onChange } = props;
  const { sources } = draft;
  const what = together === 1 ? 'instrument' : `${together} instruments`;
  const add = (): void => {
    const more = Array.from({ length: together }, () => ({
      ...sources.at(-1)!,
      instrumentId: '',
      path: '',
      stored: '',
    }));
    onChange({ ...draft, sources: [...sources, ...more] });
  };
  return (
    <div className="flex gap-2 text-[11px]">
      <button
        type="button"
        className="button button-quiet"
        disabled={sources.length + together > SOURCES_MAX}
        title="One of the strategy on each, with one account"
        onClick={add}
      >
        Add {what}
      </button>
      {sources.length > together ? (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => onChange({ ...draft, sources: sources.slice(0, -together) })}
        >
          Remove {together === 1 ? 'the last' : `the last ${together}`}
        </button>
      ) : null}
    </div>
  );
}

interface SourceProps {
  readonly source: SourceDraft;
  readonly errorOf: (field: 'path' | 'stored' | 'instrumentId') => string | undefined;
  readonly onChange: (source: SourceDraft) => void;
}

const KINDS = [
  { value: 'instrument', text: 'Instrument' },
  { value: 'stored', text: 'Downloaded' },
  { value: 'file', text: 'File' },
  { value: 'ticks', text: 'Ticks' },
] as const;

function SourceFields(props: SourceProps & { readonly name: string | null; readonly isAlone: boolean }) {
  const { name, source, isAlone, errorOf, onChange } = props;
  return (
    <fieldset className="flex flex-col gap-1.5">
      {name === null ? null : <legend className="mb-1 text-[11px] text-text3">{name}</legend>}
      <Choice
        label="Candles from"
        value={source.kind}
        // A recording of depth and trades is of one instrument.
        options={isAlone ? KINDS : KINDS.filter(({ value }) => value !== 'ticks')}
        onChange={(kind) => onChange({ ...source, kind })}
      />
      {source.kind === 'instrument' ? (
        <InstrumentFields source={source} errorOf={errorOf} onChange={onChange} />
      ) : source.kind === 'stored' ? (
        <StoredField source={source} errorOf={errorOf} onChange={onChange} />
      ) : source.kind === 'ticks' ? (
        <TickFields source={source} errorOf={errorOf} onChange={onChange} />
      ) : (
        <TextField
          label="Path"
          placeholder=".csv, .csv.gz or .parquet"
          value={source.path}
          error={errorOf('path')}
          onChange={(path) => onChange({ ...source, path })}
        />
      )}
      <Found source={source} />
    </fieldset>
  );
}

/** Of what has to be chosen and has not been. */
const unchosen = (value: string): string | undefined => (value === '' ? 'choose…' : undefined);

function InstrumentFields({ source, errorOf, onChange }: SourceProps) {
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  return (
    <>
      <SelectField
        label="Instrument"
        value={source.instrumentId}
        options={instruments.map(({ id, symbol }) => ({ value: id, text: symbol }))}
        none={unchosen(source.instrumentId)}
        error={errorOf('instrumentId')}
        onChange={(instrumentId) => onChange({ ...source, instrumentId })}
      />
      <Choice
        label="Candles of"
        value={source.timeframe}
        options={TIMEFRAMES.filter((name) => name !== '1s').map((value) => ({ value, text: value }))}
        onChange={(timeframe) => onChange({ ...source, timeframe })}
      />
    </>
  );
}

function StoredField({ source, errorOf, onChange }: SourceProps) {
  const stored = useLab((state) => state.catalogue?.stored ?? NO_CANDLES);
  return (
    <>
      <SelectField
        label="Candles"
        value={source.stored}
        options={stored.map((row) => ({ value: storedKey(row), text: `${storedKey(row)}, ${showCount(row.bars)}` }))}
        none={unchosen(source.stored)}
        isDisabled={stored.length === 0}
        error={errorOf('stored')}
        onChange={(chosen) => onChange({ ...source, stored: chosen })}
      />
      {stored.length === 0 ? (
        <p className="select-text text-[11px] leading-[14px] text-text2">
          <code>countersign candles fetch</code> downloads history, <code>candles import</code> takes it from a file.
        </p>
      ) : null}
    </>
  );
}

function TickFields({ source, errorOf, onChange }: SourceProps) {
  return (
    <>
      <TextField
        label="Depth"
        placeholder="a recording, a feed, or depth"
        value={source.path}
        error={errorOf('path')}
        onChange={(path) => onChange({ ...source, path })}
      />
      <TextField
        label="Trades"
        placeholder="where they are apart"
        value={source.tradesPath}
        error={undefined}
        onChange={(tradesPath) => onChange({ ...source, tradesPath })}
      />
      <Choice
        label="Candles of"
        value={source.timeframe}
        options={TIMEFRAMES.map((value) => ({ value, text: value }))}
        onChange={(timeframe) => onChange({ ...source, timeframe })}
      />
    </>
  );
}

type Look = { readonly there: WhatIsThere } | { readonly problem: string } | null;

/** One line of fixed height, so that nothing below it moves. */
function Found({ source }: { source: SourceDraft }) {
  const look = useLook(sourceOf(source));
  const isFailed = look !== null && 'problem' in look;
  return (
    <p
      aria-live="polite"
      title={isFailed ? look.problem : undefined}
      className={`min-h-[28px] text-[11px] leading-[14px] ${isFailed ? 'text-down' : 'text-text3'}`}
    >
      {look === null ? 'Looking…' : isFailed ? look.problem : thereText(look.there)}
    </p>
  );
}

function thereText({ of, span }: WhatIsThere): string {
  if (of === 'candles') return spanText(span);
  if (span === null) return 'Depth and trades, read when they are run';
  return `${showCount(span.rows)} rows, ${whole(span.fromMs)} to ${whole(span.toMs)}\u00a0UTC`;
}

/** A date is not broken at its hyphens. */
const whole = (timeMs: number): string => showMoment(timeMs).replaceAll('-', '\u2011').replace(' ', '\u00a0');

function spanText({ bars, fromMs, toMs, missingBars }: CandleSpan): string {
  const missing = missingBars === 0 ? '' : `, ${showCount(missingBars)} missing`;
  return `${showCount(bars)} candles${missing}, ${whole(fromMs)} to ${whole(toMs)}\u00a0UTC`;
}

function useLook(source: CandleSource): Look {
  const key = JSON.stringify(source);
  const hasClient = useDeskStore((state) => state.client !== null);
  const [found, setFound] = useState<{ readonly key: string; readonly look: Look }>({ key: '', look: null });
  useEffect(() => {
    const wanted = JSON.parse(key) as CandleSource;
    if (!hasClient || isBlank(wanted)) {
      setFound({ key, look: { problem: '' } });
      return;
    }
    let isCurrent = true;
    let timer = setTimeout(look, LOOK_AFTER_MS);
    async function look(): Promise<void> {
      const answer = await askLab((client) => client.labLook({ source: wanted }));
      if (!isCurrent) return;
      setFound({ key, look: answer.ok ? { there: answer.value } : { problem: answer.error.text } });
      if (!answer.ok && wanted.kind === 'instrument') timer = setTimeout(look, LOOK_AGAIN_MS);
    }
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, hasClient]);
  return found.key === key ? found.look : null;
}

function isBlank(source: CandleSource): boolean {
  if (source.kind === 'named') return true;
  if (source.kind === 'ticks') return source.paths.length === 0;
  return source.kind === 'file' ? source.path === '' : source.instrumentId.length < 3;
}
