/** The set-up form, made from the family's own schema; errors stand at their fields. */
import { type FormEvent, useId, useState } from 'react';
import { DATA_SOURCES_MAX, type ModelsCatalogue } from '../../preload/models-contract.ts';
import { rangeText } from '../lab/draft-numbers.ts';
import { Choice, FieldError, NumberField, TextField } from '../lab/Field.tsx';
import { Cap } from '../panels/Panel.tsx';
import { deskStore, useDeskStore, useIsLive } from '../stores/desk-store.ts';
import { announce } from '../stores/toast-store.ts';
import { TIMEFRAMES, viewStore } from '../stores/view-store.ts';
import { takeDraft, useDraft } from './draft-store.ts';
import { startTraining } from './models-actions.ts';
import { showTab, useModels } from './models-store.ts';
import {
  type DraftErrors,
  draftFor,
  familiesFor,
  type Parameter,
  storedFor,
  type TrainingDraft,
  trainingPlanOf,
  withFamily,
  withQuestion,
} from './training-draft.ts';

const NO_INSTRUMENTS: readonly { readonly id: string; readonly symbol: string }[] = [];

export function TrainingSetUp() {
  const catalogue = useModels((state) => state.catalogue);
  const problem = useModels((state) => state.problem);
  return (
    <section className="lab-card" aria-label="Set up a training">
      <header>
        <h2>Train</h2>
      </header>
      {catalogue ? (
        <SetUpForm catalogue={catalogue} />
      ) : (
        <p className="empty">{problem === '' ? 'Starting the training process…' : problem}</p>
      )}
    </section>
  );
}

export const firstInstrument = (): string =>
  viewStore.getState().instrumentId ?? deskStore.getState().hello?.instruments[0]?.id ?? '';

function SetUpForm({ catalogue }: { catalogue: ModelsCatalogue }) {
  const draft = useDraft() ?? draftFor(catalogue, firstInstrument());
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isLive = useIsLive();
  const result = trainingPlanOf(draft, catalogue);
  const errors: DraftErrors = result.ok ? {} : result.errors;
  const question = catalogue.questions.find(({ kind }) => kind === draft.question);
  const family = catalogue.families.find(({ name }) => name === draft.family);
  const change = (part: Partial<TrainingDraft>): void => {
    setRefusal(null);
    takeDraft({ ...draft, ...part });
  };

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    const form = event.currentTarget as HTMLFormElement;
    if (!result.ok) {
      for (const section of form.querySelectorAll('details'))
        section.open ||= section.querySelector('[aria-invalid="true"]') !== null;
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    if (isBusy) return;
    setBusy(true);
    const outcome = await startTraining(result.plan);
    setBusy(false);
    setRefusal(outcome);
    if (outcome === null) announce('The training is on its way.');
  }

  return (
    <form onSubmit={submit} noValidate autoComplete="off" className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-auto pb-2">
        <CandleFields catalogue={catalogue} draft={draft} errors={isTried ? errors : {}} onChange={change} />
        <div className="lab-section">
          <h3>Question</h3>
          <div className="flex flex-col gap-1.5 px-2.5">
            <Select
              label="Question"
              value={draft.question}
              options={catalogue.questions.map(({ kind, title }) => ({ value: kind, text: title }))}
              onChange={(kind) => takeDraft(withQuestion(draft, catalogue, kind as TrainingDraft['question']))}
            />
            <p className="text-[11px] leading-[15px] text-text2">{question?.about}</p>
            <Settings
              whose="question"
              params={question?.params ?? []}
              typed={draft.questionParams}
              errors={errors}
              onChange={(questionParams) => change({ questionParams })}
            />
            <Select
              label="Features"
              value={draft.featureSet}
              options={catalogue.featureSets.map(({ name, features }) => ({
                value: name,
                text: `${name}, ${features.length} features`,
              }))}
              onChange={(featureSet) => change({ featureSet })}
            />
          </div>
        </div>
        <div className="lab-section">
          <h3>Family</h3>
          <div className="flex flex-col gap-1.5 px-2.5">
            <select
              aria-label="Family"
              className="field"
              value={draft.family}
              onChange={(event) => takeDraft(withFamily(draft, catalogue, event.target.value))}
            >
              {familiesFor(catalogue, draft.question).map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
            <Settings
              whose="family"
              params={family?.params ?? []}
              typed={draft.hyperParameters}
              errors={errors}
              onChange={(hyperParameters) => change({ hyperParameters })}
            />
            <NumberField
              label="seed"
              unit="from 0"
              hint="the same seed gives the same model"
              value={draft.seed}
              error={errors.seed}
              onChange={(seed) => change({ seed })}
            />
          </div>
        </div>
      </div>
      <footer className="border-t border-line p-2.5">
        {refusal === null ? null : (
          <p role="alert" className="mb-1.5 text-down">
            {refusal}
          </p>
        )}
        <div className="flex gap-2">
          <button type="button" className="button h-[30px]" onClick={() => showTab('data')}>
            Look at the data
          </button>
          <button type="submit" className="button button-strong h-[30px] flex-1" disabled={!isLive || isBusy}>
            Train <Cap>⏎</Cap>
          </button>
        </div>
      </footer>
    </form>
  );
}

function CandleFields(props: {
  readonly catalogue: ModelsCatalogue;
  readonly draft: TrainingDraft;
  readonly errors: DraftErrors;
  readonly onChange: (part: Partial<TrainingDraft>) => void;
}) {
  const { catalogue, draft, errors, onChange } = props;
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
        className="max-h-[132px] overflow-auto rounded border border-line px-2 py-1"
      >
        <legend className="sr-only">Instruments, {DATA_SOURCES_MAX} at most</legend>
        <div className="grid grid-cols-2 gap-x-2">
          {offered.map(({ id, symbol }) => {
            const isOn = chosen.includes(id);
            return (
              <label key={id} className="flex items-center gap-1.5 leading-[20px]">
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

function Settings(props: {
  readonly whose: 'question' | 'family';
  readonly params: readonly Parameter[];
  readonly typed: Readonly<Record<string, string>>;
  readonly errors: DraftErrors;
  readonly onChange: (typed: Record<string, string>) => void;
}) {
  const { whose, params, typed, errors, onChange } = props;
  return params.map((parameter) => (
    <NumberField
      key={`${whose}.${parameter.name}`}
      label={parameter.name}
      unit={rangeText(parameter)}
      hint={parameter.about}
      value={typed[parameter.name] ?? ''}
      error={errors[`${whose}.${parameter.name}`]}
      onChange={(text) => onChange({ ...typed, [parameter.name]: text })}
    />
  ));
}

function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}) {
  const { label, value, options, onChange } = props;
  const id = useId();
  return (
    <div className="lab-field">
      <label htmlFor={id} className="text-text2">
        {label}
      </label>
      <select id={id} className="field lab-wide" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}
