import type { GapPort } from '../../main/engine/gateway/gap-port.ts';
import type { GapMeter, GapReport } from '../../preload/gap-contract.ts';

const PARTS = {
  signal: '-1.5',
  ownOrders: '-2.6',
  missedApprovals: '-18.25',
  latency: '-6.4',
  slippage: '1.2',
  fees: '-0.35',
  funding: '0.5',
};

export const GAP_REPORT: GapReport = {
  measuredAtMs: 1_767_226_200_000,
  fromMs: 1_766_621_400_000,
  toMs: 1_767_226_200_000,
  quote: 'USDT',
  live: '12.5',
  rerun: '39.9',
  gap: '-27.4',
  parts: PARTS,
  funding: { live: '-0.7', rerun: '-1.2' },
  decided: 84,
  missed: 9,
  bars: 100_800,
  notes: [
    'Orders on perpetuals were not run again: no strategy names SOL/USDT PERP. They are own orders.',
    'No quote was kept from when 2 orders were sent: their latency counts as none.',
  ],
  largest: [
    {
      id: 'p-1',
      instrumentId: 'binance:BTC/USDT',
      timeMs: 1_767_000_000_000,
      side: 'buy',
      gap: '-18.25',
      parts: {
        signal: '0',
        ownOrders: '0',
        missedApprovals: '-18.25',
        latency: '0',
        slippage: '0',
        fees: '0',
        funding: '0',
      },
    },
  ],
  file: '/data/results/gaps/practice/2026-01-01T00-10-00.csv',
};

/** A gap meter that measures nothing and says what a test tells it. */
export function createMemoryGap(first: Partial<GapMeter> = {}) {
  let meter: GapMeter = {
    schedule: { days: 7, hourUtc: 0 },
    nextAtMs: 1_767_312_300_000,
    running: null,
    problem: '',
    report: GAP_REPORT,
    ...first,
  };
  const listeners = new Set<() => void>();
  const set = (part: Partial<GapMeter>): void => {
    meter = { ...meter, ...part };
    for (const listener of listeners) listener();
  };
  const port: GapPort = {
    state: () => meter,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    measure() {
      if (meter.running !== null)
        return { ok: false, error: { kind: 'running', text: 'It is being measured already.' } };
      set({ running: 0 });
      return { ok: true, value: null };
    },
    setSchedule(schedule) {
      set({ schedule });
      return { ok: true, value: null };
    },
  };
  return { port, set };
}
