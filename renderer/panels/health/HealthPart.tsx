/** One column of the health screen: its name, its verdict, and what that rests on. */
import type { ReactNode } from 'react';
import { SIGNS, type Verdict } from './health-words.ts';

export function HealthPart({ title, verdict, children }: { title: string; verdict?: Verdict; children: ReactNode }) {
  return (
    <section aria-label={title} className="health-part">
      <header>
        <h2>{title}</h2>
        {verdict ? <VerdictChip verdict={verdict} /> : null}
      </header>
      {children}
    </section>
  );
}

function VerdictChip({ verdict }: { verdict: Verdict }) {
  return (
    <span className="chip min-w-0" data-tone={verdict.tone}>
      <span aria-hidden="true">{SIGNS[verdict.tone]}</span>
      <span className="truncate">{verdict.text}</span>
    </span>
  );
}

const TONES: Record<Verdict['tone'], string> = {
  good: 'text-up',
  warn: 'text-seal-text',
  bad: 'text-down',
  info: 'text-text2',
  note: 'text-text2',
};

/** A verdict within a line: quieter than the column's own. */
export function VerdictText({ verdict }: { verdict: Verdict }) {
  return (
    <span className={`whitespace-nowrap ${TONES[verdict.tone]}`}>
      <span aria-hidden="true">{SIGNS[verdict.tone]} </span>
      {verdict.text}
    </span>
  );
}

/** A name and what is said of it, in one line; `note` below, in small. */
export function HealthLine(props: { name: string; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="health-line">
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
      {props.note ? <dd className="note">{props.note}</dd> : null}
    </div>
  );
}
