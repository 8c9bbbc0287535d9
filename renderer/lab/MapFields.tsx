/** Two parameters to try together around the run: what the sensitivity map is drawn from. */
import { useId } from 'react';
import type { LabCatalogue } from '../../preload/lab-contract.ts';
import { type AxisDraft, axisAround } from './axis-draft.ts';
import { FieldError } from './Field.tsx';
import type { DraftErrors, RunDraft } from './run-draft.ts';
import { paramWords } from './run-words.ts';

type Strategy = LabCatalogue['strategies'][number];

export interface FieldsProps {
  readonly draft: RunDraft;
  readonly strategy: Strategy;
  readonly errors: DraftErrors;
  readonly onChange: (draft: RunDraft) => void;
}

export function MapFields(props: FieldsProps) {
  return (
    <>
      <p className="text-[11px] leading-[15px] text-text2">
        The run itself, and every pair of two parameters around it.
      </p>
      <AxisFields side="x" word="Across" {...props} />
      <AxisFields side="y" word="Down" {...props} />
    </>
  );
}

const PARTS = [
  { key: 'from', word: 'from' },
  { key: 'to', word: 'to' },
  { key: 'steps', word: 'values' },
] as const;

function AxisFields({
  side,
  word,
  draft,
  strategy,
  errors,
  onChange,
}: FieldsProps & { side: 'x' | 'y'; word: string }) {
  const id = useId();
  const axis = draft[side];
  const change = (next: AxisDraft): void => onChange({ ...draft, [side]: next });
  const error = errors[side] ?? PARTS.map(({ key }) => errors[`${side}.${key}`]).find((text) => text !== undefined);
  return (
    <fieldset className="flex flex-col gap-1">
      <div className="lab-field">
        <label htmlFor={id} className="text-text2">
          {word}
        </label>
        <select
          id={id}
          className="field lab-wide"
          value={axis.name}
          aria-invalid={errors[side] !== undefined}
          onChange={(event) => change(axisAround(strategy.params.find(({ name }) => name === event.target.value)))}
        >
          {strategy.params.map(({ name }) => (
            <option key={name} value={name}>
              {paramWords(name)}
            </option>
          ))}
        </select>
      </div>
      <div className="grid grid-cols-3 gap-1.5">
        {PARTS.map((part) => (
          <label key={part.key} className="flex items-center gap-1.5 text-[11px] text-text3">
            {part.word}
            <input
              className="field"
              inputMode="decimal"
              aria-label={`${word}: ${part.word}`}
              value={axis[part.key]}
              aria-invalid={errors[`${side}.${part.key}`] !== undefined}
              onChange={(event) => change({ ...axis, [part.key]: event.target.value })}
            />
          </label>
        ))}
      </div>
      {error === undefined ? null : <FieldError>{error}</FieldError>}
    </fieldset>
  );
}
