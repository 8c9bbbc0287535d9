/** A model that was made elsewhere: its file, what it is, what it is judged on; one step after the other. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { ModelsCatalogue } from '../../preload/models-contract.ts';
import { Cap } from '../panels/Panel.tsx';
import { useIsLive } from '../stores/desk-store.ts';
import { announce } from '../stores/toast-store.ts';
import { BringFile } from './BringFile.tsx';
import { BringWords } from './BringWords.tsx';
import { type BringDraft, bringDraftFor, errorsOfStep, importPlanOf } from './bring-draft.ts';
import { judgeBrought, showStep, takeBringDraft, useBring } from './bring-store.ts';
import { JudgedOn } from './JudgedOn.tsx';
import { showSetUp, useModels } from './models-store.ts';
import { firstInstrument } from './TrainingSetUp.tsx';

const STEPS = ['The file', 'What it is', 'What it is judged on'] as const;
const LAST = STEPS.length - 1;

export function BringModel() {
  const catalogue = useModels((state) => state.catalogue);
  const problem = useModels((state) => state.problem);
  return (
    <section className="lab-card" aria-label="Bring a model">
      <header>
        <h2>Your own model</h2>
        <button type="button" className="button ml-auto h-[22px] px-2" onClick={() => showSetUp('train')}>
          Train one here
        </button>
      </header>
      {catalogue ? (
        <Steps catalogue={catalogue} />
      ) : (
        <p className="empty">{problem === '' ? 'Starting the training process…' : problem}</p>
      )}
    </section>
  );
}

function Steps({ catalogue }: { catalogue: ModelsCatalogue }) {
  const step = useBring((state) => state.step);
  const file = useBring((state) => state.file);
  const draft = useBring((state) => state.draft) ?? bringDraftFor(catalogue, firstInstrument());
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isLive = useIsLive();
  const heading = useRef<HTMLHeadingElement>(null);
  const lastStep = useRef(step);
  useEffect(() => {
    // Whoever goes a step on hears it begin; who only opens the form is left where they are.
    if (lastStep.current !== step) heading.current?.focus();
    lastStep.current = step;
  }, [step]);
  const result = importPlanOf(draft, file, catalogue);
  const errors = result.ok ? {} : errorsOfStep(result.errors, step);
  const shown = isTried ? errors : {};
  const change = (part: Partial<BringDraft>): void => {
    setRefusal(null);
    takeBringDraft({ ...draft, ...part });
  };
  const go = (to: number): void => {
    setTried(false);
    setRefusal(null);
    showStep(to);
  };

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setTried(true);
    if (Object.keys(errors).length > 0) {
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    if (step < LAST) return go(step + 1);
    // What is wrong in a step before is shown there.
    if (!result.ok) return go(STEPS.findIndex((_, at) => Object.keys(errorsOfStep(result.errors, at)).length > 0));
    if (isBusy) return;
    setBusy(true);
    const outcome = await judgeBrought(result.plan);
    setBusy(false);
    setRefusal(outcome);
    if (outcome === null) announce('The model is being judged.');
  }

  return (
    <form onSubmit={submit} noValidate autoComplete="off" className="flex min-h-0 flex-1 flex-col">
      <ol className="flex gap-3 border-b border-line px-2.5 py-1.5 text-[11px]">
        {STEPS.map((text, at) => (
          <li
            key={text}
            aria-current={at === step ? 'step' : undefined}
            className={at === step ? 'font-semibold text-text1' : 'text-text3'}
          >
            <span aria-hidden="true">{at < step ? '✓' : at + 1}</span> {text}
          </li>
        ))}
      </ol>
      <div className="min-h-0 flex-1 overflow-auto pb-2">
        <h3 ref={heading} tabIndex={-1} className="sr-only">
          Step {step + 1} of {STEPS.length}: {STEPS[step]}
        </h3>
        {step === 0 ? (
          <BringFile draft={draft} error={shown['file']} />
        ) : step === 1 ? (
          <BringWords catalogue={catalogue} draft={draft} errors={shown} onChange={change} />
        ) : (
          <JudgedOn catalogue={catalogue} draft={draft} errors={shown} onChange={change} />
        )}
      </div>
      <footer className="border-t border-line p-2.5">
        {refusal === null ? null : (
          <p role="alert" className="mb-1.5 text-down">
            {refusal}
          </p>
        )}
        <div className="flex gap-2">
          <button type="button" className="button h-[30px]" disabled={step === 0} onClick={() => go(step - 1)}>
            Back
          </button>
          <button type="submit" className="button button-strong h-[30px] flex-1" disabled={!isLive || isBusy}>
            {step < LAST ? 'Next' : 'Judge it'} <Cap>⏎</Cap>
          </button>
        </div>
      </footer>
    </form>
  );
}
