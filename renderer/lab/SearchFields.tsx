/** How a search goes: over which parameters, for what, how many trials, and what of the time they do not see. */
import { useId } from 'react';
import { Choice, FieldError, NumberField } from './Field.tsx';
import type { FieldsProps } from './MapFields.tsx';
import { paramWords } from './run-words.ts';
import type { Objective, RangeDraft, SearchDraft } from './search-draft.ts';

const METHODS = [
  { value: 'tpe', text: 'Learns' },
  { value: 'random', text: 'Random' },
  { value: 'grid', text: 'Grid' },
] as const;
const ABOUT: Record<SearchDraft['method'], string> = {
  tpe: 'Tries next where good ones were (TPE).',
  random: 'Draws settings evenly.',
  grid: 'Every combination, as fine as the trials allow.',
};
const OBJECTIVES: readonly { readonly value: Objective; readonly text: string }[] = [
  { value: 'sharpe', text: 'Sharpe ratio' },
  { value: 'return', text: 'return' },
  { value: 'drawdown', text: 'small drawdown' },
  { value: 'turnover', text: 'little turnover' },
];

export function SearchFields({ draft, strategy, errors, onChange }: FieldsProps) {
  const { search } = draft;
  const change = (part: Partial<SearchDraft>): void => onChange({ ...draft, search: { ...search, ...part } });
  const toggle = (objective: Objective): void => {
    const without = search.objectives.filter((each) => each !== objective);
    const next = without.length < search.objectives.length ? without : [...without, objective];
    // A search wants something.
    if (next.length > 0) change({ objectives: next });
  };
  return (
    <>
      <Choice label="Method" value={search.method} options={METHODS} onChange={(method) => change({ method })} />
      <p className="text-[11px] leading-[15px] text-text2">{ABOUT[search.method]}</p>
      <fieldset className="flex flex-col gap-1">
        <legend className="text-[11px] text-text3">Parameters, from and to</legend>
        {strategy.params.map(({ name, about }) => (
          <RangeFields
            key={name}
            name={name}
            about={about}
            range={search.ranges[name]!}
            error={errors[`search.${name}`]}
            onChange={(range) => change({ ranges: { ...search.ranges, [name]: range } })}
          />
        ))}
        {errors['search.ranges'] === undefined ? null : <FieldError>{errors['search.ranges']}</FieldError>}
      </fieldset>
      <fieldset>
        <legend className="text-[11px] text-text3">Wanted; the first decides</legend>
        <div className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
          {OBJECTIVES.map(({ value, text }) => {
            const place = search.objectives.indexOf(value);
            return (
              <label key={value} className="flex items-center gap-1.5">
                <input type="checkbox" checked={place >= 0} onChange={() => toggle(value)} />
                {text}
                {search.objectives.length > 1 && place >= 0 ? <span className="text-text3">{place + 1}</span> : null}
              </label>
            );
          })}
        </div>
      </fieldset>
      <NumberField
        label="Trials"
        unit="settings"
        value={search.trials}
        error={errors['search.trials']}
        onChange={(trials) => change({ trials })}
      />
      <NumberField
        label="Held out"
        unit="% of the time"
        hint="the last part, which no trial sees: what the best comes to there is the honest figure"
        value={search.holdOut}
        error={errors['search.holdOut']}
        onChange={(holdOut) => change({ holdOut })}
      />
      <label className="flex items-center gap-2">
        <input type="checkbox" checked={search.prune} onChange={(event) => change({ prune: event.target.checked })} />
        Give up early what stays behind
      </label>
    </>
  );
}

function RangeFields(props: {
  readonly name: string;
  readonly about: string;
  readonly range: RangeDraft;
  readonly error: string | undefined;
  readonly onChange: (range: RangeDraft) => void;
}) {
  const { name, about, range, error, onChange } = props;
  const id = useId();
  const field = (end: 'from' | 'to') => (
    <input
      className="field"
      inputMode="decimal"
      aria-label={`${paramWords(name)} ${end}`}
      disabled={!range.isSearched}
      value={range[end]}
      aria-invalid={error !== undefined}
      onChange={(event) => onChange({ ...range, [end]: event.target.value })}
    />
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_74px_74px] items-center gap-1.5" title={about}>
      <label htmlFor={id} className="flex min-w-0 items-center gap-1.5">
        <input
          id={id}
          type="checkbox"
          checked={range.isSearched}
          onChange={(event) => onChange({ ...range, isSearched: event.target.checked })}
        />
        <span className="truncate">{paramWords(name)}</span>
      </label>
      {field('from')}
      {field('to')}
      {error === undefined ? null : (
        <div className="col-span-3">
          <FieldError>{error}</FieldError>
        </div>
      )}
    </div>
  );
}
