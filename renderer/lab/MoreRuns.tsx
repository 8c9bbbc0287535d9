/** What is run beside the run itself: nothing, a map around it, or a search for the best setting. */
import { Choice } from './Field.tsx';
import { type FieldsProps, MapFields } from './MapFields.tsx';
import { isMode, type RunMode } from './run-draft.ts';
import { SearchFields } from './SearchFields.tsx';

const MODES: readonly { readonly value: RunMode; readonly text: string }[] = [
  { value: 'one', text: 'This run' },
  { value: 'map', text: 'Map' },
  { value: 'search', text: 'Search' },
];

export function MoreRuns(props: FieldsProps) {
  const { draft, strategy, onChange } = props;
  return (
    <div className="lab-section">
      <h3>Settings tried</h3>
      <div className="flex flex-col gap-1.5 px-2.5">
        <Choice
          label="Settings tried"
          value={draft.mode}
          options={MODES.filter(({ value }) => isMode(value, strategy.params.length))}
          onChange={(mode) => onChange({ ...draft, mode })}
        />
        {draft.mode === 'map' ? <MapFields {...props} /> : null}
        {draft.mode === 'search' ? <SearchFields {...props} /> : null}
      </div>
    </div>
  );
}
