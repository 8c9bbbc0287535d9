/** One proposal: the sentence, what it risks, how far to believe it, who voted, why, the gate, the band and four keys. */
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import type { Proposal } from '../../preload/contract.ts';
import { isTypingTarget } from '../app/hotkeys.ts';
import { placesOfStep } from '../format/decimal.ts';
import { realMinus, showDecimal, showPercent, showSignedPercent } from '../format/number.ts';
import { showCountdown } from '../format/time.ts';
import { approveProposal, declineProposal, type Outcome } from '../stores/actions.ts';
import { instrumentOf, useIsLive } from '../stores/desk-store.ts';
import { type CardAction, cardAction, isWaiting, termsOf } from '../stores/queue.ts';
import { openCard, setEditing, useQueueStore } from '../stores/queue-store.ts';
import { BandGauge } from './BandGauge.tsx';
import { Cap } from './Panel.tsx';
import { ProposalEdit } from './ProposalEdit.tsx';
import { Belief, Exposure, Reasons, Votes } from './ProposalFacts.tsx';
import { reasonSentences } from './reason-sentences.ts';
import { useTicker } from './use-market.ts';

export const STATE_WORDS: Record<Proposal['state'], string> = {
  pending: 'waiting',
  'asks-again': 'asks again',
  signed: 'signed',
  declined: 'declined',
  lapsed: 'lapsed',
  denied: 'denied',
};

/** After terms change, or when a card opens where another was, a hand already on its way must not sign what it has not seen. */
const SETTLE_MS = 500;

export const ProposalCard = memo(function ProposalCard({ proposal, isOpen }: { proposal: Proposal; isOpen: boolean }) {
  const isEditing = useQueueStore((state) => state.editingId === proposal.id);
  const [error, setError] = useState<Outcome>(null);
  const [busy, setBusy] = useState<CardAction | null>(null);
  const areTermsSettled = useSettled(termsOf(proposal));
  const isPlaceSettled = useSettled(String(isOpen));
  const isLive = useIsLive();
  const waiting = isWaiting(proposal);
  const canAct = waiting && isLive && areTermsSettled && busy === null;

  function act(action: CardAction): void {
    if (!canAct) return;
    if (action === 'edit') {
      setEditing(isEditing ? null : proposal.id);
      return;
    }
    setBusy(action);
    setError(null);
    const request =
      action === 'decline'
        ? declineProposal(proposal.id)
        : approveProposal(proposal.id, action === 'half' ? 'half' : 'full', proposal.terms);
    request.then((outcome) => {
      setError(outcome);
      setBusy(null);
    });
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (isTypingTarget(event.target)) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') return;
    const action = cardAction(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    openCard(proposal.id);
    act(action);
  }

  return (
    <article
      // A card takes the keyboard so that its four letters act on it and on nothing else.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: focus is what makes its keys act on this proposal only
      tabIndex={0}
      data-proposal={proposal.id}
      data-state={proposal.state}
      data-open={isOpen}
      data-ended={!waiting}
      data-trust={proposal.edge === 'measured' || proposal.edge === 'weak' ? 'some' : 'none'}
      aria-label={`${sentenceOf(proposal)}, ${STATE_WORDS[proposal.state]}`}
      className="card"
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && !isOpen) openCard(proposal.id);
      }}
      onClick={() => {
        if (!isOpen) openCard(proposal.id);
      }}
    >
      <Headline proposal={proposal} isOpen={isOpen} />
      {waiting ? <TimeLeft proposal={proposal} /> : <EndState proposal={proposal} />}
      {isOpen && waiting ? (
        <>
          {proposal.rests ? <Rests proposal={proposal} /> : null}
          <Terms proposal={proposal} />
          <Belief proposal={proposal} />
          <Votes proposal={proposal} />
          <Reasons proposal={proposal} />
          <Exposure proposal={proposal} />
          <BandGauge proposal={proposal} />
          {isEditing ? (
            <ProposalEdit proposal={proposal} />
          ) : (
            <Actions act={act} canAct={canAct && isPlaceSettled} busy={busy} isLive={isLive} />
          )}
        </>
      ) : null}
      {!isOpen && waiting ? <Teaser proposal={proposal} /> : null}
      {error === null ? null : (
        <p role="alert" className="mt-2 text-down">
          {error}
        </p>
      )}
    </article>
  );
});

function useSettled(terms: string): boolean {
  const [settledFor, setSettledFor] = useState(terms);
  useEffect(() => {
    const timer = setTimeout(() => setSettledFor(terms), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [terms]);
  return settledFor === terms;
}

export function pricePlaces(proposal: Proposal): number {
  return placesOfStep(instrumentOf(proposal.instrumentId)?.tickSize ?? '0.01');
}

/** What is bought or sold: `BTC`; of a perpetual `BTC PERP`, which is another account's. */
function thingOf({ instrumentId, symbol }: Proposal): string {
  const instrument = instrumentOf(instrumentId);
  if (!instrument) return symbol;
  return instrument.kind === 'perpetual' ? `${instrument.base} PERP` : instrument.base;
}

export function sentenceOf(proposal: Proposal): string {
  const verb = proposal.side === 'buy' ? 'Buy' : 'Sell';
  return `${verb} ${showDecimal(proposal.qtyBase)} ${thingOf(proposal)} ${priceOf(proposal)}`;
}

/** `at market`, `at 59,999.00`, `resting at 59,000.00` */
function priceOf(proposal: Proposal): string {
  if (proposal.orderType === 'market') return 'at market';
  return `${proposal.rests ? 'resting ' : ''}at ${showDecimal(proposal.entryPrice, pricePlaces(proposal))}`;
}

function Headline({ proposal, isOpen }: { proposal: Proposal; isOpen: boolean }) {
  const isBuy = proposal.side === 'buy';
  return (
    <div className="flex items-baseline gap-2">
      <h2 className={`min-w-0 flex-1 ${isOpen ? 'text-[15px] leading-5' : 'text-[12.5px]'}`}>
        <span className={`font-bold ${isBuy ? 'text-up' : 'text-down'}`}>
          <span aria-hidden="true">{isBuy ? '▲' : '▼'}</span> {isBuy ? 'Buy' : 'Sell'}
        </span>{' '}
        <span className="font-bold">
          {showDecimal(proposal.qtyBase)} {thingOf(proposal)}
        </span>{' '}
        <span className="text-text2">{priceOf(proposal)}</span>
      </h2>
      {isOpen ? null : <Trust proposal={proposal} />}
      {isWaiting(proposal) ? <Countdown proposal={proposal} /> : null}
    </div>
  );
}

function Trust({ proposal }: { proposal: Proposal }) {
  const isTrusted = proposal.edge === 'measured' || proposal.edge === 'weak';
  if (!isTrusted) return <span className="text-text3">{proposal.edge === 'none' ? 'no edge here' : 'unknown'}</span>;
  return <span className="text-text2">{showPercent(proposal.probability)}</span>;
}

function Countdown({ proposal }: { proposal: Proposal }) {
  const text = useRef<HTMLSpanElement>(null);
  useTicker((nowMs) => {
    const shown = showCountdown(proposal.expiresAtMs - nowMs);
    if (text.current && text.current.textContent !== shown) text.current.textContent = shown;
  });
  return <span ref={text} role="timer" aria-label="Time left" className="min-w-8 text-right font-medium text-text2" />;
}

function TimeLeft({ proposal }: { proposal: Proposal }) {
  const bar = useRef<HTMLDivElement>(null);
  const wholeMs = Math.max(1, proposal.expiresAtMs - proposal.madeAtMs);
  useTicker((nowMs) => {
    const share = Math.max(0, Math.min(1, (proposal.expiresAtMs - nowMs) / wholeMs));
    if (bar.current) bar.current.style.transform = `scaleX(${share.toFixed(4)})`;
  });
  return (
    <>
      <div className="ttl my-2" aria-hidden="true">
        <div ref={bar} />
      </div>
      {proposal.state === 'asks-again' ? (
        <p role="status" className="mb-1.5 text-seal-text">
          <strong>Asks again:</strong> {realMinus(proposal.stateNote)}
        </p>
      ) : null}
    </>
  );
}

function EndState({ proposal }: { proposal: Proposal }) {
  const words = {
    signed: `Signed by ${proposal.signedBy ?? 'you'}`,
    declined: 'Declined',
    lapsed: 'Lapsed',
    denied: 'Denied by risk',
    pending: '',
    'asks-again': '',
  };
  const tone = proposal.state === 'signed' ? 'text-up' : proposal.state === 'denied' ? 'text-down' : 'text-text2';
  return (
    <p role="status" className={`mt-1 ${tone}`}>
      <strong>{words[proposal.state]}</strong>
      {proposal.stateNote ? <span className="text-text2">: {realMinus(proposal.stateNote)}</span> : null}
    </p>
  );
}

function shareFrom(price: string, entry: string): number {
  return Number(price) / Number(entry) - 1;
}

function Terms({ proposal }: { proposal: Proposal }) {
  const places = pricePlaces(proposal);
  const quote = instrumentOf(proposal.instrumentId)?.quote ?? '';
  return (
    <p className="leading-[17px] text-text2">
      {proposal.stopPrice === null ? null : (
        <>
          Stop <b className="font-medium text-text1">{showDecimal(proposal.stopPrice, places)}</b>{' '}
          <span className="text-down">{showSignedPercent(shareFrom(proposal.stopPrice, proposal.entryPrice))}</span> ·{' '}
        </>
      )}
      {proposal.targetPrice === null ? null : (
        <>
          target <b className="font-medium text-text1">{showDecimal(proposal.targetPrice, places)}</b>{' '}
          <span className="text-up">{showSignedPercent(shareFrom(proposal.targetPrice, proposal.entryPrice))}</span> ·{' '}
        </>
      )}
      {proposal.riskQuote === null ? (
        'only reduces'
      ) : (
        <>
          risks{' '}
          <b className="whitespace-nowrap font-medium text-text1">
            {showDecimal(proposal.riskQuote, 2)} {quote}
          </b>
          , <span className="whitespace-nowrap">{showPercent(proposal.riskShareOfEquity, 2)} of equity</span>
        </>
      )}
    </p>
  );
}

/** On the spot one balance backs one exit. */
const displacesStop = ({ instrumentId, side }: Proposal): boolean =>
  side === 'sell' && instrumentOf(instrumentId)?.kind === 'spot';

/** How far from the best price it would have taken when it was asked, and for how long it stays. */
function Rests({ proposal }: { proposal: Proposal }) {
  const { side, entryPrice, bandPrice, agent } = proposal;
  const away = Math.abs(shareFrom(entryPrice, bandPrice));
  const where = side === 'buy' ? 'below the ask' : 'above the bid';
  return (
    <p className="mb-1 leading-[17px] text-text2">
      Rests in the book, <span className="whitespace-nowrap">{showPercent(away, 2)}</span> {where}, until it fills or{' '}
      {agent} takes it back
      {displacesStop(proposal)
        ? '. A stop makes room for as much; while it rests this program alone watches the price of that stop'
        : ''}
    </p>
  );
}

function Teaser({ proposal }: { proposal: Proposal }) {
  return (
    <p className="line-clamp-2 text-text2">
      {proposal.agent}. {reasonSentences(proposal).join(' ')}
    </p>
  );
}

function Actions(props: {
  act: (action: CardAction) => void;
  canAct: boolean;
  busy: CardAction | null;
  isLive: boolean;
}) {
  const { act, canAct, busy, isLive } = props;
  return (
    <>
      <div className="mt-2.5 grid grid-cols-[1.35fr_1fr_1fr_1.25fr] gap-1.5">
        <button
          type="button"
          aria-label="Approve"
          className="button button-seal h-[30px] px-1"
          disabled={!canAct}
          onClick={() => act('approve')}
        >
          {busy === 'approve' ? 'Signing…' : 'Approve'} <Cap>A</Cap>
        </button>
        <button
          type="button"
          aria-label="Half"
          className="button h-[30px] px-1"
          disabled={!canAct}
          onClick={() => act('half')}
        >
          Half <Cap>H</Cap>
        </button>
        <button
          type="button"
          aria-label="Edit"
          className="button h-[30px] px-1"
          disabled={!canAct}
          onClick={() => act('edit')}
        >
          Edit <Cap>E</Cap>
        </button>
        <button
          type="button"
          aria-label="Decline"
          className="button h-[30px] px-1"
          disabled={!canAct}
          onClick={() => act('decline')}
        >
          Decline <Cap>D</Cap>
        </button>
      </div>
      {isLive ? null : <p className="mt-1.5 text-text2">No connection to the engine: nothing can be signed.</p>}
    </>
  );
}
