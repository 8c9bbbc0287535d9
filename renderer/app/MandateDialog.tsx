/** A mandate: what may be signed for a person, said in one sentence, turned on only by a second, separate yes. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { Mandate } from '../../preload/contract.ts';
import { showMoment } from '../format/time.ts';
import {
  draftFromMandate,
  firstMandate,
  type MandateDraft,
  type MandateField,
  mandateFromDraft,
  mandateSentence,
  signableAgents,
} from '../panels/mandate-draft.ts';
import { Cap } from '../panels/Panel.tsx';
import { setMandate } from '../stores/actions.ts';
import { engineNowMs, useDesk, useDeskStore, useIsLive } from '../stores/desk-store.ts';
import { hasEnded, withdrawMandate } from '../stores/mandate.ts';
import { showToast } from '../stores/toast-store.ts';
import { setView, useView, viewStore } from '../stores/view-store.ts';
import { Sheet } from './Sheet.tsx';

const SPANS = [
  { text: '1 h', hours: 1 },
  { text: '8 h', hours: 8 },
  { text: '24 h', hours: 24 },
  { text: '7 days', hours: 168 },
] as const;
const HOUR_MS = 3_600_000;

const close = (): void => setView({ overlay: 'none' });

export function MandateDialog() {
  const isOpen = useView((view) => view.overlay === 'mandate');
  const hasDesk = useDeskStore((state) => state.desk !== null);
  if (!isOpen || !hasDesk) return null;
  return (
    <Sheet label="Mandate" onClose={close} className="w-[560px]">
      <Steps />
    </Sheet>
  );
}

type Step =
  | { at: 'on' }
  | { at: 'write'; draft: MandateDraft }
  | { at: 'confirm'; draft: MandateDraft; mandate: Mandate };

function firstStep(mandate: Mandate | null, instrumentIds: readonly string[]): Step {
  if (mandate && !hasEnded(mandate, engineNowMs())) return { at: 'on' };
  if (mandate) return { at: 'write', draft: { ...draftFromMandate(mandate), until: '' } };
  const shown = viewStore.getState().instrumentId;
  const first = shown === null ? instrumentIds : [shown];
  return { at: 'write', draft: firstMandate(first, engineNowMs()) };
}

function Steps() {
  const mandate = useDesk((desk) => desk.mandate, null);
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const [step, setStep] = useState<Step>(() =>
    firstStep(
      mandate,
      instruments.map((row) => row.id),
    ),
  );
  if (step.at === 'on' && mandate)
    return <On mandate={mandate} change={() => setStep({ at: 'write', draft: draftFromMandate(mandate) })} />;
  if (step.at === 'confirm')
    return <Confirm mandate={step.mandate} back={() => setStep({ at: 'write', draft: step.draft })} />;
  const draft = step.at === 'write' ? step.draft : firstMandate([], engineNowMs());
  return <Write first={draft} review={(written, read) => setStep({ at: 'confirm', draft: written, mandate: read })} />;
}

const NO_INSTRUMENTS: readonly { id: string; symbol: string; base: string; quote: string }[] = [];

function Frame({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="flex max-h-[76vh] flex-col">
      <h2 className="px-5 pb-1 pt-4 text-[15px] font-semibold">{title}</h2>
      {children}
    </div>
  );
}

function Says({ mandate }: { mandate: Mandate }) {
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const agents = useDesk((desk) => signableAgents(desk.models), '');
  return (
    <div className="rounded-md border border-line bg-bg1 px-3 py-2 leading-[17px]">
      <p className="text-text1">{mandateSentence(mandate, instruments)}</p>
      <p className="mt-1 text-[11px] text-text2">{agents} The gate and every limit hold as for your own signature.</p>
    </div>
  );
}

function On({ mandate, change }: { mandate: Mandate; change: () => void }) {
  const isLive = useIsLive();
  function withdraw(): void {
    void withdrawMandate();
    close();
  }
  useEffect(() => {
    // The desk's keys rest while a sheet is open; the one printed on this button must not.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'M' && event.shiftKey && !event.repeat) withdraw();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  return (
    <Frame title={`Mandate ${mandate.name} is on`}>
      <div className="px-5 py-2">
        <Says mandate={mandate} />
      </div>
      <footer className="mt-2 flex justify-end gap-2 border-t border-line px-5 py-3">
        <button type="button" className="button" onClick={change}>
          Change
        </button>
        <button type="button" className="button button-danger" disabled={!isLive} onClick={withdraw}>
          Withdraw mandate <Cap>⇧M</Cap>
        </button>
      </footer>
    </Frame>
  );
}

function Confirm({ mandate, back }: { mandate: Mandate; back: () => void }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isLive = useIsLive();
  const safe = useRef<HTMLButtonElement>(null);
  // The safe answer has the keyboard, so that Enter pressed twice turns nothing on.
  useEffect(() => safe.current?.focus(), []);

  async function sign(): Promise<void> {
    setBusy(true);
    const outcome = await setMandate(mandate);
    setBusy(false);
    setRefusal(outcome);
    if (outcome !== null) return;
    showToast('info', `Mandate ${mandate.name} is on until ${showMoment(mandate.validUntilMs)} UTC.`);
    close();
  }

  return (
    <Frame title="Sign for me?">
      <div className="px-5 py-2">
        <Says mandate={mandate} />
        <p className="mt-2 text-text2">
          Orders go out without asking you again. The kill switch stops it; so does <b>Withdraw</b>, with one click or ⇧
          M.
        </p>
        <p role="alert" className="mt-1 text-down">
          {refusal}
        </p>
      </div>
      <footer className="mt-1 flex justify-end gap-2 border-t border-line px-5 py-3">
        <button type="button" ref={safe} className="button" onClick={back}>
          Back
        </button>
        <button type="button" className="button button-seal" disabled={!isLive || isBusy} onClick={() => void sign()}>
          Turn mandate on
        </button>
      </footer>
    </Frame>
  );
}

function Write(props: { first: MandateDraft; review: (draft: MandateDraft, mandate: Mandate) => void }) {
  const { first, review } = props;
  const [draft, setDraft] = useState(first);
  const [isTried, setTried] = useState(false);
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const quote = useDesk((desk) => desk.account.quoteAsset, '');
  const form = useRef<HTMLFormElement>(null);
  const result = mandateFromDraft(draft, engineNowMs());
  const errors: Partial<Record<MandateField, string>> = result.ok || !isTried ? {} : result.errors;
  const change = (part: Partial<MandateDraft>): void => setDraft((before) => ({ ...before, ...part }));

  function submit(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (result.ok) {
      review(draft, result.mandate);
      return;
    }
    const wrong = FIELD_ORDER.find((field) => result.errors[field] !== undefined);
    form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
  }

  const field = (name: TextField, label: string, unit = '') => (
    <TextInput
      name={name}
      label={label}
      unit={unit}
      value={draft[name]}
      error={errors[name]}
      onChange={(text) => change({ [name]: text })}
    />
  );

  return (
    <Frame title="Write a mandate">
      <form ref={form} onSubmit={submit} noValidate autoComplete="off" className="flex min-h-0 flex-col">
        <div className="min-h-0 overflow-auto px-5 pb-3">
          <p className="mb-2.5 text-text2">
            It signs for you, within these bounds, what you would otherwise be asked. Off unless you turn it on.
          </p>
          <div className="grid grid-cols-2 gap-x-5 gap-y-2.5">
            {field('name', 'Name')}
            {field('notional', 'Each order up to', quote)}
            {field('probability', 'Calibrated probability at least', '%')}
            <div className="grid grid-cols-2 gap-x-2.5">
              {field('fromHour', 'From hour', 'UTC')}
              {field('toHour', 'To hour', 'UTC')}
            </div>
            {field('until', 'Valid until', 'UTC')}
            <fieldset className="self-end">
              <legend className="sr-only">Valid for</legend>
              <div className="segmented">
                {SPANS.map((span) => (
                  <button
                    key={span.text}
                    type="button"
                    onClick={() => change({ until: showMoment(engineNowMs() + span.hours * HOUR_MS) })}
                  >
                    {span.text}
                  </button>
                ))}
              </div>
            </fieldset>
          </div>
          <Instruments
            instruments={instruments}
            chosen={draft.instrumentIds}
            error={errors.instrumentIds}
            onChange={(instrumentIds) => change({ instrumentIds })}
          />
          {result.ok ? <Says mandate={result.mandate} /> : null}
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="button" onClick={close}>
            Leave it off
          </button>
          <button type="submit" className="button button-strong">
            Review
          </button>
        </footer>
      </form>
    </Frame>
  );
}

type TextField = Exclude<MandateField, 'instrumentIds'>;
const FIELD_ORDER: readonly MandateField[] = [
  'name',
  'notional',
  'probability',
  'fromHour',
  'toHour',
  'until',
  'instrumentIds',
];

interface TextProps {
  name: TextField;
  label: string;
  unit: string;
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

function TextInput({ name, label, unit, value, error, onChange }: TextProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-[11px] text-text2">
        {label}
      </label>
      <div className="flex items-center gap-1.5">
        <input
          id={id}
          name={name}
          className={`field ${name === 'name' || name === 'until' ? 'text-left' : ''}`}
          inputMode={name === 'name' || name === 'until' ? 'text' : 'decimal'}
          value={value}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          onChange={(event) => onChange(event.target.value)}
        />
        {unit === '' ? null : <span className="w-9 text-[11px] text-text3">{unit}</span>}
      </div>
      {error === undefined ? null : (
        <p id={`${id}-error`} role="alert" className="mt-0.5 text-[11px] text-down">
          {error}
        </p>
      )}
    </div>
  );
}

function Instruments(props: {
  instruments: readonly { id: string; base: string }[];
  chosen: readonly string[];
  error: string | undefined;
  onChange: (ids: readonly string[]) => void;
}) {
  const { instruments, chosen, error, onChange } = props;
  const id = useId();
  const isAll = instruments.every((row) => chosen.includes(row.id));
  return (
    <fieldset className="my-3" aria-describedby={error === undefined ? undefined : `${id}-error`}>
      <legend className="text-[11px] text-text2">Instruments</legend>
      <div className="grid grid-cols-6 gap-x-2">
        {instruments.map((row, at) => (
          <label key={row.id} className="flex h-6 cursor-pointer items-center gap-1.5">
            <input
              type="checkbox"
              {...(at === 0 ? { name: 'instrumentIds' } : {})}
              className="accent-[var(--info)]"
              checked={chosen.includes(row.id)}
              onChange={(event) =>
                onChange(
                  instruments
                    .map((known) => known.id)
                    .filter((known) => (known === row.id ? event.target.checked : chosen.includes(known))),
                )
              }
            />
            {row.base}
          </label>
        ))}
      </div>
      <button
        type="button"
        className="button button-quiet -ml-1.5"
        onClick={() => onChange(isAll ? [] : instruments.map((row) => row.id))}
      >
        {isAll ? 'None' : 'All'}
      </button>
      {error === undefined ? null : (
        <p id={`${id}-error`} role="alert" className="text-[11px] text-down">
          {error}
        </p>
      )}
    </fieldset>
  );
}
