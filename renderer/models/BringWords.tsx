/** The second step: who made it, what its columns are, what its answer is the probability of. */
import { useId } from 'react';
import type { ModelsCatalogue } from '../../preload/models-contract.ts';
import { Choice, FieldError, SelectField, TextField } from '../lab/Field.tsx';
import { type BringDraft, isAsked, nameOfTitle } from './bring-draft.ts';
import { useBring } from './bring-store.ts';
import { SettingFields } from './SettingFields.tsx';
import { type DraftErrors, type TrainingDraft, withQuestion } from './training-draft.ts';

export interface StepProps {
  readonly catalogue: ModelsCatalogue;
  readonly draft: BringDraft;
  readonly errors: DraftErrors;
  readonly onChange: (part: Partial<BringDraft>) => void;
}

export function BringWords(props: StepProps) {
  const { draft, errors, onChange } = props;
  const name = nameOfTitle(draft.title);
  const text = (field: 'title' | 'author' | 'licence' | 'note', label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={draft[field]}
      error={errors[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
  return (
    <>
      <div className="lab-section">
        <h4 className="px-2.5 pb-1 pt-2 font-semibold">On its card</h4>
        <div className="flex flex-col gap-1.5 px-2.5">
          {text('title', 'Title', 'as screens name it')}
          {name === '' ? null : <p className="text-[11px] text-text3">Its versions are of {name}.</p>}
          {text('author', 'Made by', 'a person or a firm')}
          {text('licence', 'Licence', 'MIT, own use …')}
          {text('note', 'Note', 'optional')}
        </div>
      </div>
      <Columns {...props} />
      <Answer {...props} />
    </>
  );
}

function Columns({ catalogue, draft, errors, onChange }: StepProps) {
  const id = useId();
  const error = errors['columns'];
  return (
    <div className="lab-section">
      <h4 className="px-2.5 pb-1 pt-2 font-semibold">Its input</h4>
      <div className="flex flex-col gap-1.5 px-2.5">
        <SelectField
          label="Features"
          value={draft.data.featureSet}
          options={catalogue.featureSets.map(({ name, features }) => ({
            value: name,
            text: `${name}, ${features.length} features`,
          }))}
          onChange={(featureSet) => onChange({ data: { ...draft.data, featureSet } })}
        />
        <div className="lab-field">
          <label htmlFor={id} className="self-start pt-1 text-text2">
            Columns
          </label>
          <textarea
            id={id}
            className="field lab-wide h-[52px]! py-1"
            data-align="left"
            spellCheck={false}
            placeholder="all of the set in its order; else their names in the order of its columns"
            value={draft.columns}
            aria-invalid={error !== undefined}
            aria-describedby={error === undefined ? undefined : `${id}-error`}
            onChange={(event) => onChange({ columns: event.target.value })}
          />
          {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
        </div>
        <TextField
          label="Candles a row"
          placeholder="as the file says"
          value={draft.windowBars}
          error={errors['windowBars']}
          onChange={(windowBars) => onChange({ windowBars })}
        />
      </div>
    </div>
  );
}

function Answer({ catalogue, draft, errors, onChange }: StepProps) {
  const outputs = useBring((state) => state.file?.outputs ?? NONE);
  const question = catalogue.questions.find(({ kind }) => kind === draft.data.question);
  return (
    <div className="lab-section">
      <h4 className="px-2.5 pb-1 pt-2 font-semibold">Its answer</h4>
      <div className="flex flex-col gap-1.5 px-2.5">
        <SelectField
          label="Output"
          value={draft.output}
          none="choose"
          options={outputs.map(({ name, shape }) => ({ value: name, text: `${name} ${shape}` }))}
          error={errors['output']}
          onChange={(output) => onChange({ output })}
        />
        <TextField
          label="Class"
          placeholder="2nd of 2; from 0"
          value={draft.classIndex}
          error={errors['classIndex']}
          onChange={(classIndex) => onChange({ classIndex })}
        />
        <SelectField
          label="Question"
          value={draft.data.question}
          options={catalogue.questions
            .filter(({ kind }) => isAsked(kind))
            .map(({ kind, title }) => ({ value: kind, text: title }))}
          onChange={(kind) =>
            onChange({ data: withQuestion(draft.data, catalogue, kind as TrainingDraft['question']) })
          }
        />
        <p className="text-[11px] leading-[15px] text-text2">{question?.about}</p>
        <SettingFields
          whose="question"
          params={question?.params ?? []}
          typed={draft.data.questionParams}
          errors={errors}
          onChange={(questionParams) => onChange({ data: { ...draft.data, questionParams } })}
        />
        <p className="text-text2">Its number is the chance</p>
        <Choice
          label="What it is the chance of"
          value={draft.says}
          options={
            draft.data.question === 'direction'
              ? [
                  { value: 'yes', text: 'of a rise' },
                  { value: 'no', text: 'of a fall' },
                ]
              : [
                  { value: 'yes', text: 'of a turn' },
                  { value: 'no', text: 'of no turn' },
                ]
          }
          onChange={(says) => onChange({ says })}
        />
      </div>
    </div>
  );
}

const NONE: readonly { readonly name: string; readonly shape: string }[] = [];
