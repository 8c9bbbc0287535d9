/** Numbers that a question or a family can be set to, a line each: its word, its value and unit; what it does and its range while it is typed into. */
import { type ReactNode, useId } from 'react';
import { rangeText } from '../lab/draft-numbers.ts';
import { FieldError } from '../lab/Field.tsx';
import type { DraftErrors, Parameter } from './training-draft.ts';

export function SettingFields(props: {
  readonly whose: 'question' | 'family';
  readonly params: readonly Parameter[];
  /** Those with a range to search are found by trying. */
  readonly isSearched?: boolean;
  readonly typed: Readonly<Record<string, string>>;
  readonly errors: DraftErrors;
  readonly onChange: (typed: Record<string, string>) => void;
}) {
  const { whose, params, isSearched = false, typed, errors, onChange } = props;
  return params.map((parameter) => {
    const { name, searched } = parameter;
    return isSearched && searched ? (
      <Found key={`${whose}.${name}`} parameter={parameter} searched={searched} />
    ) : (
      <SettingField
        key={`${whose}.${name}`}
        parameter={parameter}
        value={typed[name] ?? ''}
        error={errors[`${whose}.${name}`]}
        onChange={(text) => onChange({ ...typed, [name]: text })}
      />
    );
  });
}

export type SettingWords = Pick<Parameter, 'label' | 'unit' | 'about' | 'least' | 'most'>;

export function SettingField(props: {
  readonly parameter: SettingWords;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const { parameter, value, error, onChange } = props;
  const { label, unit, about } = parameter;
  const id = useId();
  return (
    <Line
      label={<label htmlFor={id}>{label}</label>}
      about={`${rangeText(parameter)}${unit === '' ? '' : ` ${unit}`}. ${about}`}
      aboutId={`${id}-about`}
    >
      <input
        id={id}
        className="field"
        inputMode="decimal"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-unit ${id}-about ${error === undefined ? '' : `${id}-error`}`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-unit`} className="setting-unit">
        {unit}
      </span>
      {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
    </Line>
  );
}

/** What a search chooses by itself, and where it looks. */
function Found({ parameter, searched }: { parameter: Parameter; searched: NonNullable<Parameter['searched']> }) {
  const { label, unit, about } = parameter;
  const id = useId();
  return (
    <Line label={label} about={about} aboutId={id}>
      <span className="lab-wide truncate text-info">
        {rangeText(searched)} {unit}
        <span className="sr-only">, searched</span>
      </span>
    </Line>
  );
}

function Line(props: {
  readonly label: ReactNode;
  readonly about: string;
  readonly aboutId: string;
  readonly children: ReactNode;
}) {
  const { label, about, aboutId, children } = props;
  return (
    <div className="lab-field setting-field" title={about}>
      <span className="truncate text-text2">{label}</span>
      {children}
      <p id={aboutId} className="setting-about">
        {about}
      </p>
    </div>
  );
}
