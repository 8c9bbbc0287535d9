/** The risk limits, each with its unit and how much of it is used now; the engine has the last word. */
import { type FormEvent, useId, useState } from 'react';
import type { Limits } from '../../preload/contract.ts';
import { type LimitUse, limitUses } from '../panels/limit-uses.ts';
import {
  changedFrom,
  LIMIT_FIELDS,
  type LimitField,
  type LimitKey,
  limitsFromTexts,
  limitTexts,
} from '../panels/limits-draft.ts';
import { setLimits } from '../stores/actions.ts';
import { engineNowMs, useDesk, useIsLive } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { showToast } from '../stores/toast-store.ts';
import { setView, useView } from '../stores/view-store.ts';
import { Sheet } from './Sheet.tsx';

const close = (): void => setView({ overlay: 'none' });

export function LimitsDialog() {
  const isOpen = useView((view) => view.overlay === 'limits');
  const limits = useDesk((desk) => desk.limits, null);
  if (!isOpen || !limits) return null;
  return (
    <Sheet label="Risk limits" onClose={close} className="w-[660px]">
      <LimitsForm limits={limits} />
    </Sheet>
  );
}

function LimitsForm({ limits }: { limits: Limits }) {
  const [texts, setTexts] = useState(() => limitTexts(limits));
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const desk = useDesk((whole) => whole, null);
  const isLive = useIsLive();
  const result = limitsFromTexts(texts);
  const errors: Partial<Record<LimitKey, string>> = result.ok ? {} : result.errors;
  const uses = desk ? limitUses(desk, marketHub.row, engineNowMs()) : null;
  const quote = desk?.account.quoteAsset ?? '';

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (!result.ok) {
      const wrong = LIMIT_FIELDS.find((field) => errors[field.key] !== undefined);
      (event.target as HTMLFormElement).querySelector<HTMLElement>(`[name="${wrong?.key}"]`)?.focus();
      return;
    }
    const outcome = await setLimits(result.limits);
    setRefusal(outcome);
    if (outcome !== null) return;
    showToast('good', 'The limits are set: the gate measures against them from now on.');
    close();
  }

  return (
    <form onSubmit={save} noValidate autoComplete="off" className="flex max-h-[76vh] flex-col">
      <header className="px-5 pb-2 pt-4">
        <h2 className="text-[15px] font-semibold">Risk limits</h2>
        <p className="text-text2">
          Checked when a proposal is made and again when it is sent. What reduces risk always goes.
        </p>
      </header>
      <div className="min-h-0 overflow-auto px-5 pb-2">
        {LIMIT_FIELDS.map((field) => (
          <LimitRow
            key={field.key}
            field={field}
            unit={field.unit === 'quote' ? quote : field.unit}
            text={texts[field.key]}
            error={isTried || texts[field.key] !== '' ? errors[field.key] : undefined}
            change={changedFrom(field, texts[field.key], limits, quote)}
            use={uses?.[field.key]}
            onChange={(text) => {
              setRefusal(null);
              setTexts((before) => ({ ...before, [field.key]: text }));
            }}
          />
        ))}
      </div>
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        <p role="alert" className="min-w-0 flex-1 text-down">
          {refusal}
        </p>
        <button type="button" className="button" onClick={close}>
          Keep as they are
        </button>
        <button type="submit" className="button button-strong" disabled={!isLive}>
          Set limits
        </button>
      </footer>
    </form>
  );
}

interface RowProps {
  field: LimitField;
  unit: string;
  text: string;
  error: string | undefined;
  change: string | null;
  use: LimitUse | undefined;
  onChange: (text: string) => void;
}

function LimitRow({ field, unit, text, error, change, use, onChange }: RowProps) {
  const id = useId();
  return (
    <div className="grid grid-cols-[1fr_112px_58px_168px] items-center gap-x-2.5 border-t border-line/60 py-[7px] first:border-t-0">
      <div>
        <label htmlFor={id} className="font-medium">
          {field.label}
        </label>
        <p id={`${id}-hint`} className="text-[11px] text-text3">
          {field.hint}
        </p>
      </div>
      <input
        id={id}
        name={field.key}
        className="field"
        inputMode="decimal"
        value={text}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? `${id}-hint ${id}-use` : `${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="text-text2">{unit}</span>
      <div id={`${id}-use`} className="min-w-0">
        <div className="flex justify-between gap-2 whitespace-nowrap text-[11px]">
          <span className="truncate text-text2">{use?.text}</span>
          {change === null || error !== undefined ? null : <span className="text-seal-text">{change}</span>}
        </div>
        <Gauge share={use?.share ?? null} />
      </div>
      {error === undefined ? null : (
        <p id={`${id}-error`} className="col-span-3 col-start-2 pt-0.5 text-[11px] text-down">
          {error}
        </p>
      )}
    </div>
  );
}

function Gauge({ share }: { share: number | null }) {
  const tone = share === null || share < 0.7 ? 'bg-text3' : share < 0.95 ? 'bg-seal' : 'bg-down';
  return (
    <div className={`mt-1 h-1 rounded-full ${share === null ? '' : 'bg-bg3'}`} aria-hidden="true">
      {share === null ? null : (
        <div className={`h-1 rounded-full ${tone}`} style={{ width: `${Math.max(0, Math.min(100, share * 100))}%` }} />
      )}
    </div>
  );
}
