import type { LabPort } from '../../main/engine/gateway/lab-port.ts';
import type { LabRun, RunFigures, RunPlan } from '../../preload/lab-contract.ts';

export const LAB_PLAN: RunPlan = {
  strategy: 'sma-cross',
  params: { fast: 10, slow: 30 },
  sources: [{ kind: 'instrument', instrumentId: 'binance:BTC/USDT', timeframe: '1h' }],
  fromMs: null,
  toMs: null,
  settings: {
    cashQuote: 10_000,
    makerFee: 0.001,
    takerFee: 0.001,
    slippageBps: 1,
    impact: 1,
    latencyMs: 500,
    shorts: false,
    leverageMax: 1,
  },
  map: null,
  search: null,
  mandate: null,
  person: null,
  model: null,
};

export const LAB_FIGURES: RunFigures = {
  bars: 1_000,
  fromMs: 0,
  toMs: 999 * 3_600_000,
  finalEquityQuote: 10_412.5,
  returnShare: 0.04125,
  annualReturnShare: 0.42,
  heldReturnShare: 0.031,
  maxDrawdownShare: 0.061,
  volatilityShare: 0.31,
  sharpe: 1.2,
  sortino: 1.7,
  calmar: 6.9,
  trades: 24,
  winShare: 0.42,
  profitFactor: 1.31,
  expectancyQuote: 17.2,
  inMarketShare: 0.52,
  feesQuote: 210,
  slippageQuote: 31,
  fundingQuote: 0,
  borrowQuote: 0,
};

const gone = { ok: false, error: { kind: 'not-found', text: 'That run is no longer here.' } } as const;

/** A lab whose one run is done, and whose others change when a test says so. It runs nothing. */
export function createMemoryLab() {
  const rows = new Map<string, LabRun>();
  const listeners = new Set<() => void>();
  const asked: unknown[] = [];
  const set = (row: LabRun): void => {
    rows.set(row.id, row);
    for (const listener of listeners) listener();
  };
  const row = (id: string, part: Partial<LabRun> = {}): LabRun => ({
    id,
    plan: LAB_PLAN,
    title: 'SMA cross',
    state: 'done',
    askedAtMs: 1,
    endedAtMs: 2,
    progress: null,
    origin: 'lab',
    figures: LAB_FIGURES,
    intervals: [],
    verdict: null,
    error: '',
    tags: [],
    note: '',
    folder: null,
    ...part,
  });
  set(row('r-1'));

  const port: LabPort = {
    catalogue: () => ({
      strategies: [
        {
          name: 'sma-cross',
          isOwn: false,
          title: 'SMA cross',
          about: 'Long while the fast average is above the slow one.',
          instruments: 1,
          wantsModel: false,
          params: [
            { name: 'fast', standard: 10, least: 1, most: 1_000, whole: true, about: 'bars of the fast average' },
            { name: 'slow', standard: 30, least: 2, most: 5_000, whole: true, about: 'bars of the slow average' },
          ],
        },
      ],
      settings: LAB_PLAN.settings,
    }),
    shelves: async () => ({ ok: true, value: { models: [], stored: [] } }),
    ownStrategies: async () => ({ ok: true, value: { folder: '/data/strategies', strategies: [], problems: [] } }),
    look: async () => ({
      ok: true,
      value: {
        of: 'candles',
        span: { bars: 1_000, fromMs: 0, toMs: 999 * 3_600_000, barMs: 3_600_000, missingBars: 0 },
      },
    }),
    start(plan) {
      asked.push(plan);
      const id = `r-${rows.size + 1}`;
      set(row(id, { plan, state: 'running', endedAtMs: null, figures: null }));
      return { ok: true, value: id };
    },
    cancel(runId) {
      asked.push(runId);
      const found = rows.get(runId);
      if (!found) return gone;
      set({ ...found, state: 'cancelled', endedAtMs: 3, progress: null });
      return { ok: true, value: null };
    },
    runs: () => [...rows.values()].reverse(),
    older: () => 0,
    more: async () => undefined,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    detail: async (runId) =>
      rows.has(runId)
        ? {
            ok: true,
            value: {
              timeMs: [0, 3_600_000],
              equityQuote: [10_000, 10_412.5],
              heldQuote: [10_000, 10_310],
              drawdownShare: [0, 0],
              exposureShare: [0, 0.95],
              calendar: { kind: 'day', fromMs: [0], returnShare: [0.04125] },
              distribution: { edges: [-0.01, 0, 0.01], counts: [1, 1] },
              map: null,
              walk: null,
              search: null,
              loop: null,
              asked: null,
              tradesListed: 1,
              instruments: ['binance:BTC/USDT'],
              excursions: { number: [0], adverseShare: [0.002], favourableShare: [0.01], returnShare: [0.008] },
              byInstrument: [{ instrument: 0, side: 'long', trades: 1, wins: 1, profitQuote: 0.08, feesQuote: 0.02 }],
              byRegime: [],
              underWater: { share: 0, longestMs: 0, drawdowns: [] },
            },
          }
        : gone,
    trades: async () => ({
      ok: true,
      value: {
        total: 1,
        trades: [
          {
            number: 0,
            instrument: 0,
            side: 'long',
            entryTimeMs: 0,
            exitTimeMs: 3_600_000,
            barsHeld: 1,
            qty: 0.1,
            entryPrice: 100,
            exitPrice: 101,
            feesQuote: 0.02,
            profitQuote: 0.08,
            returnShare: 0.008,
            reason: 'signal',
          },
        ],
      },
    }),
    candles: async () => ({
      ok: true,
      value: {
        columns: {
          openTimeMs: Float64Array.of(0, 3_600_000),
          open: Float64Array.of(100, 101),
          high: Float64Array.of(102, 102),
          low: Float64Array.of(99, 100),
          close: Float64Array.of(101, 100.5),
          volume: Float64Array.of(1, 2),
        },
        barMs: 3_600_000,
        joined: 1,
      },
    }),
    compare: async (runIds) => ({
      ok: true,
      value: runIds.map((runId) => ({ runId, timeMs: [0], returnShare: [0.04125], figures: LAB_FIGURES, ab: null })),
    }),
    report: async (runId) =>
      rows.has(runId) ? { ok: true, value: { name: 'sma-cross_1.html', html: '<!doctype html>' } } : gone,
    mark(runId, tags, note) {
      const found = rows.get(runId);
      if (!found) return gone;
      set({ ...found, tags: [...tags], note });
      return { ok: true, value: null };
    },
  };
  return {
    port,
    /** Plans and runs that were asked to start or to end. */
    asked,
    row,
    set,
    remove(id: string): void {
      rows.delete(id);
      for (const listener of listeners) listener();
    },
  };
}
