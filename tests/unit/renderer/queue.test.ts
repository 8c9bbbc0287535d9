import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../preload/contract.ts';
import { neighbourCard, termsOf, viewQueue } from '../../../renderer/stores/queue.ts';
import { createDoubleMarket } from '../../support/desk-double-market.ts';
import { proposalFor } from '../../support/desk-double-state.ts';

const market = createDoubleMarket(7);
const row = (id: string, state: Proposal['state'] = 'pending'): Proposal => ({ ...proposalFor(market, 0, id), state });
const cardIds = (rows: readonly Proposal[]): string[] => rows.map((card) => card.id);

describe('the queue', () => {
  it('opens the first when none is open', () => {
    expect(viewQueue([row('a'), row('b')], null, []).openId).toBe('a');
  });

  it('a new proposal goes below and takes no focus', () => {
    const queue = viewQueue([row('a'), row('b'), row('new')], 'b', ['a', 'b']);
    expect(queue.openId).toBe('b');
    expect(cardIds(queue.cards)).toEqual(['a', 'b', 'new']);
  });

  it('what ends above the open card holds its place; what ends below leaves', () => {
    const queue = viewQueue([row('a', 'lapsed'), row('b'), row('c', 'declined')], 'b', ['a', 'b', 'c']);
    expect(cardIds(queue.cards)).toEqual(['a', 'b']);
    expect(cardIds(queue.earlier)).toEqual(['c']);
  });

  it('an ended open card stays until attention moves', () => {
    const rows = [row('a', 'signed'), row('b')];
    expect(viewQueue(rows, 'a', ['a', 'b']).openId).toBe('a');
    expect(cardIds(viewQueue(rows, 'b', []).cards)).toEqual(['b']);
  });

  it('rows from before this screen opened are history, newest first', () => {
    const queue = viewQueue([row('a', 'signed'), row('b', 'lapsed')], null, []);
    expect(queue.cards).toEqual([]);
    expect(cardIds(queue.earlier)).toEqual(['b', 'a']);
    expect(queue.openId).toBeNull();
  });

  it('j and k stop at the ends and skip what has ended', () => {
    const queue = viewQueue([row('a', 'lapsed'), row('b'), row('c')], 'b', ['a', 'b', 'c']);
    expect(neighbourCard(queue, 1)).toBe('c');
    expect(neighbourCard(queue, -1)).toBe('b');
  });

  it('terms change with any figure that is signed, and with asking again', () => {
    const before = row('a');
    for (const change of [
      { qtyBase: '9' },
      { entryPrice: '1' },
      { stopPrice: null },
      { targetPrice: '2' },
      { bandPrice: '3' },
      { state: 'asks-again' as const },
    ]) {
      expect(termsOf({ ...before, ...change })).not.toBe(termsOf(before));
    }
    expect(termsOf({ ...before, exposureAfter: 0.9 })).toBe(termsOf(before));
  });
});
