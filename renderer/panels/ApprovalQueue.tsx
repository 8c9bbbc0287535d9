/** The approval queue: one open card that asks, the waiting ones below it, and what became of the earlier ones. */
import { useEffect, useMemo } from 'react';
import type { DeskSnapshot, Proposal } from '../../preload/contract.ts';
import { realMinus, showDecimal } from '../format/number.ts';
import { showClock, showMoment } from '../format/time.ts';
import { acknowledgeDifference } from '../stores/actions.ts';
import { useDesk, useDeskStore } from '../stores/desk-store.ts';
import { useMandate, withdrawMandate } from '../stores/mandate.ts';
import { isWaiting, viewQueue } from '../stores/queue.ts';
import { queueStore, useQueueStore } from '../stores/queue-store.ts';
import { setView } from '../stores/view-store.ts';
import { Cap, Empty, Panel } from './Panel.tsx';
import { ProposalCard, STATE_WORDS } from './ProposalCard.tsx';

const NONE: readonly Proposal[] = [];
const EARLIER_SHOWN = 40;
const ENDED_STAYS_MS = 2_500;

export function useQueueView() {
  const proposals = useDesk((desk) => desk.proposals, NONE);
  const openId = useQueueStore((state) => state.openId);
  const shownIds = useQueueStore((state) => state.shownIds);
  return useMemo(() => viewQueue(proposals, openId, shownIds), [proposals, openId, shownIds]);
}

export function ApprovalQueue() {
  const queue = useQueueView();
  const holds = useDesk((desk) => desk.safety.holds, NO_HOLDS);
  const open = queue.cards.find((row) => row.id === queue.openId);
  const openHasEnded = open !== undefined && !isWaiting(open);
  const shown = queue.cards.map((row) => row.id).join(' ');

  // What is on screen now holds its place from now on; the open card is named, so that it cannot slip.
  useEffect(() => {
    queueStore.setState({ openId: queue.openId, shownIds: shown === '' ? [] : shown.split(' ') });
  }, [queue.openId, shown]);

  // An ended card stays long enough to be read, then the next one opens, without taking the keyboard.
  useEffect(() => {
    if (!openHasEnded) return;
    const timer = setTimeout(() => {
      const next = queue.cards.find(isWaiting);
      queueStore.setState({ openId: next?.id ?? null, shownIds: [] });
    }, ENDED_STAYS_MS);
    return () => clearTimeout(timer);
  }, [openHasEnded, queue.cards]);

  return (
    <Panel id="queue">
      {queue.cards.length === 0 ? (
        <div className="min-h-40 flex-1">
          <Empty title="Nothing asks for you">
            Proposals appear here with their reasons, their record and the time left. The newest goes to the bottom.
          </Empty>
        </div>
      ) : (
        <div className="flex flex-col gap-2 p-2">
          {queue.cards.map((row) => (
            <ProposalCard key={row.id} proposal={row} isOpen={row.id === queue.openId} />
          ))}
        </div>
      )}
      {queue.earlier.length > 0 ? <Earlier rows={queue.earlier.slice(0, EARLIER_SHOWN)} /> : null}
      <QueueFoot holds={holds} />
    </Panel>
  );
}

type Hold = DeskSnapshot['safety']['holds'][number];
const NO_HOLDS: readonly Hold[] = [];

function Earlier({ rows }: { rows: readonly Proposal[] }) {
  return (
    <section aria-label="Earlier proposals" className="px-2 pb-2">
      <h2 className="mb-1 mt-1 px-1 text-[11px] font-medium text-text3">Earlier</h2>
      {rows.map((row) => (
        <div
          key={row.id}
          tabIndex={-1}
          data-earlier={row.id}
          className="flex gap-2 rounded px-1 py-0.5 text-[11px] text-text2"
        >
          <span className="text-text3">{showClock(row.madeAtMs).slice(0, 5)}</span>
          <span className="min-w-0 flex-1 truncate" title={realMinus(row.stateNote)}>
            {row.side === 'buy' ? '▲ Buy' : '▼ Sell'} {showDecimal(row.qtyBase)} {row.symbol}
          </span>
          <span className={row.state === 'signed' ? 'text-up' : 'text-text3'}>{STATE_WORDS[row.state]}</span>
        </div>
      ))}
    </section>
  );
}

/** Below the cards, so that a hold that comes or goes moves no button. */
function QueueFoot({ holds }: { holds: readonly Hold[] }) {
  return (
    <div className="sticky bottom-0 mt-auto bg-bg1">
      {holds.length > 0 ? (
        <div role="status" className="border-t border-seal/60 px-3 py-1.5 text-text2">
          <span className="font-semibold text-seal-text">⚠ New entries wait. </span>
          {holds.map((hold) => hold.text).join(' ')}
          {holds.map(({ difference }) =>
            difference ? (
              <button
                key={difference.asset}
                type="button"
                className="button ml-2 px-2"
                onClick={() => void acknowledgeDifference(difference)}
              >
                Book {difference.asset} as the venue has it
              </button>
            ) : null,
          )}
        </div>
      ) : null}
      <div className="flex h-9 items-center gap-2 whitespace-nowrap border-t border-line px-3 text-[11px] text-text3">
        <MandateState />
      </div>
    </div>
  );
}

function MandateState() {
  const mandate = useMandate();
  const isPractice = useDeskStore((state) => state.hello?.mode !== 'live');
  const write = (text: string) => (
    <button
      type="button"
      className="button button-quiet"
      aria-haspopup="dialog"
      onClick={() => setView({ overlay: 'mandate' })}
    >
      {text} <Cap>M</Cap>
    </button>
  );
  if (!mandate) {
    return (
      <>
        <span>Mandate</span>
        <span className="font-semibold text-text1">off</span>
        {write('Write one')}
        <span className="ml-auto">{isPractice ? 'no real money' : 'real money'}</span>
      </>
    );
  }
  return (
    <>
      <span className="font-semibold text-seal-text">Mandate on</span>
      <span className="min-w-0 truncate text-text1" title={mandate.name}>
        {mandate.name}
      </span>
      <span>until {showMoment(mandate.validUntilMs).slice(5)}</span>
      <button
        type="button"
        className="button button-quiet ml-auto"
        aria-label="Withdraw mandate"
        onClick={() => void withdrawMandate()}
      >
        Withdraw <Cap>⇧M</Cap>
      </button>
    </>
  );
}
