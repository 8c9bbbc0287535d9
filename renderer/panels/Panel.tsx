/** What every panel has: its name, and a plain word when there is nothing to show yet. */
import type { ReactNode } from 'react';
import { useDeskStore } from '../stores/desk-store.ts';

/** The names never change: tests, screen readers and people's memory rely on them. */
export const PANEL_NAMES = {
  watchlist: 'Watchlist',
  chart: 'Chart',
  book: 'Book ladder',
  trades: 'Trades',
  ticket: 'Order ticket',
  queue: 'Approval queue',
  positions: 'Positions',
  orders: 'Orders and fills',
  models: 'Model board',
  journal: 'Journal',
  health: 'System health',
} as const;

export type PanelId = keyof typeof PANEL_NAMES;

export function Panel({ id, children, scrolls = true }: { id: PanelId; children: ReactNode; scrolls?: boolean }) {
  const hasDesk = useDeskStore((state) => state.desk !== null);
  const link = useDeskStore((state) => state.link);
  return (
    // The dock names the region around this after the panel in front.
    <div
      data-panel={id}
      {...(scrolls ? { tabIndex: 0 } : {})}
      className={`flex h-full min-h-0 flex-col ${scrolls ? 'overflow-auto' : 'overflow-hidden'} ${
        link.state === 'lost' && hasDesk ? 'dimmed' : ''
      }`}
    >
      {hasDesk ? children : <NothingYet />}
    </div>
  );
}

function NothingYet() {
  const link = useDeskStore((state) => state.link);
  return (
    <div className="empty">
      {link.state === 'lost' ? (
        <>
          <strong>No connection</strong>
          <span>The engine is not answering; trying again by itself.</span>
        </>
      ) : (
        <span>Connecting…</span>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children ? <span>{children}</span> : null}
    </div>
  );
}

/** A key's cap. Drawn by CSS, so that it is never part of a button's name. */
export function Cap({ children }: { children: string }) {
  return <span className="cap" aria-hidden="true" data-text={children} />;
}
