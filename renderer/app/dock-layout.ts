/** The default arrangement of the Trade workspace, and the saved one's shape. */
import type { DockviewApi } from 'dockview-react';
import { PANEL_NAMES, type PanelId } from '../panels/Panel.tsx';

/** Raised when the panels change so much that saved layouts no longer fit. */
export const LAYOUT_VERSION = 1;

/** Headers are 30 px; the rest is what each panel needs to show its first screenful. */
const WATCHLIST_WIDTH_PX = 236;
const BOOK_WIDTH_PX = 208;
const QUEUE_WIDTH_PX = 356;
const TABLES_HEIGHT_SHARE = 0.235;
const TICKET_HEIGHT_PX = 352;
const TICKET_HEIGHT_MOST_PX = 440;
const WATCHLIST_HEIGHT_PX = 372;

/** Clears the dock and lays out the default. */
export function layOutDefault(api: DockviewApi): void {
  api.clear();
  const { width, height } = api;
  const add = (
    id: PanelId,
    position?: { referencePanel: PanelId; direction: 'left' | 'right' | 'above' | 'below' | 'within' },
    size: { initialWidth?: number; initialHeight?: number; minimumWidth?: number; minimumHeight?: number } = {},
  ): void => {
    api.addPanel({
      id,
      component: id,
      title: PANEL_NAMES[id],
      ...(position ? { position } : {}),
      inactive: position?.direction === 'within',
      ...size,
    } as Parameters<DockviewApi['addPanel']>[0]);
  };
  const tablesPx = Math.round(height * TABLES_HEIGHT_SHARE);
  // What the watchlist does not need for all its rows goes to the ticket's answers from the gate.
  const ticketPx = Math.min(TICKET_HEIGHT_MOST_PX, Math.max(TICKET_HEIGHT_PX, height - tablesPx - WATCHLIST_HEIGHT_PX));
  add('chart');
  add('queue', { referencePanel: 'chart', direction: 'right' }, { initialWidth: QUEUE_WIDTH_PX, minimumWidth: 330 });
  add('positions', { referencePanel: 'chart', direction: 'below' }, { initialHeight: tablesPx });
  for (const id of ['orders', 'models', 'journal', 'health'] as const)
    add(id, { referencePanel: 'positions', direction: 'within' });
  add(
    'watchlist',
    { referencePanel: 'chart', direction: 'left' },
    { initialWidth: WATCHLIST_WIDTH_PX, minimumWidth: 200 },
  );
  add('book', { referencePanel: 'chart', direction: 'right' }, { initialWidth: BOOK_WIDTH_PX, minimumWidth: 190 });
  add('ticket', { referencePanel: 'watchlist', direction: 'below' }, { initialHeight: ticketPx, minimumHeight: 200 });
  add('trades', { referencePanel: 'book', direction: 'below' }, { initialHeight: Math.round(height * 0.24) });
  const sizeOf = (id: PanelId, size: { width?: number; height?: number }): void =>
    api.getPanel(id)?.group.api.setSize(size);
  sizeOf('queue', { width: Math.max(QUEUE_WIDTH_PX, Math.round(width * 0.2)) });
  sizeOf('positions', { height: tablesPx });
  sizeOf('watchlist', { width: WATCHLIST_WIDTH_PX });
  sizeOf('book', { width: BOOK_WIDTH_PX });
  sizeOf('ticket', { height: ticketPx });
  sizeOf('trades', { height: Math.round(height * 0.22) });
}

interface SavedLayout {
  readonly version: number;
  readonly dock: Parameters<DockviewApi['fromJSON']>[0];
}

export function saveShape(api: DockviewApi): SavedLayout {
  return { version: LAYOUT_VERSION, dock: api.toJSON() };
}

/** Restores a saved layout; false when it is none of ours, and the dock is then to be laid out anew. */
export function restoreLayout(api: DockviewApi, value: unknown): boolean {
  const saved = value as Partial<SavedLayout> | null;
  if (typeof saved !== 'object' || saved?.version !== LAYOUT_VERSION || !saved.dock) return false;
  try {
    api.fromJSON(saved.dock);
    return api.panels.length > 0;
  } catch {
    return false;
  }
}
