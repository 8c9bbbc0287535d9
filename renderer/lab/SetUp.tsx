/** The set-up form, made from the strategy's own parameters; errors stand at their fields, and Run says what is missing. */
import { type FormEvent, useEffect, useState } from 'react';
import type { LabCatalogue } from '../../preload/lab-contract.ts';
import { Cap } from '../panels/Panel.tsx';
import { useDeskStore, useIsLive } from '../stores/desk-store.ts';
import { announce } from '../stores/toast-store.ts';
import { useView } from '../stores/view-store.ts';
import { CandleFields } from './CandleFields.tsx';
import { CostFields } from './CostFields.tsx';
import { rangeText } from './draft-numbers.ts';
import { takeDraft, useDraft } from './draft-store.ts';
import { NumberField } from './Field.tsx';
import { readStrategies, startRun } from './lab-actions.ts';
import { type Catalogue, useLab } from './lab-store.ts';
import { ModelField } from './ModelField.tsx';
import { MoreRuns } from './MoreRuns.tsx';
import {
  type DraftErrors,
  draftFor,
  draftOf,
  hearsModels,
  isOfTicks,
  isSigned,
  modeOf,
  planOf,
  type RunDraft,
  withInstrument,
  withStrategy,
} from './run-draft.ts';
import { paramWords } from './run-words.ts';
import { SigningFields } from './SigningFields.tsx';

export function SetUp() {
  const catalogue = useLab((state) => state.catalogue);
  return (
    <section className="lab-card" aria-label="Set up a run">
      <header>
        <h2>Set up</h2>
      </header>
      {catalogue ? <SetUpForm catalogue={catalogue} /> : <p className="empty">Connecting…</p>}
    </section>
  );
}

/** That of the chart, else the first there is; none while the engine does not know any yet. */
function useFirstInstrument(): string {
  const shown = useView((view) => view.instrumentId);
  const first = useDeskStore((state) => state.hello?.instruments[0]?.id ?? '');
  return shown ?? first;
}

function SetUpForm({ catalogue }: { catalogue: Catalogue }) {
  const held = useDraft((state) => state.draft);
  const again = useDraft((state) => state.again);
  const instrumentId = useFirstInstrument();
  const draft = withInstrument(held ?? draftFor(catalogue, instrumentId), instrumentId);
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isLive = useIsLive();
  const result = planOf(draft, catalogue);
  const errors: DraftErrors = result.ok ? {} : result.errors;
  const strategy = catalogue.strategies.find(({ name }) => name === draft.strategy);

  const change = (next: RunDraft): void => {
    setRefusal(null);
    takeDraft(next);
  };

  // Another run asked to be set up again.
  useEffect(() => {
    if (!again) return;
    const found = catalogue.strategies.find(({ name }) => name === again.strategy);
    setRefusal(null);
    takeDraft(draftOf(again, draftFor(catalogue, instrumentId), found));
  }, [again, catalogue, instrumentId]);

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
    const outcome = await startRun(result.plan);
    setBusy(false);
    setRefusal(outcome);
    if (outcome === null) announce('The run is on its way.');
  }

  return (
    <form onSubmit={submit} noValidate autoComplete="off" className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-auto pb-2">
        <div className="lab-section">
          <h3>Strategy</h3>
          <div className="flex flex-col gap-1.5 px-2.5">
            <select
              aria-label="Strategy"
              aria-invalid={errors['strategy'] !== undefined}
              aria-describedby="strategy-about"
              className="field"
              value={draft.strategy}
              onChange={(event) =>
                change(
                  withStrategy(
                    draft,
                    catalogue.strategies.find(({ name }) => name === event.target.value),
                  ),
                )
              }
            >
              <StrategyOptions strategies={catalogue.strategies.filter(({ isOwn }) => !isOwn)} />
              {catalogue.strategies.some(({ isOwn }) => isOwn) ? (
                <optgroup label="Your own">
                  <StrategyOptions strategies={catalogue.strategies.filter(({ isOwn }) => isOwn)} />
                </optgroup>
              ) : null}
            </select>
            <p id="strategy-about" className="text-[11px] leading-[15px] text-text2">
              {strategy?.about}
              {errors['strategy'] === undefined ? null : <span className="block text-down">{errors['strategy']}</span>}
            </p>
            <OwnFolder />
            {strategy && hearsModels(strategy) && !isOfTicks(draft) ? (
              <ModelField
                models={catalogue.models}
                value={draft.model}
                isNeeded={strategy.wantsModel}
                error={isTried ? errors['model'] : undefined}
                onChange={(model) => change({ ...draft, model })}
              />
            ) : null}
            {strategy?.params.map((parameter) => (
              <NumberField
                key={parameter.name}
                label={paramWords(parameter.name)}
                unit={rangeText(parameter)}
                hint={parameter.about}
                value={draft.params[parameter.name] ?? ''}
                error={errors[`params.${parameter.name}`]}
                onChange={(text) => change({ ...draft, params: { ...draft.params, [parameter.name]: text } })}
              />
            ))}
          </div>
        </div>
        <CandleFields
          draft={draft}
          together={strategy?.instruments ?? 1}
          errors={errors}
          isTried={isTried}
          onChange={change}
        />
        <CostFields draft={draft} errors={errors} onChange={change} />
        {strategy && isSigned(draft) ? <SigningFields draft={draft} errors={errors} onChange={change} /> : null}
        {strategy && strategy.params.length > 0 && !isOfTicks(draft) ? (
          <MoreRuns draft={draft} strategy={strategy} errors={errors} onChange={change} />
        ) : null}
      </div>
      <footer className="border-t border-line p-2.5">
        {refusal === null ? null : (
          <p role="alert" className="mb-1.5 text-down">
            {refusal}
          </p>
        )}
        <button type="submit" className="button button-strong h-[30px] w-full" disabled={!isLive || isBusy}>
          {modeOf(draft) === 'search' ? 'Search' : 'Run'} <Cap>⏎</Cap>
        </button>
      </footer>
    </form>
  );
}

function StrategyOptions({ strategies }: { strategies: LabCatalogue['strategies'] }) {
  return strategies.map(({ name, title }) => (
    <option key={name} value={name}>
      {title}
    </option>
  ));
}

/** Where files of one's own go, and what is wrong with those that lie there. */
function OwnFolder() {
  const own = useLab((state) => state.own);
  const problems = own.state === 'ready' ? own.value.problems.length : 0;
  return (
    <details className="text-[11px] leading-[15px] text-text2">
      <summary className="cursor-pointer text-text3">
        Your own strategies
        {own.state === 'loading' ? ': looking…' : problems > 0 ? `: ${problems} cannot be run` : ''}
      </summary>
      {own.state === 'failed' ? <p className="select-text text-down">{own.text}</p> : null}
      {own.state === 'ready' ? (
        <>
          <p className="select-text">
            A TypeScript file in <span className="break-all">{own.value.folder}</span> stands in the list. It runs where
            it reaches nothing else.
          </p>
          {own.value.problems.map(({ file, text }) => (
            <p key={file} className="select-text text-down">
              {file}: {text}
            </p>
          ))}
        </>
      ) : null}
      <button type="button" className="button button-quiet" onClick={() => void readStrategies()}>
        Look again
      </button>
    </details>
  );
}
