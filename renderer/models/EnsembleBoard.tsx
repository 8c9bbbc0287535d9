/** Who says what of one instrument now, what each word weighs and why, and how the shadows do beside what trades. */
import { useId } from 'react';
import type { EnsembleBoard as Ensemble, EnsembleMember } from '../../preload/boards-contract.ts';
import { showPanel } from '../app/dock-api.ts';
import { NONE, realMinus, showCount, showFloat, showPercent } from '../format/number.ts';
import { showClock } from '../format/time.ts';
import { setView } from '../stores/view-store.ts';
import { BoardOpener } from './BoardOpener.tsx';
import { BoardState } from './BoardState.tsx';
import { chooseOnBoard, useBoardChoice } from './board-store.ts';
import {
  besideSentence,
  factorOf,
  intervalText,
  outcomeWords,
  paceWords,
  STANCES,
  showNats,
  VERDICTS,
  whyWeight,
} from './board-words.ts';
import './boards.css';
import { HourLine } from './HourLine.tsx';
import { trailingMean } from './hour-course.ts';
import { InstrumentChoice, useBoardInstrument } from './InstrumentChoice.tsx';
import { TrustNow } from './TrustNow.tsx';
import { useBoard } from './use-board.ts';

const COIN_LOSS = Math.LN2;
const HOURS_OF_MEAN = 24;

export function EnsembleBoard() {
  const instrumentId = useBoardInstrument();
  const board = useBoard(instrumentId, (client) => client.ensembleBoard({ instrumentId: instrumentId! }));
  return (
    <section className="flex min-h-0 flex-1 flex-col" aria-label="Ensemble">
      <div className="flex shrink-0 items-center gap-3 border-b border-line px-3 py-1.5">
        <InstrumentChoice />
        <button
          type="button"
          className="button button-quiet ml-auto"
          title="Weights by hand, the threshold and how often it is judged are set on the model board of the desk"
          onClick={() => {
            setView({ workspace: 'trade' });
            showPanel('models');
          }}
        >
          Set weights and threshold
        </button>
      </div>
      <BoardState board={board} loading="Asking the members…">
        {(value) => <Counted board={value} />}
      </BoardState>
    </section>
  );
}

function Counted({ board }: { board: Ensemble }) {
  const models = board.members.filter(({ role, trust }) => role === 'vote' && trust !== null).length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Votes now">
      <Outcome board={board} />
      <table className="board-rows" aria-label="Members">
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col" data-align="left">
              Says now
            </th>
            <th scope="col" title="Of all weight cast now">
              Weight
            </th>
            <th scope="col" title="What its word is trusted next to the others’">
              Factor
            </th>
            <th
              scope="col"
              title="Mean logarithmic loss of its settled forecasts of the last weeks, in nats; a coin has 0.6931"
            >
              Live loss
            </th>
            <th
              scope="col"
              data-align="left"
              title="A shadow beside the version of its name that votes; the others beside a coin"
            >
              Compared
            </th>
          </tr>
        </thead>
        <tbody>
          {board.members.map((member) => (
            <MemberRows key={`${member.role} ${member.id}`} member={member} models={models} regime={board.regime} />
          ))}
        </tbody>
      </table>
      <TrustNow instrumentId={board.instrumentId} />
      <p className="px-3 py-2 text-[11px] leading-[15px] text-text3">
        Losses and gains are in nats a forecast, less is better. Intervals are the middle 95 % when whole blocks of
        hours are drawn anew. Counted at {showClock(board.atMs)} UTC.
      </p>
    </section>
  );
}

function Outcome({ board }: { board: Ensemble }) {
  const { confidence, confidenceMin, disagreement, disagreementMax, decideEveryMs, regime } = board;
  const isSplit = disagreement > disagreementMax;
  const figures = [
    {
      name: 'pooled confidence',
      text: showPercent(confidence, 1),
      about: 'Weighed mean of what the voters with an edge say',
    },
    { name: 'wanted', text: showPercent(confidenceMin, 1), about: 'Below it nothing is proposed' },
    {
      name: isSplit ? 'disagreement: too much' : 'disagreement',
      text: showPercent(disagreement),
      about: `Of the votes, how far they cancel out; above ${showPercent(disagreementMax)} nothing is proposed by weight`,
    },
    { name: 'market now', text: regime, about: 'Range of the last 14 candles against the last 96' },
    { name: 'judged', text: paceWords(decideEveryMs), about: 'How often this instrument is decided about' },
  ];
  return (
    <div className="border-b border-line px-3 py-2">
      <p className="text-[15px] font-semibold leading-5" aria-live="polite">
        {outcomeWords(board)}
        {board.deciding === null ? null : (
          <span className="text-[12px] font-normal text-text2"> by the levels of {board.deciding}</span>
        )}
      </p>
      <p className="min-h-[17px] select-text leading-[17px] text-text2">{realMinus(board.text)}</p>
      <dl className="mt-1.5 grid grid-cols-5 gap-3">
        {figures.map(({ name, text, about }) => (
          <div key={name} title={about} className="min-w-0">
            <dd className="truncate text-[13px] font-semibold leading-[17px]">{text}</dd>
            <dt className="truncate text-[10.5px] leading-[14px] text-text3">{name}</dt>
          </div>
        ))}
      </dl>
    </div>
  );
}

function MemberRows(props: { member: EnsembleMember; models: number; regime: Ensemble['regime'] }) {
  const { member } = props;
  const isOpen = useBoardChoice(({ openMember }) => openMember === member.id);
  const panelId = useId();
  const { sign, word, tone } = STANCES[member.stance];
  const factor = factorOf(member);
  const { live, beside } = member;
  return (
    <>
      <tr data-member={member.id} data-open={isOpen}>
        <BoardOpener
          label={member.label}
          role={member.role}
          timeframe={member.timeframe}
          isOpen={isOpen}
          panelId={panelId}
          onToggle={() => chooseOnBoard({ openMember: isOpen ? null : member.id })}
        />
        <td data-align="left" title={realMinus(member.note)}>
          <span aria-hidden="true" className={tone}>
            {sign}
          </span>{' '}
          {word} {member.probability === null ? '' : showPercent(member.probability, 1)}
          {member.stance === 'hold' && member.probability !== null ? ' up' : ''}
        </td>
        <td>{member.role === 'shadow' ? 'none' : showPercent(member.weightShare)}</td>
        <td title={member.byHand === null ? undefined : 'Set by hand'}>
          {factor === null ? NONE : `× ${showFloat(factor, 2)}`}
          {member.byHand === null ? null : (
            <>
              <span aria-hidden="true"> ✎</span>
              <span className="sr-only"> by hand</span>
            </>
          )}
        </td>
        <td>
          {live === null ? NONE : showFloat(live.logLoss.value, 4)}
          <small>
            {live === null
              ? 'none settled'
              : intervalText(live.logLoss, (value) => showFloat(value, 4)) || `${showCount(live.logLoss.n)} settled`}
          </small>
        </td>
        <td data-align="left">
          {beside === null ? (
            NONE
          ) : (
            <>
              <span className={VERDICTS[beside.verdict].tone}>
                <span aria-hidden="true">{VERDICTS[beside.verdict].sign} </span>
                {VERDICTS[beside.verdict].word}
              </span>
              <small>
                {showNats(beside.logLoss.value)} beside {beside.version ?? 'a coin'}
              </small>
            </>
          )}
        </td>
      </tr>
      {isOpen ? (
        <tr className="board-detail">
          <td id={panelId} colSpan={6}>
            <MemberDetail {...props} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function MemberDetail({
  member,
  models,
  regime,
}: {
  member: EnsembleMember;
  models: number;
  regime: Ensemble['regime'];
}) {
  const { hours, beside, live, saidAtMs } = member;
  return (
    <section aria-label={`Why ${member.label}`} className="grid grid-cols-[minmax(0,1fr)_300px] gap-5">
      <div className="flex min-w-0 select-text flex-col gap-1 leading-[17px]">
        <p className="text-text2">
          {saidAtMs === null ? '' : `Of the candle that closed at ${showClock(saidAtMs)} UTC: `}
          {realMinus(member.note)}
        </p>
        {whyWeight(member, models, regime).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {beside === null ? null : <p>{besideSentence(beside)}</p>}
        {live === null ? null : (
          <p className="text-text2">
            Brier {showFloat(live.brier.value, 4)}, right in {showPercent(live.rightShare, 1)} of{' '}
            {showCount(live.logLoss.n)} forecasts that the last four weeks settled.
          </p>
        )}
      </div>
      {member.kind === 'rule' ? null : (
        <div className="flex min-w-0 flex-col gap-2">
          {member.role === 'vote' ? (
            <HourLine
              atMs={hours.atMs}
              values={hours.trust}
              label="Factor by the hour"
              level={{ value: 1, name: 'average' }}
              show={(value) => `× ${showFloat(value, 2)}`}
            />
          ) : null}
          <HourLine
            atMs={hours.atMs}
            values={trailingMean(hours.logLoss, hours.n, HOURS_OF_MEAN)}
            label="Loss, mean of 24 hours"
            level={{ value: COIN_LOSS, name: 'coin' }}
            show={(value) => showFloat(value, 4)}
          />
        </div>
      )}
    </section>
  );
}
