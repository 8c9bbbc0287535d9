/** The set-up form, made from the family's own schema; errors stand at their fields. */
import { type FormEvent, useState } from 'react';
import { MODEL_TRIALS_MAX, type ModelsCatalogue, SEARCH_MINUTES_MAX } from '../../preload/models-contract.ts';
import { Choice, SelectField } from '../lab/Field.tsx';
import { Cap } from '../panels/Panel.tsx';
import { deskStore, useIsLive } from '../stores/desk-store.ts';
import { announce } from '../stores/toast-store.ts';
import { viewStore } from '../stores/view-store.ts';
import { takeDraft, useDraft } from './draft-store.ts';
import { startTraining } from './models-actions.ts';
import { showSetUp, showTab, useModels } from './models-store.ts';
import { SettingField, SettingFields, type SettingWords } from './SettingFields.tsx';
import { TrainingCandles } from './TrainingCandles.tsx';
import {
  type DraftErrors,
  draftFor,
  familiesFor,
  type TrainingDraft,
  trainingPlanOf,
  withFamily,
  withQuestion,
} from './training-draft.ts';

const TRIALS: SettingWords = {
  label: 'Trials',
  unit: 'settings',
  about: 'Settings to try at most; what is clearly behind is given up early.',
  least: 2,
  most: MODEL_TRIALS_MAX,
};
const MINUTES: SettingWords = {
  label: 'Minutes at most',
  unit: 'min',
  about: 'Nothing is tried after so long, the best so far is taken; empty for no limit.',
  least: 1,
  most: SEARCH_MINUTES_MAX,
};
const SEED: SettingWords = {
  label: 'Seed',
  unit: '',
  about: 'The same seed gives the same model.',
  least: 0,
  most: 2_147_483_647,
};

export function TrainingSetUp() {
  const catalogue = useModels((state) => state.catalogue);
  const problem = useModels((state) => state.problem);
  return (
    <section className="lab-card" aria-label="Set up a training">
      <header>
        <h2>Train</h2>
        <button type="button" className="button ml-auto h-[22px] px-2" onClick={() => showSetUp('bring')}>
          Bring your own
        </button>
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
        <TrainingCandles catalogue={catalogue} draft={draft} errors={isTried ? errors : {}} onChange={change} />
        <div className="lab-section">
          <h3>Question</h3>
          <div className="flex flex-col gap-1.5 px-2.5">
            <SelectField
              label="Question"
              value={draft.question}
              options={catalogue.questions.map(({ kind, title }) => ({ value: kind, text: title }))}
              onChange={(kind) => takeDraft(withQuestion(draft, catalogue, kind as TrainingDraft['question']))}
            />
            <p className="text-[11px] leading-[15px] text-text2">{question?.about}</p>
            <SettingFields
              whose="question"
              params={question?.params ?? []}
              typed={draft.questionParams}
              errors={errors}
              onChange={(questionParams) => change({ questionParams })}
            />
            <SelectField
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
            <Choice
              label="How its settings are chosen"
              value={draft.mode}
              options={[
                { value: 'one', text: 'As set' },
                { value: 'search', text: 'Search' },
              ]}
              onChange={(mode) => change({ mode })}
            />
            {draft.mode === 'search' ? <SearchFields draft={draft} errors={errors} onChange={change} /> : null}
            <SettingFields
              whose="family"
              isSearched={draft.mode === 'search'}
              params={family?.params ?? []}
              typed={draft.hyperParameters}
              errors={errors}
              onChange={(hyperParameters) => change({ hyperParameters })}
            />
            <SettingField
              parameter={SEED}
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

function SearchFields(props: {
  readonly draft: TrainingDraft;
  readonly errors: DraftErrors;
  readonly onChange: (part: Partial<TrainingDraft>) => void;
}) {
  const { draft, errors, onChange } = props;
  return (
    <>
      <p className="text-[11px] leading-[15px] text-text2">
        Tries settings on the first three quarters of the time and judges the best of them on the last quarter, which no
        trial sees. Every trial counts against it.
      </p>
      <SettingField
        parameter={TRIALS}
        value={draft.trials}
        error={errors.trials}
        onChange={(trials) => onChange({ trials })}
      />
      <SettingField
        parameter={MINUTES}
        value={draft.minutes}
        error={errors.minutes}
        onChange={(minutes) => onChange({ minutes })}
      />
    </>
  );
}
