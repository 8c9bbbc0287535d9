/** The facts under a proposal's sentence: belief with its record, votes, reasons, exposure and the gate's findings. */
import type { Proposal, TrackRecord, Vote } from '../../preload/contract.ts';
import { featuresInWords } from '../format/feature-words.ts';
import { realMinus, showCount, showPercent } from '../format/number.ts';
import { reasonSentences } from './reason-sentences.ts';

/** `Said 60–70 %: right 63 % of 214`; `Right 36 % of 6,510 trades, after fees` where nothing was said but yes. */
export function recordSentence(record: TrackRecord): string {
  if (record.saidFrom === 0 && record.saidTo === 1)
    return `Right ${showPercent(record.rightShare)} of ${showCount(record.n)} trades, after fees`;
  const from = Math.round(record.saidFrom * 100);
  const to = Math.round(record.saidTo * 100);
  return `Said ${from}–${to}\u202f%: right ${showPercent(record.rightShare)} of ${showCount(record.n)}`;
}

export function Belief({ proposal }: { proposal: Proposal }) {
  const { edge, probability, record, interval } = proposal;
  if (edge === 'none' || edge === 'unknown' || probability === null) {
    return (
      <div className="my-2.5">
        <p className="text-[15px] font-semibold leading-5 text-text2">
          {edge === 'none' ? 'no edge here' : 'edge unknown'}
        </p>
        <p className="text-[11px] leading-[15px] text-text3">
          {record ? `${recordSentence(record)}.` : 'No record yet.'} {proposal.agent}.
        </p>
      </div>
    );
  }
  return (
    <div className="my-2.5 flex items-center gap-3">
      <span className="whitespace-nowrap text-[24px] font-bold leading-7 tracking-tight">
        {showPercent(probability)}
      </span>
      <span className="text-[11px] leading-[15px] text-text2">
        {record ? recordSentence(record) : 'No record yet'}
        <br />
        <span className="text-text3">
          {interval ? `interval ${Math.round(interval.low * 100)}–${showPercent(interval.high)} · ` : ''}
          {edge === 'weak' ? 'weak edge · ' : ''}
          {proposal.agent}
        </span>
      </span>
    </div>
  );
}

export function Votes({ proposal }: { proposal: Proposal }) {
  if (proposal.votes.length === 0) return null;
  return (
    <ul aria-label="Votes" className="mb-2">
      {proposal.votes.map((vote) => (
        <VoteRow key={vote.agent} vote={vote} side={proposal.side} />
      ))}
    </ul>
  );
}

function VoteRow({ vote, side }: { vote: Vote; side: Proposal['side'] }) {
  const isQuiet = vote.stance === 'abstain' || vote.stance === 'hold' || vote.probability === null;
  const word = vote.stance === 'abstain' ? 'abstains' : vote.stance === 'hold' ? 'holds' : `says ${vote.stance}`;
  if (isQuiet) {
    return (
      <li className="vote-quiet">
        <span className="text-text2">{vote.label}</span>
        <span className="text-text3">
          {word}
          {vote.note ? `, ${featuresInWords(realMinus(vote.note))}` : ''}
        </span>
      </li>
    );
  }
  const colour = vote.stance === 'buy' ? 'var(--up)' : 'var(--down)';
  return (
    <li className="vote">
      <span className="text-text2">{vote.label}</span>
      <span className="vote-track">
        <div
          style={{
            width: `${(vote.probability ?? 0) * 100}%`,
            background: colour,
            opacity: vote.stance === side ? 0.55 + Math.min(0.45, Math.abs((vote.probability ?? 0.5) - 0.5) * 2.2) : 1,
          }}
        />
      </span>
      <span className="text-right">
        <span className="sr-only">{word} </span>
        {vote.stance === side ? '' : <span aria-hidden="true">{vote.stance === 'buy' ? '▲ ' : '▼ '}</span>}
        {showPercent(vote.probability)}
      </span>
    </li>
  );
}

export function Reasons({ proposal }: { proposal: Proposal }) {
  if (proposal.reasons.length === 0) return null;
  return (
    <section className="mb-2 leading-[17px] text-text2">
      <h3 className="font-semibold text-text1">Why.</h3>
      <ul className="reasons">
        {proposal.reasons.map((reason, at) => (
          <li key={reason.code}>{reasonSentences(proposal)[at]}</li>
        ))}
      </ul>
    </section>
  );
}

const GATE = {
  pass: { text: 'Gate passes', tone: 'text-up' },
  shrink: { text: 'Gate shrank it', tone: 'text-seal-text' },
  deny: { text: 'Gate denies', tone: 'text-down' },
} as const;

export function Exposure({ proposal }: { proposal: Proposal }) {
  const gate = GATE[proposal.verdict.outcome];
  return (
    <>
      <div className="mb-1.5 flex flex-wrap justify-between gap-x-3 text-text2">
        <span>
          Exposure {(proposal.exposureBefore * 100).toFixed(0)} → {showPercent(proposal.exposureAfter)}
        </span>
        <span className={`font-semibold ${gate.tone}`}>{gate.text}</span>
      </div>
      {proposal.verdict.findings.length > 0 ? (
        <ul className="mb-1.5 text-text2">
          {proposal.verdict.findings.map((finding) => (
            <li key={finding.code}>{realMinus(finding.text)}</li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
