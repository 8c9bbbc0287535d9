import { describe, expect, it } from 'vitest';
import type { GapMeter } from '../../../../preload/gap-contract.ts';
import { barOf, changeGapSchedule, gapStore, isStale } from '../../../../renderer/lab/gap-store.ts';
import { deskStore } from '../../../../renderer/stores/desk-store.ts';
import type { EngineClient } from '../../../../renderer/transport/client.ts';
import { GAP_REPORT } from '../../../support/memory-gap.ts';

const HOUR_MS = 3_600_000;
const meter = (over: Partial<GapMeter> = {}): GapMeter => ({
  schedule: { days: 7, hourUtc: 0 },
  nextAtMs: null,
  running: null,
  problem: '',
  report: GAP_REPORT,
  ...over,
});

describe('the gap card', () => {
  it.each([
    ['-10', { left: 0, width: 50 }],
    ['-5', { left: 25, width: 25 }],
    ['10', { left: 50, width: 50 }],
    ['0', { left: 50, width: 0 }],
  ])('a part of %s beside a largest of 10', (amount, bar) => {
    expect(barOf(amount, 10)).toEqual(bar);
  });
  it('draws nothing where nothing differs', () => {
    expect(barOf('0', 0)).toEqual({ left: 50, width: 0 });
  });
  it.each([
    ['a night old', meter(), 25, false],
    ['a night late', meter(), 27, true],
    ['on demand alone', meter({ schedule: { days: 7, hourUtc: null } }), 100, false],
    ['on demand alone, for more than a week', meter({ schedule: { days: 7, hourUtc: null } }), 200, true],
    ['never measured', meter({ report: null }), 1_000, false],
  ])('%s', (_, held, hours, stale) => {
    expect(isStale(held, GAP_REPORT.measuredAtMs + hours * HOUR_MS)).toBe(stale);
  });
  it('a choice is made on top of the one before, also while the host has not said that it has that', async () => {
    const sent: unknown[] = [];
    const answers: ((answer: unknown) => void)[] = [];
    const client = {
      setGapSchedule: (schedule: unknown) => {
        sent.push(schedule);
        return new Promise((resolve) => answers.push(resolve));
      },
    } as unknown as EngineClient;
    deskStore.setState({ client });
    gapStore.setState({ meter: meter() });
    const changes = [changeGapSchedule({ hourUtc: null }), changeGapSchedule({ days: 3 })];
    expect(sent).toEqual([
      { days: 7, hourUtc: null },
      { days: 3, hourUtc: null },
    ]);
    answers[0]?.({ ok: true });
    answers[1]?.({ ok: false, error: { code: 'x', text: 'No.' } });
    await Promise.all(changes);
    expect(gapStore.getState().meter?.schedule).toEqual({ days: 7, hourUtc: null });
  });
});
