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

export function VerdictChip({ verdict }: { verdict: Verdict }) {
  return (
    <span className="chip min-w-0" data-tone={verdict.tone}>
      <span aria-hidden="true">{SIGNS[verdict.tone]}</span>
      <span className="truncate">{verdict.text}</span>
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
