/** Which proposal is open, which is being edited, and what was shown before: the queue's memory between patches. */
import { createStore, useStore } from 'zustand';
import { deskStore } from './desk-store.ts';
import { neighbourCard, type QueueView, viewQueue } from './queue.ts';
import { setView } from './view-store.ts';

interface QueueState {
  readonly openId: string | null;
  readonly editingId: string | null;
  readonly shownIds: readonly string[];
}

export const queueStore = createStore<QueueState>()(() => ({ openId: null, editingId: null, shownIds: [] }));

export function useQueueStore<T>(select: (state: QueueState) => T): T {
  return useStore(queueStore, select);
}

/** The queue as it stands. */
export function currentQueue(): QueueView {
  const { openId, shownIds } = queueStore.getState();
  return viewQueue(deskStore.getState().desk?.proposals ?? [], openId, shownIds);
}

/** Opens a card by the person's will: what ended above it may leave now, and the chart shows its instrument. */
export function openCard(id: string | null): void {
  const proposal = deskStore.getState().desk?.proposals.find((row) => row.id === id);
  if (proposal) setView({ instrumentId: proposal.instrumentId });
  queueStore.setState((state) => ({ openId: id, shownIds: [], editingId: state.editingId === id ? id : null }));
}

export function setEditing(id: string | null): void {
  queueStore.setState({ editingId: id });
}

/** Opens the neighbouring card and puts the keyboard on it. */
export function moveFocus(step: 1 | -1): void {
  const queue = currentQueue();
  const isOnCard = document.activeElement?.closest('[data-proposal]') !== null;
  const next = isOnCard ? neighbourCard(queue, step) : queue.openId;
  if (next === null) return;
  openCard(next);
  // At once, so that the next key already lands on this card; then, opened, into view.
  const card = document.querySelector<HTMLElement>(`[data-proposal="${CSS.escape(next)}"]`);
  card?.focus({ preventScroll: true });
  requestAnimationFrame(() => card?.scrollIntoView({ block: 'nearest' }));
}
