/** Money and what trading costs: closed, it says in a line what is set. */
import { useId } from 'react';
import { NumberField } from './Field.tsx';
import { COST_FIELDS, type DraftErrors, type RunDraft } from './run-draft.ts';

export function CostFields(props: {
  readonly draft: RunDraft;
  readonly errors: DraftErrors;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, errors, onChange } = props;
  const { costs } = draft;
  const id = useId();
  return (
    <details className="lab-section">
      <summary>
        Costs
        <span className="truncate text-[11px] font-normal text-text3">
          {costs.cashQuote}, {costs.takerFee} %, {costs.slippageBps} bps, {costs.latencyMs} ms
        </span>
      </summary>
      <div className="flex flex-col gap-1.5 px-2.5 pb-1">
        {COST_FIELDS.map((field) => (
          <NumberField
            key={field.key}
            label={field.label}
            unit={field.unit}
            hint={field.hint}
            value={costs[field.key]}
            error={errors[`costs.${field.key}`]}
            onChange={(text) => onChange({ ...draft, costs: { ...costs, [field.key]: text } })}
          />
        ))}
        <label htmlFor={id} className="flex items-center gap-2">
          <input
            id={id}
            type="checkbox"
            checked={draft.shorts}
            onChange={(event) => onChange({ ...draft, shorts: event.target.checked })}
          />
          May sell short
        </label>
      </div>
    </details>
  );
}
