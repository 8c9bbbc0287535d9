/** How far a run's figures deserve trust, in words, with the reasons. */
import type { LabVerdict } from '../../preload/lab-contract.ts';
import { realMinus } from '../format/number.ts';

const TONES = {
  good: { sign: '●', text: 'text-up', edge: 'border-l-up' },
  doubtful: { sign: '▲', text: 'text-seal-text', edge: 'border-l-seal' },
  bad: { sign: '✕', text: 'text-down', edge: 'border-l-down' },
} as const;

export function VerdictCard({ verdict }: { verdict: LabVerdict }) {
  const { text, edge, sign } = TONES[verdict.tone];
  // What the sentence says need not be said again.
  const reasons = verdict.reasons.filter((reason) => !verdict.sentence.includes(reason.text));
  return (
    <section aria-label="Verdict" className={`shrink-0 border-b border-l-2 border-b-line px-3 py-2 ${edge}`}>
      <p className="select-text text-[14px] font-semibold leading-5">
        <span aria-hidden="true" className={`mr-1.5 ${text}`}>
          {sign}
        </span>
        {realMinus(verdict.sentence)}
      </p>
      <ul className="mt-1 grid grid-cols-[repeat(auto-fit,minmax(340px,1fr))] gap-x-6 gap-y-0.5">
        {reasons.map((reason) => (
          <li key={reason.text} className="flex gap-1.5 leading-[16px] text-text2">
            <span aria-hidden="true" className={`w-3 shrink-0 text-center ${TONES[reason.tone].text}`}>
              {TONES[reason.tone].sign}
            </span>
            <span className="select-text">{realMinus(reason.text)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
