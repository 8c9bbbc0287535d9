/** The model whose word a strategy is told at each close. */
import { useId } from 'react';
import type { LabShelves } from '../../preload/lab-contract.ts';
import { FieldError } from './Field.tsx';

export function ModelField(props: {
  readonly models: LabShelves['models'];
  readonly value: string;
  /** Without one the strategy does nothing. */
  readonly isNeeded: boolean;
  readonly error: string | undefined;
  readonly onChange: (name: string) => void;
}) {
  const { models, value, isNeeded, error, onChange } = props;
  const id = useId();
  const chosen = models.find(({ name }) => name === value);
  return (
    <div className="lab-field">
      <label htmlFor={id} className="text-text2">
        Model
      </label>
      <select
        id={id}
        className="field lab-wide"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{isNeeded ? 'choose…' : 'none'}</option>
        {models.map(({ name, title, version }) => (
          <option key={name} value={name}>
            {title} {version}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} className="text-text3">
        {chosen ? `answers candles of ${chosen.timeframe}` : 'its word is told to the strategy at each close'}
      </p>
      {error === undefined ? null : <FieldError>{error}</FieldError>}
    </div>
  );
}
