/** A manual order: the gate's answer while typing, one order per draft, and a plain word when it cannot go. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { Instrument, ManualOrder, Verdict } from '../../preload/contract.ts';
import { placesOfStep, quantityForShare } from '../format/decimal.ts';
import { showDecimal } from '../format/number.ts';
import { isInDoubt, placeOrder } from '../stores/actions.ts';
import { deskStore, useDesk, useDeskStore, useIsLive } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { announce, showToast } from '../stores/toast-store.ts';
import { useView } from '../stores/view-store.ts';
import { Funding } from './Funding.tsx';
import { Panel } from './Panel.tsx';
import { emptyDraft, orderFromDraft, type TicketDraft, type TicketField } from './ticket-draft.ts';

const PREVIEW_AFTER_MS = 220;
const SHARES = [10, 25, 50, 100] as const;
const newRequestId = (): string => crypto.randomUUID();

export function OrderTicket() {
  const instrumentId = useView((view) => view.instrumentId);
  const instrument = useDeskStore((state) => state.hello?.instruments.find((row) => row.id === instrumentId));
  return <Panel id="ticket">{instrument ? <Ticket key={instrument.id} instrument={instrument} /> : null}</Panel>;
}

interface Preview {
  readonly verdict: Verdict;
  readonly notionalQuote: string;
  readonly riskQuote: string | null;
  readonly worstPrice: string | null;
}

function quoteFor(instrumentId: string, side: 'buy' | 'sell'): string | null {
  const row = marketHub.row(instrumentId);
  return (side === 'buy' ? row?.ask : row?.bid) ?? row?.last ?? null;
}

function Ticket({ instrument }: { instrument: Instrument }) {
  const [draft, setDraft] = useState<TicketDraft>(() => emptyDraft(newRequestId()));
  const [touched, setTouched] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isLive = useIsLive();
  const armed = useDesk((desk) => desk.safety.armed, false);
  const killed = useDesk((desk) => desk.safety.killSwitch, false);
  const heldQty = useDesk(
    (desk) => desk.positions.find((row) => row.instrumentId === instrument.id)?.qtyBase ?? null,
    null,
  );
  const result = orderFromDraft(draft, instrument, quoteFor(instrument.id, draft.side));
  const order = result.ok ? result.order : null;
  const preview = usePreview(order);
  const errors = !result.ok && (touched || !result.isEmpty) ? result.errors : {};
  const isPerpetual = instrument.kind === 'perpetual';
  const reduces = isPerpetual ? draft.reduceOnly : draft.side === 'sell' && heldQty !== null;
  const blocked = blockedBy({ isLive, armed, killed, reduces });

  function change(part: Partial<TicketDraft>): void {
    setRefusal(null);
    setDraft((before) => ({ ...before, ...part }));
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTouched(true);
    if (!order || blocked !== null || isBusy) return;
    setIsBusy(true);
    const outcome = await placeOrder(order);
    setIsBusy(false);
    setRefusal(outcome);
    if (outcome !== null) {
      // What was refused is over: corrected, or tried again, it is another order.
      if (!isInDoubt(outcome)) setDraft((before) => ({ ...before, requestId: newRequestId() }));
      return;
    }
    showToast('good', `Order sent: ${order.side} ${showDecimal(order.qtyBase)} ${instrument.base}.`);
    announce('Order sent.');
    setTouched(false);
    const { side, type, reduceOnly } = draft;
    setDraft({ ...emptyDraft(newRequestId()), side, type, reduceOnly });
  }

  const field = (name: TicketField, label: string, placeholder = '') => (
    <TicketInput
      label={label}
      unit={name === 'qty' ? instrument.base : instrument.quote}
      value={draft[name]}
      placeholder={placeholder}
      error={errors[name]}
      onChange={(text) => change({ [name]: text })}
    />
  );

  return (
    <form
      className="ticket flex flex-1 flex-col gap-[5px] px-2.5 pb-2.5 pt-2"
      onSubmit={submit}
      noValidate
      autoComplete="off"
    >
      <Choice
        label="Side"
        value={draft.side}
        options={[
          { value: 'buy', text: isPerpetual && !draft.reduceOnly ? '▲ Buy / long' : '▲ Buy', tone: 'up' },
          { value: 'sell', text: isPerpetual && !draft.reduceOnly ? '▼ Sell / short' : '▼ Sell', tone: 'down' },
        ]}
        onChange={(side) => change({ side })}
      />
      <Choice
        label="Type"
        value={draft.type}
        options={[
          { value: 'limit', text: 'Limit' },
          { value: 'market', text: 'Market' },
          { value: 'post-only', text: 'Post-only' },
        ]}
        onChange={(type) => change({ type })}
      />
      {field('qty', 'Quantity')}
      <ShareButtons instrument={instrument} draft={draft} heldQty={heldQty} onPick={(qty) => change({ qty })} />
      {draft.type === 'market' ? null : (
        <LimitRow instrument={instrument} side={draft.side} onPick={(limit) => change({ limit })}>
          {field('limit', 'Limit')}
        </LimitRow>
      )}
      {isPerpetual ? (
        <label className="flex cursor-pointer items-center gap-1.5 pl-[62px] text-text2">
          <input
            type="checkbox"
            checked={draft.reduceOnly}
            onChange={(event) => change({ reduceOnly: event.target.checked })}
          />
          Reduce-only
        </label>
      ) : null}
      {draft.reduceOnly ? null : field('stop', 'Stop', 'optional')}
      {draft.reduceOnly ? null : field('target', 'Target', 'optional')}
      {isPerpetual ? <Funding instrument={instrument} /> : null}
      <PreviewLine preview={preview} quote={instrument.quote} />
      {refusal === null ? null : (
        <p role="alert" className="text-down">
          {refusal}
        </p>
      )}
      <div className="sticky -bottom-2.5 mt-auto -mb-2.5 bg-bg1 pb-2.5 pt-1">
        {blocked === null ? null : <p className="mb-1 text-[11px] text-text2">{blocked}</p>}
        <button type="submit" className="button h-[30px] w-full" disabled={blocked !== null || isBusy}>
          {isBusy ? 'Placing…' : 'Place order'}
        </button>
      </div>
    </form>
  );
}

function blockedBy(state: { isLive: boolean; armed: boolean; killed: boolean; reduces: boolean }): string | null {
  if (!state.isLive) return 'No connection to the engine.';
  if (state.reduces) return null;
  if (state.killed) return 'The kill switch is on.';
  return state.armed ? null : 'Arm first: this order adds risk.';
}

function usePreview(order: ManualOrder | null): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const key = order ? JSON.stringify(order) : '';
  const latest = useRef('');
  latest.current = key;
  useEffect(() => {
    const { client } = deskStore.getState();
    if (key === '' || !client) {
      setPreview(null);
      return;
    }
    const timer = setTimeout(() => {
      client.previewOrder(JSON.parse(key) as ManualOrder).then(
        (answer) => {
          if (latest.current === key) setPreview(answer);
        },
        () => setPreview(null),
      );
    }, PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return preview;
}

function PreviewLine({ preview, quote }: { preview: Preview | null; quote: string }) {
  if (!preview) return null;
  const { verdict } = preview;
  const tones = { pass: 'text-up', shrink: 'text-seal-text', deny: 'text-down' };
  const words = {
    pass: '✓ gate passes',
    shrink: `⚠ gate shrinks it to ${showDecimal(verdict.qtyBase)}`,
    deny: '✕ gate denies',
  };
  return (
    <div aria-live="polite" className="text-[11px] leading-[15px] text-text2">
      <div className="flex justify-between gap-2">
        <span>
          {showDecimal(preview.notionalQuote, 2)} {quote}
        </span>
        <span className={`font-semibold ${tones[verdict.outcome]}`}>{words[verdict.outcome]}</span>
      </div>
      {preview.worstPrice === null ? null : (
        <div>fills at {showDecimal(preview.worstPrice)} or better; the rest is cancelled</div>
      )}
      {preview.riskQuote === null ? null : <div>risks {showDecimal(preview.riskQuote, 2)} to the stop</div>}
      {verdict.findings.map((finding) => (
        <div key={finding.code}>{finding.text}</div>
      ))}
    </div>
  );
}

interface InputProps {
  label: string;
  unit: string;
  value: string;
  placeholder: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

function TicketInput({ label, unit, value, placeholder, error, onChange }: InputProps) {
  const id = useId();
  return (
    <div>
      <div className="grid grid-cols-[56px_1fr_34px] items-center gap-1.5">
        <label htmlFor={id} className="text-text2">
          {label}
        </label>
        <input
          id={id}
          className="field"
          inputMode="decimal"
          value={value}
          placeholder={placeholder}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span className="text-[11px] text-text3">{unit}</span>
      </div>
      {error === undefined ? null : (
        <p id={`${id}-error`} className="mt-0.5 pl-[62px] text-[11px] text-down">
          {error}
        </p>
      )}
    </div>
  );
}

function LimitRow(props: {
  instrument: Instrument;
  side: 'buy' | 'sell';
  onPick: (limit: string) => void;
  children: React.ReactNode;
}) {
  const { instrument, side, onPick, children } = props;
  return (
    <div className="relative">
      {children}
      <button
        type="button"
        className="absolute left-[64px] top-[5px] cursor-pointer rounded px-1 text-[10px] leading-4 text-info hover:bg-bg3"
        aria-label={side === 'buy' ? 'Take the best bid' : 'Take the best ask'}
        onClick={() => {
          const row = marketHub.row(instrument.id);
          const quote = side === 'buy' ? row?.bid : row?.ask;
          if (quote) onPick(quote);
        }}
      >
        {side === 'buy' ? 'bid' : 'ask'}
      </button>
    </div>
  );
}

function ShareButtons(props: {
  instrument: Instrument;
  draft: TicketDraft;
  heldQty: string | null;
  onPick: (qty: string) => void;
}) {
  const { instrument, draft, heldQty, onPick } = props;
  const balances = useDesk((desk) => desk.account.balances, NO_BALANCES);
  const isPerpetual = instrument.kind === 'perpetual';
  const spends = isPerpetual ? !draft.reduceOnly : draft.side === 'buy';
  const asset = spends ? instrument.quote : instrument.base;
  const account = isPerpetual ? `${instrument.venue}:${asset}` : asset;
  const free =
    isPerpetual && !spends
      ? (heldQty?.replace('-', '') ?? '0')
      : (balances.find((row) => row.asset === account)?.free ?? '0');

  function pick(percent: number): void {
    const price = spends ? draft.limit.trim() || quoteFor(instrument.id, draft.side) : null;
    if (spends && price === null) return;
    const qty = quantityForShare(free, percent, price, instrument.lotStep);
    if (qty !== null) onPick(qty);
  }

  return (
    <div className="grid grid-cols-[56px_1fr] items-center gap-1.5">
      <span className="text-[11px] text-text3">{isPerpetual ? (spends ? 'of margin' : 'of position') : 'of free'}</span>
      <div className="segmented" title={`${showDecimal(free, placesOfStep(instrument.lotStep))} ${asset} free`}>
        {SHARES.map((percent) => (
          <button
            key={percent}
            type="button"
            className="text-[11px]"
            aria-label={`${percent}% of free ${asset}`}
            onClick={() => pick(percent)}
          >
            {percent}%
          </button>
        ))}
      </div>
    </div>
  );
}

const NO_BALANCES: readonly { asset: string; free: string }[] = [];

function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string; tone?: string }[];
  onChange: (value: Value) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <div role="radiogroup" aria-label={label} className="segmented">
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: segments, not round buttons
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          data-tone={option.tone}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
