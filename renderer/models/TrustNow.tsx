/** How much of each member's word is believed now and why, what that was learnt from, and whether it counts. */
import { useState } from 'react';
import type { TrustBoard } from '../../preload/trust-contract.ts';
import { realMinus } from '../format/number.ts';
import { showClock } from '../format/time.ts';
import { ConfirmButton } from '../panels/ConfirmButton.tsx';
import { learnTrust, promoteTrust, rollbackTrust } from '../stores/actions.ts';
import { countsSentence, heardWords, learntSentence, TRUST_VERDICTS } from './trust-words.ts';
import { useBoard } from './use-board.ts';

export function TrustNow({ instrumentId }: { instrumentId: string }) {
  const asked = useBoard(`trust ${instrumentId}`, (client) => client.trustBoard({ instrumentId }));
  if (asked.state !== 'ready') return null;
  return <Trust board={asked.value} />;
}

function Trust({ board }: { board: TrustBoard }) {
  const { counts, learnt, members, problem } = board;
  const verdict = learnt && TRUST_VERDICTS[learnt.verdict];
  return (
    <section aria-label="When to believe whom" className="border-y border-line px-3 py-2 leading-[17px]">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-[12px] font-semibold">When to believe whom</h3>
        {verdict === null ? null : (
          <span className={`text-[12px] ${verdict.tone}`}>
            <span aria-hidden="true">{verdict.sign} </span>
            {verdict.word}
          </span>
        )}
        <TrustDeeds board={board} />
      </div>
      <p className="select-text">{countsSentence(board)}</p>
      <p className="select-text text-text2">
        {learnt === null ? 'Nothing was learnt yet about when to believe which member.' : learntSentence(learnt)}
      </p>
      {problem === '' ? null : (
        <p role="alert" className="text-down">
          {realMinus(problem)}
        </p>
      )}
      {members.length === 0 ? null : (
        <>
          <p className="mt-1 text-[11px] text-text3">
            {counts === null ? 'If it counted, of what each said last:' : 'Of what each said last:'}
          </p>
          <dl className="grid grid-cols-[minmax(0,31%)_minmax(0,1fr)_auto] gap-x-3">
            {members.map((member) => (
              <Believed key={member.id} member={member} />
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Believed({ member }: { member: TrustBoard['members'][number] }) {
  return (
    <>
      <dt className="truncate">{member.label}</dt>
      <dd className={member.why === '' ? 'text-text2' : ''}>{heardWords(member)}</dd>
      <dd className="text-[11px] text-text3">{showClock(member.saidAtMs)}</dd>
    </>
  );
}

function TrustDeeds({ board: { isLearning, mayCount, wayBack } }: { board: TrustBoard }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const act = (outcome: Promise<string | null>): void => void outcome.then(setRefusal);
  return (
    <>
      <span className="ml-auto flex items-center gap-2">
        {mayCount ? (
          <ConfirmButton
            text="Let it count"
            question="It takes weight from words that are right less often, and never makes a proposal."
            yes="Let it count"
            onYes={() => act(promoteTrust())}
          />
        ) : null}
        {wayBack === null ? null : (
          <ConfirmButton
            text={wayBack === 'records' ? 'Back to records alone' : 'Back to the one before'}
            question={
              wayBack === 'records'
                ? 'Words are weighed by records alone, at once.'
                : 'What counted before counts again, at once.'
            }
            yes="Go back"
            onYes={() => act(rollbackTrust())}
          />
        )}
        <button
          type="button"
          className="button button-quiet"
          disabled={isLearning}
          title="From every settled forecast of this account, in a thread of its own"
          onClick={() => act(learnTrust())}
        >
          {isLearning ? 'Learning…' : 'Learn anew'}
        </button>
      </span>
      {refusal === null ? null : (
        <p role="alert" className="w-full text-down">
          {refusal}
        </p>
      )}
    </>
  );
}
