/**
 * The approval queue's order and attention. Pure.
 *
 * Two rules keep a hand on the mouse safe: a new proposal goes below everything shown, and a proposal that ended above
 * the open card keeps its place until the person moves on.
 */
import type { Proposal } from '../../preload/contract.ts';

export interface QueueView {
  /** Cards from top to bottom: waiting ones, and ended ones that still hold their place. */
  readonly cards: readonly Proposal[];
  /** Ended, newest first. */
  readonly earlier: readonly Proposal[];
  readonly openId: string | null;
}

export const isWaiting = (proposal: Proposal): boolean =>
  proposal.state === 'pending' || proposal.state === 'asks-again';

/** The queue as shown, from the rows in arrival order, the open card and the cards shown before. */
export function viewQueue(
  proposals: readonly Proposal[],
  openId: string | null,
  shownIds: readonly string[],
): QueueView {
  const open = proposals.find((row) => row.id === openId);
  const shown = new Set(shownIds);
  const openAt = open ? proposals.indexOf(open) : -1;
  const cards = proposals.filter(
    (row, index) => isWaiting(row) || row.id === open?.id || (shown.has(row.id) && index < openAt),
  );
  const held = new Set(cards.map((row) => row.id));
  const earlier = proposals.filter((row) => !held.has(row.id)).toReversed();
  return { cards, earlier, openId: open ? open.id : (cards[0]?.id ?? null) };
}

/** The waiting card `step` places from the open one; the nearest end when there is none further. */
export function neighbourCard(queue: QueueView, step: 1 | -1): string | null {
  const waiting = queue.cards.filter((row) => isWaiting(row) || row.id === queue.openId);
  const at = waiting.findIndex((row) => row.id === queue.openId);
  const next = waiting[Math.max(0, Math.min(waiting.length - 1, at + step))];
  return next?.id ?? null;
}

export type CardAction = 'approve' | 'half' | 'edit' | 'decline';

const CARD_KEYS: Readonly<Record<string, CardAction>> = { a: 'approve', h: 'half', e: 'edit', d: 'decline' };

/** What a key means on a focused card; null when it means nothing there, is held down, or carries a modifier. */
export function cardAction(event: {
  key: string;
  repeat: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}): CardAction | null {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  return CARD_KEYS[event.key.toLowerCase()] ?? null;
}

/** What must not change unseen between reading a card and signing it. */
export function termsOf(proposal: Proposal): string {
  const { state, qtyBase, entryPrice, stopPrice, targetPrice, bandPrice } = proposal;
  return [state, qtyBase, entryPrice, stopPrice, targetPrice, bandPrice].join(' ');
}
