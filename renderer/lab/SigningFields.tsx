/** Who signs: everything at once, somebody at the desk, a mandate, or both, and then the run is of the loop; closed, it says in a line which. */
import { Choice, NumberField, TextField } from './Field.tsx';
import type { DraftErrors, RunDraft } from './run-draft.ts';
import { isMandateIn, isPersonIn, type SigningDraft } from './signing-draft.ts';

const PERSON = [
  { key: 'delay', label: 'Answers after', unit: 's', hint: 'half of the answers come sooner' },
  { key: 'spread', label: 'Spread', unit: '0–3', hint: '0: always as quick; 1: now and then ten times as slow' },
  { key: 'sleepFrom', label: 'Asleep from', unit: 'UTC', hint: 'what is asked then lapses' },
  { key: 'sleepTo', label: 'Asleep to', unit: 'UTC', hint: 'the same hour twice: never asleep' },
  { key: 'approves', label: 'Approves', unit: '%', hint: 'of the entries; exits always' },
] as const;

const MANDATE = [
  { key: 'notional', label: 'Order up to', unit: 'quote', hint: 'what one order may be worth' },
  { key: 'probability', label: 'Probability', unit: '% at least', hint: 'calibrated, of what is proposed' },
  { key: 'fromHour', label: 'From hour', unit: 'UTC', hint: 'it signs from then on' },
  { key: 'toHour', label: 'To hour', unit: 'UTC', hint: 'and before then; after midnight where it is the smaller one' },
  {
    key: 'supposed',
    label: 'Suppose',
    unit: '% right',
    hint: 'the edge as if it were measured; empty: as on the desk',
  },
] as const;

export function SigningFields(props: {
  readonly draft: RunDraft;
  readonly errors: DraftErrors;
  readonly onChange: (draft: RunDraft) => void;
}) {
  const { draft, errors, onChange } = props;
  const { signing } = draft;
  const change = (part: Partial<SigningDraft>): void => onChange({ ...draft, signing: { ...signing, ...part } });
  const numbers = (fields: typeof PERSON | typeof MANDATE) =>
    fields.map(({ key, label, unit, hint }) => (
      <NumberField
        key={key}
        label={label}
        unit={unit}
        hint={hint}
        value={signing[key]}
        error={errors[`signing.${key}`]}
        onChange={(text) => change({ [key]: text })}
      />
    ));
  return (
    <details className="lab-section">
      <summary>
        Who signs
        <span className="truncate text-[11px] font-normal text-text3">{signingText(signing)}</span>
      </summary>
      <div className="flex flex-col gap-1.5 px-2.5 pb-1">
        <Choice
          label="Who signs"
          value={signing.by}
          options={[
            { value: 'robot', text: 'At once' },
            { value: 'person', text: 'You' },
            { value: 'mandate', text: 'Mandate' },
            { value: 'both', text: 'Both' },
          ]}
          onChange={(by) => change({ by })}
        />
        {isPersonIn(signing) ? (
          <>
            <p className="text-[11px] leading-[15px] text-text2">
              The engine that trades runs over the candles and asks you as it would live: you answer late, sleep, and
              say no to some. It is slower than the other runs.
            </p>
            {numbers(PERSON)}
          </>
        ) : null}
        {isMandateIn(signing) ? (
          <>
            <p className="text-[11px] leading-[15px] text-text2">
              What you would have approved: it signs what lies within, and keeps back the rest.{' '}
              {signing.supposed.trim() === ''
                ? 'Nobody has measured an edge of the strategy: as on the desk, it signs nothing of it.'
                : 'It supposes an edge that nobody has measured: on the desk it would sign none of this.'}
            </p>
            {numbers(MANDATE)}
            <TextField
              label="Until"
              placeholder="the end, or 2026-01-31"
              value={signing.untilDay}
              error={errors['signing.untilDay']}
              onChange={(untilDay) => change({ untilDay })}
            />
          </>
        ) : null}
      </div>
    </details>
  );
}

function signingText(signing: SigningDraft): string {
  if (signing.by === 'robot') return 'everything at once';
  const person = `you: after ${signing.delay} s, ${signing.approves} %`;
  const mandate = `a mandate: up to ${signing.notional}, from ${signing.probability} %`;
  return [...(isPersonIn(signing) ? [person] : []), ...(isMandateIn(signing) ? [mandate] : [])].join('; ');
}
