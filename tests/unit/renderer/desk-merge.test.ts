import { describe, expect, it } from 'vitest';
import type { DeskMessage, DeskPatch } from '../../../preload/contract.ts';
import { applyDeskMessage, type Desk, mergeRows } from '../../../renderer/stores/desk-merge.ts';
import { createDoubleMarket } from '../../support/desk-double-market.ts';
import { doubleDesk, proposalFor } from '../../support/desk-double-state.ts';

const market = createDoubleMarket(7);
const snapshot = (revision: number): DeskMessage => ({
  type: 'snapshot',
  revision,
  engineTimeMs: 1,
  desk: doubleDesk(market),
});
const patch = (revision: number, desk: DeskPatch): DeskMessage => ({ type: 'patch', revision, engineTimeMs: 1, desk });
const ids = (desk: Desk): string[] => desk.proposals.map((row) => row.id);

describe('desk messages', () => {
  const first = applyDeskMessage(null, snapshot(10));

  it('a changed row stays in its place and a new one goes to the end', () => {
    const changed = { ...first.proposals[0]!, state: 'asks-again' as const };
    const after = applyDeskMessage(first, patch(11, { proposals: [proposalFor(market, 3, 'p-9'), changed] }));
    expect(ids(after)).toEqual(['p-1', 'p-2', 'p-3', 'p-9']);
    expect(after.proposals[0]?.state).toBe('asks-again');
    expect(after.orders).toBe(first.orders);
  });

  it('removed rows leave', () => {
    const after = applyDeskMessage(
      first,
      patch(11, { removed: { proposals: ['p-2'], positions: ['binance:ETH/USDT'] } }),
    );
    expect(ids(after)).toEqual(['p-1', 'p-3']);
    expect(after.positions.map((row) => row.symbol)).toEqual(['SOL/USDT']);
  });

  it('a patch already seen changes nothing', () => {
    expect(applyDeskMessage(first, patch(10, { removed: { proposals: ['p-1'] } }))).toBe(first);
  });

  it('a patch before any snapshot is refused', () => {
    expect(() => applyDeskMessage(null, patch(2, {}))).toThrow(/before any snapshot/);
  });

  it('a mandate may be taken back: null is a value, absence is not', () => {
    const mandate = {
      name: 'calm',
      notionalQuoteMax: '100',
      minProbability: 0.6,
      instrumentIds: ['x/y'],
      fromHourUtc: 0,
      toHourUtc: 0,
      validUntilMs: 1,
    };
    const on = applyDeskMessage(first, patch(11, { mandate }));
    expect(applyDeskMessage(on, patch(12, { safety: first.safety })).mandate).toEqual(mandate);
    expect(applyDeskMessage(on, patch(12, { mandate: null })).mandate).toBeNull();
  });

  it('a resync keeps known proposals where they were on screen, whatever order the engine sends', () => {
    const resync = snapshot(50);
    if (resync.type !== 'snapshot') throw new Error('not a snapshot');
    resync.desk.proposals = [
      proposalFor(market, 4, 'p-8'),
      ...resync.desk.proposals.filter((row) => row.id !== 'p-2').toReversed(),
    ];
    expect(ids(applyDeskMessage(first, resync))).toEqual(['p-1', 'p-3', 'p-8']);
  });

  it('fills and journal are newest first and never doubled', () => {
    const [newest] = first.fills;
    const later = { ...newest!, fillId: 'f-new', eventTimeMs: newest!.eventTimeMs + 5 };
    const after = applyDeskMessage(first, patch(11, { fills: [later, newest!] }));
    expect(after.fills.length).toBe(first.fills.length + 1);
    expect(after.fills[0]?.fillId).toBe('f-new');
    const seqs = first.journal.map((row) => row.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
  });

  it('the same patches one by one or after a snapshot give the same rows', () => {
    const step = { ...first.proposals[1]!, state: 'signed' as const };
    const live = applyDeskMessage(
      applyDeskMessage(first, patch(11, { proposals: [step] })),
      patch(12, { removed: { proposals: ['p-3'] } }),
    );
    const resumed = [patch(11, { proposals: [step] }), patch(12, { removed: { proposals: ['p-3'] } })].reduce(
      applyDeskMessage,
      first,
    );
    expect(resumed).toEqual(live);
  });
});

it('rows without change keep their identity, so that nothing renders', () => {
  const rows = [{ id: 'a' }];
  expect(mergeRows(rows, undefined, undefined, (row) => row.id)).toBe(rows);
  expect(mergeRows(rows, [], [], (row) => row.id)).toBe(rows);
});
