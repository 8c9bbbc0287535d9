/** Toasts, and the two live regions a screen reader listens to. */
import { useEffect, useRef } from 'react';
import { troublesOf } from '../panels/health/health-words.ts';
import { sentenceOf } from '../panels/ProposalCard.tsx';
import { useFeedStatus } from '../panels/use-market.ts';
import { deskStore, useDesk, useDeskStore } from '../stores/desk-store.ts';
import { isWaiting } from '../stores/queue.ts';
import { announce, dismissToast, useToasts } from '../stores/toast-store.ts';
import { useView } from '../stores/view-store.ts';

const TONES = { info: 'border-line', good: 'border-up', bad: 'border-down' } as const;

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <section
      aria-label="Notices"
      className="pointer-events-none fixed bottom-9 left-1/2 z-50 flex -translate-x-1/2 flex-col items-center gap-1.5"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          role={toast.tone === 'bad' ? 'alert' : 'status'}
          className={`pointer-events-auto flex max-w-[560px] items-center gap-3 rounded-lg border bg-bg3 px-3 py-2 ${TONES[toast.tone]}`}
        >
          <span>{toast.text}</span>
          <button
            type="button"
            aria-label="Dismiss"
            className="cursor-pointer text-text2"
            onClick={() => dismissToast(toast.id)}
          >
            ✕
          </button>
        </div>
      ))}
    </section>
  );
}

export function LiveRegions() {
  const polite = useToasts((state) => state.polite);
  const assertive = useToasts((state) => state.assertive);
  useAnnounceProposals();
  useAnnounceFeed();
  useAnnounceTroubles();
  return (
    <>
      <div className="sr-only" aria-live="polite">
        {polite}
      </div>
      <div className="sr-only" aria-live="assertive">
        {assertive}
      </div>
    </>
  );
}

function useAnnounceProposals(): void {
  useEffect(() => {
    let known: Set<string> | null = null;
    const look = (): void => {
      const rows = deskStore.getState().desk?.proposals;
      if (!rows) return;
      const fresh = known === null ? [] : rows.filter((row) => !known?.has(row.id) && isWaiting(row));
      known = new Set(rows.map((row) => row.id));
      const first = fresh[0];
      if (first)
        announce(`New proposal: ${sentenceOf(first)}${fresh.length > 1 ? ` and ${fresh.length - 1} more` : ''}.`);
    };
    look();
    return deskStore.subscribe((state, before) => {
      if (state.desk?.proposals !== before.desk?.proposals) look();
    });
  }, []);
}

function useAnnounceFeed(): void {
  const instrumentId = useView((view) => view.instrumentId);
  const symbol = useDeskStore((state) => state.hello?.instruments.find((row) => row.id === instrumentId)?.symbol);
  const status = useFeedStatus(instrumentId);
  const before = useRef(status);
  useEffect(() => {
    if (before.current === 'live' && status !== 'live') announce(`${symbol} data is ${status}.`, 'assertive');
    if (before.current !== 'live' && before.current !== 'connecting' && status === 'live')
      announce(`${symbol} data is live again.`);
    before.current = status;
  }, [status, symbol]);
}

/** What comes to stand against trading as usual; feeds have words of their own above. */
function useAnnounceTroubles(): void {
  const texts = useDesk((desk) => troublesOf({ ...desk.health, feeds: [] }).join('. '), '');
  const before = useRef(texts);
  useEffect(() => {
    if (texts !== '' && texts !== before.current) announce(`${texts}.`);
    before.current = texts;
  }, [texts]);
}
