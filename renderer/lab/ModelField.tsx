/** The model whose word a strategy is told at each close. */
import type { LabShelves } from '../../preload/lab-contract.ts';
import { SelectField } from './Field.tsx';

export function ModelField(props: {
  readonly models: LabShelves['models'];
  readonly value: string;
  /** Without one the strategy does nothing. */
  readonly isNeeded: boolean;
  readonly error: string | undefined;
  readonly onChange: (name: string) => void;
}) {
  const { models, value, isNeeded, error, onChange } = props;
  const chosen = models.find(({ name }) => name === value);
  return (
    <SelectField
      label="Model"
      value={value}
      options={models.map(({ name, title, version }) => ({ value: name, text: `${title} ${version}` }))}
      none={isNeeded ? 'choose…' : 'none'}
      about={chosen ? `answers candles of ${chosen.timeframe}` : 'its word is told to the strategy at each close'}
      error={error}
      onChange={onChange}
    />
  );
}
