/** What the gap card reads: how the gap meter stands. */
import { createStore, useStore } from 'zustand';
import { type GapMeter, type GapParts, type GapSchedule, gapMeterSchema } from '../../preload/gap-contract.ts';
import { showToast } from '../stores/toast-store.ts';
import type { EngineClient } from '../transport/client.ts';
import { askLab } from './lab-actions.ts';

/** Null before the first word of it. */
export const gapStore = createStore<{ readonly meter: GapMeter | null }>()(() => ({ meter: null }));

export const useGapMeter = (): GapMeter | null => useStore(gapStore, ({ meter }) => meter);

/** Follows the meter until the connection or `signal` ends. */
export async function followGap(client: EngineClient, signal: AbortSignal): Promise<void> {
  for await (const received of await client.watchGap(undefined, { signal }))
    gapStore.setState({ meter: gapMeterSchema.parse(received) });
}

async function orToast(request: Parameters<typeof askLab<null>>[0]): Promise<boolean> {
  const answer = await askLab(request);
  if (!answer.ok) showToast('bad', answer.error.text);
  return answer.ok;
}

export const measureGap = (): Promise<boolean> =>
  orToast(async (client) => {
    const said = await client.measureGap();
    return said.ok ? { ok: true as const, value: null } : said;
  });

/** What is chosen stands at once, so that the next choice is made on top of it; where it is refused, what was before it stands again. */
export async function changeGapSchedule(change: Partial<GapSchedule>): Promise<void> {
  const { meter } = gapStore.getState();
  if (!meter) return;
  const schedule = { ...meter.schedule, ...change };
  show(schedule);
  const isTaken = await orToast(async (client) => {
    const said = await client.setGapSchedule(schedule);
    return said.ok ? { ok: true as const, value: null } : said;
  });
  if (!isTaken && gapStore.getState().meter?.schedule === schedule) show(meter.schedule);
}

const show = (schedule: GapSchedule): void =>
  gapStore.setState(({ meter }) => ({ meter: meter && { ...meter, schedule } }));

/** The parts of a gap in the order of a trade's life, with what each is called. */
export const GAP_ROWS: readonly { readonly part: keyof GapParts; readonly name: string; readonly about: string }[] = [
  {
    part: 'signal',
    name: 'Signal',
    about: 'One of them decided what the other did not, or another quantity; or the venue liquidated one of them alone',
  },
  {
    part: 'ownOrders',
    name: 'Own orders',
    about: 'What you gave by hand, what closed it, and orders on perpetuals that were not run again',
  },
  { part: 'missedApprovals', name: 'Missed approvals', about: 'Nobody signed, or a part only' },
  { part: 'latency', name: 'Latency', about: 'How far the market had gone when it was sent' },
  {
    part: 'slippage',
    name: 'Slippage',
    about: 'Filled worse than the market when it was sent, beyond what the re-run reckons with',
  },
  { part: 'fees', name: 'Fees', about: 'Paid against reckoned' },
  {
    part: 'funding',
    name: 'Funding',
    about: 'Of perpetuals: what each received less what it paid on its own position',
  },
];

/** Where a bar of a part begins and how long it is, in per cent of its row, whose middle is nothing. */
export function barOf(amount: string, largest: number): { readonly left: number; readonly width: number } {
  const value = Number(amount);
  const width = largest > 0 ? (50 * Math.abs(value)) / largest : 0;
  return { left: value < 0 ? 50 - width : 50, width };
}

const DAY_MS = 86_400_000;

/** A night without a new one, with two hours to spare; where it is measured on demand alone, a week. */
export function isStale({ report, schedule }: GapMeter, nowMs: number): boolean {
  if (!report) return false;
  return nowMs - report.measuredAtMs > (schedule.hourUtc === null ? 7 * DAY_MS : DAY_MS + 7_200_000);
}
