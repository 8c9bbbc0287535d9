/** Changing a proposal before signing: only what differs is sent, and it asks again with the new terms. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Proposal, ProposalChange } from '../../preload/contract.ts';
import { compareDecimals, isPositiveDecimal } from '../format/decimal.ts';
import { changeProposal } from '../stores/actions.ts';
import { setEditing } from '../stores/queue-store.ts';

interface Draft {
  readonly qtyBase: string;
  readonly entryPrice: string;
  readonly stopPrice: string;
  readonly targetPrice: string;
}

const FIELDS: readonly { key: keyof Draft; label: string; mayBeEmpty: boolean }[] = [
  { key: 'qtyBase', label: 'Quantity', mayBeEmpty: false },
  { key: 'entryPrice', label: 'Entry', mayBeEmpty: false },
  { key: 'stopPrice', label: 'Stop', mayBeEmpty: true },
  { key: 'targetPrice', label: 'Target', mayBeEmpty: true },
];

/** What differs between the draft and the proposal; a sentence when a field is no number. */
export function changeFrom(proposal: Proposal, draft: Draft): ProposalChange | string {
  for (const field of FIELDS) {
    const text = draft[field.key].trim();
    if (text === '' && field.mayBeEmpty && (field.key === 'targetPrice' || proposal.stopPrice === null)) continue;
    if (!isPositiveDecimal(text)) return `${field.label} must be a number above zero, such as 0.5.`;
  }
  const differs = (before: string | null, text: string): boolean =>
    before === null ? text !== '' : text === '' || compareDecimals(before, text) !== 0;
  const change: ProposalChange = {};
  if (differs(proposal.qtyBase, draft.qtyBase.trim())) change.qtyBase = draft.qtyBase.trim();
  if (differs(proposal.entryPrice, draft.entryPrice.trim())) change.entryPrice = draft.entryPrice.trim();
  if (differs(proposal.stopPrice, draft.stopPrice.trim())) change.stopPrice = draft.stopPrice.trim();
  if (differs(proposal.targetPrice, draft.targetPrice.trim())) change.targetPrice = draft.targetPrice.trim() || null;
  return change;
}

export function ProposalEdit({ proposal }: { proposal: Proposal }) {
  const [draft, setDraft] = useState<Draft>({
    qtyBase: proposal.qtyBase,
    entryPrice: proposal.entryPrice,
    stopPrice: proposal.stopPrice ?? '',
    targetPrice: proposal.targetPrice ?? '',
  });
  const [error, setError] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    first.current?.focus();
    first.current?.select();
  }, []);

  function leave(): void {
    setEditing(null);
    const card = document.querySelector<HTMLElement>(`[data-proposal="${CSS.escape(proposal.id)}"]`);
    card?.focus();
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const change = changeFrom(proposal, draft);
    if (typeof change === 'string') {
      setError(change);
      return;
    }
    if (Object.keys(change).length === 0) {
      leave();
      return;
    }
    const outcome = await changeProposal(proposal.id, change);
    setError(outcome);
    if (outcome === null) leave();
  }

  return (
    <form
      aria-label="Edit proposal"
      className="mt-2.5 border-t border-line pt-2.5"
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.shiftKey) {
          event.stopPropagation();
          leave();
        }
      }}
    >
      <div className="grid grid-cols-2 gap-x-3 gap-y-1.5">
        {FIELDS.map((field, at) => (
          <label key={field.key} className="grid grid-cols-[58px_1fr] items-center text-text2">
            {field.label}
            <input
              ref={at === 0 ? first : undefined}
              className="field"
              inputMode="decimal"
              autoComplete="off"
              value={draft[field.key]}
              onChange={(event) => setDraft({ ...draft, [field.key]: event.target.value })}
            />
          </label>
        ))}
      </div>
      {error === null ? null : (
        <p role="alert" className="mt-1.5 text-down">
          {error}
        </p>
      )}
      <div className="mt-2 flex gap-1.5">
        <button type="submit" className="button flex-1">
          Ask again with these terms
        </button>
        <button type="button" className="button" onClick={leave}>
          Keep as it was
        </button>
      </div>
    </form>
  );
}
