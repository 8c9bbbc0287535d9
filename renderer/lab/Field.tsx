/** A labelled line of the set-up form with its unit or range, a hint, and the sentence that says what is wrong. */
import { type ReactNode, useId } from 'react';
import { chooseByArrows } from '../panels/arrow-keys.ts';

interface NumberFieldProps {
  readonly label: string;
  readonly unit: string;
  readonly hint?: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

export function NumberField({ label, unit, hint, value, error, onChange }: NumberFieldProps) {
  const id = useId();
  return (
    <div className="lab-field">
      <label htmlFor={id} className="truncate text-text2" title={hint}>
        {label}
      </label>
      <input
        id={id}
        className="field"
        inputMode="decimal"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-unit ${error === undefined ? '' : `${id}-error`}`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-unit`} className="truncate text-[11px] text-text3" title={hint}>
        {unit}
        {hint === undefined ? null : <span className="sr-only">, {hint}</span>}
      </span>
      {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

export function TextField(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const { label, placeholder, value, error, onChange } = props;
  const id = useId();
  return (
    <div className="lab-field">
      <label htmlFor={id} className="text-text2">
        {label}
      </label>
      <input
        id={id}
        className="field lab-wide"
        data-align="left"
        spellCheck={false}
        value={value}
        placeholder={placeholder}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

/** A choice among many, by a list that opens. */
export function SelectField<Value extends string>(props: {
  readonly label: string;
  readonly value: Value | '';
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  /** What no choice is called; where it is absent one is always made. */
  readonly none?: string | undefined;
  readonly about?: string;
  readonly isDisabled?: boolean;
  readonly error?: string | undefined;
  readonly onChange: (value: Value) => void;
}) {
  const { label, value, options, none, about, isDisabled = false, error, onChange } = props;
  const id = useId();
  return (
    <div className="lab-field">
      <label htmlFor={id} className="text-text2">
        {label}
      </label>
      <select
        id={id}
        className="field lab-wide"
        value={value}
        disabled={isDisabled}
        aria-invalid={error !== undefined}
        aria-describedby={`${about === undefined ? '' : `${id}-about`} ${error === undefined ? '' : `${id}-error`}`}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {none === undefined ? null : <option value="">{none}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      {about === undefined ? null : (
        <p id={`${id}-about`} className="text-text3">
          {about}
        </p>
      )}
      {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="text-down">
      {children}
    </p>
  );
}

export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <div role="radiogroup" aria-label={label} className="segmented" onKeyDown={chooseByArrows}>
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: segments, not round buttons
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
