import type { TrainingPort } from '../../main/engine/gateway/training-port.ts';
import type { ModelReport } from '../../preload/model-report.ts';
import type { ImportPlan, ModelsCatalogue, TrainingJob, TrainingPlan } from '../../preload/models-contract.ts';

export const TRAINING_PLAN: TrainingPlan = {
  data: {
    sources: [{ kind: 'instrument', instrumentId: 'binance:BTC/USDT' }],
    timeframe: '15m',
    fromMs: null,
    toMs: null,
    featureSet: 'v2',
    question: { kind: 'direction', params: { horizonBars: 12 } },
  },
  family: 'gradient-boosting',
  hyperParameters: { trees: 50 },
  seed: 1,
  search: null,
};

export const IMPORT_PLAN: ImportPlan = {
  name: 'mine',
  title: 'Mine',
  author: 'A. Trader',
  licence: 'MIT',
  note: '',
  learntToMs: Date.UTC(2024, 0, 8),
  data: { sources: [{ kind: 'instrument', instrumentId: 'binance:BTC/USDT' }], timeframe: '5m' },
  featureSet: null,
  columns: null,
  windowBars: null,
  input: null,
  output: null,
  question: { kind: 'direction', params: { horizonBars: 12 } },
  classIndex: null,
  isOfNo: false,
};

const trees = {
  name: 'trees',
  label: 'Trees',
  unit: 'rounds',
  standard: 200,
  least: 10,
  most: 2_000,
  whole: true,
  about: 'Rounds of trees at most.',
  searched: null,
};
const leaves = {
  ...trees,
  name: 'leaves',
  label: 'Leaves per tree',
  unit: 'leaves',
  standard: 31,
  least: 2,
  most: 255,
  searched: { least: 4, most: 127 },
};
const SMA_5 = { name: 'sma_5', formula: 'close / SMA5(close) - 1' };
const horizon = {
  name: 'horizonBars',
  label: 'Horizon',
  unit: 'candles',
  searched: null,
  standard: 12,
  least: 1,
  most: 2_000,
  whole: true,
  about: 'candles until the answer',
};

export const MODELS_CATALOGUE: ModelsCatalogue = {
  families: [
    {
      name: 'gradient-boosting',
      title: 'gradient boosting',
      takes: 'rows',
      tasks: ['binary', 'regression'],
      params: [trees, leaves],
    },
    { name: 'lstm', title: 'long short-term memory', takes: 'windows', tasks: ['binary'], params: [] },
  ],
  questions: [
    { kind: 'direction', title: 'direction', about: 'Which barrier first?', task: 'binary', params: [horizon] },
    { kind: 'move', title: 'size of the move', about: 'How far?', task: 'regression', params: [horizon] },
  ],
  featureSets: [
    { name: 'v2', features: [SMA_5, { name: 'sma_20', formula: 'close / SMA20(close) - 1' }] },
    { name: 'v1', features: [SMA_5] },
  ],
  stored: [],
  retraining: 'Published models are retrained daily at 02:00 UTC.',
};

export const MODEL_REPORT: ModelReport = {
  edge: 'none',
  sentence: 'No edge: it does not surely answer better than the yardstick.',
  rule: 'none: not above chance',
  yardstick: 'always saying 50.2 %, the rate in training',
  figures: [
    {
      name: 'AUC',
      about: 'how often a yes is rated above a no',
      value: 0.507,
      interval: { low: 0.481, high: 0.533 },
      withoutSkill: 0.5,
      better: 'more',
      isShare: false,
    },
  ],
  reliability: [{ low: 0.5, high: 0.6, n: 40, right: 21, said: 0.53 }],
  importance: [{ feature: 'sma_5', lossRise: 0.001 }],
  spans: [{ use: 'tested', fromMs: 0, toMs: 86_400_000, samples: 90 }],
  independent: 12,
};

const gone = { ok: false, error: { kind: 'not-found', text: 'That training is no longer here.' } } as const;

/** Training whose one job is done, and whose others change when a test says so. It trains nothing. */
export function createMemoryTraining() {
  const rows = new Map<string, TrainingJob>();
  const listeners = new Set<() => void>();
  const set = (row: TrainingJob): void => {
    rows.set(row.id, row);
    for (const listener of listeners) listener();
  };
  const row = (id: string, part: Partial<TrainingJob> = {}): TrainingJob => ({
    id,
    plan: TRAINING_PLAN,
    title: 'gradient boosting, direction, BTC/USDT 15m',
    state: 'done',
    askedAtMs: 1,
    endedAtMs: 2,
    steps: 50,
    step: 50,
    curve: { step: [1, 50], training: [0.69, 0.66], stopping: [0.69, 0.69] },
    search: null,
    remainingMs: 0,
    trainedOn: null,
    error: '',
    verdict: { edge: 'none', sentence: MODEL_REPORT.sentence },
    ...part,
  });
  set(row('j-1'));
  const become = (id: string, state: TrainingJob['state']) => {
    const found = rows.get(id);
    if (!found) return gone;
    set({ ...found, state });
    return { ok: true, value: null } as const;
  };

  const port: TrainingPort = {
    catalogue: async () => ({ ok: true, value: MODELS_CATALOGUE }),
    explore: async () => ({
      ok: true,
      value: {
        samples: 900,
        effectiveSamples: 120,
        fromMs: 0,
        toMs: 86_400_000,
        instruments: [{ instrument: 'binance:BTC/USDT', bars: 1_500, missingBars: 0, samples: 900 }],
        classes: [{ name: 'yes', share: 0.5, thirds: [0.5, 0.5, 0.5] }],
        values: null,
        features: [
          {
            name: 'sma_5',
            missingShare: 0,
            mean: 0,
            deviation: 1,
            edges: [0],
            first: [150, 150],
            last: [140, 160],
            drift: 0.01,
          },
        ],
        leaks: [],
      },
    }),
    async start(plan) {
      const id = `j-${rows.size + 1}`;
      set(row(id, { plan, state: 'preparing', endedAtMs: null, verdict: null }));
      return { ok: true, value: id };
    },
    pause: (id) => become(id, 'paused'),
    resume: (id) => become(id, 'queued'),
    cancel: (id) => become(id, 'cancelled'),
    jobs: () => [...rows.values()].reverse(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish: async (id) =>
      rows.has(id) ? { ok: true, value: { versionId: 'm/1.0.0', model: 'm', version: '1.0.0' } } : gone,
    bring: async ({ offset, base64, bytes }) => ({
      ok: true,
      value:
        offset + Buffer.from(base64, 'base64').length < bytes
          ? null
          : {
              producer: 'pytorch',
              inputs: [],
              outputs: [{ name: 'p', shape: 'float32[N, 1]' }],
              featureSets: ['v1'],
              output: 'p',
              classNames: [],
            },
    }),
    async judgeBrought(_fileId, { title }) {
      const id = `j-${rows.size + 1}`;
      set(row(id, { title, plan: null, state: 'running', brought: { doing: 'looking for leaks', versionId: null } }));
      return { ok: true, value: id };
    },
    versions: async () => ({
      ok: true,
      value: [
        {
          id: 'j-1',
          origin: 'trained',
          name: 'gradient-boosting',
          version: 'j-1',
          title: 'gradient boosting, direction, BTC/USDT 15m',
          question: 'Which barrier first?',
          timeframe: '15m',
          features: 2,
          facts: [{ name: 'Seed', text: '1' }],
          report: MODEL_REPORT,
          publishing: { name: 'gradient-boosting-direction-15m', as: null, refusal: '' },
        },
      ],
    }),
  };
  return {
    port,
    row,
    set,
    remove(id: string): void {
      rows.delete(id);
      for (const listener of listeners) listener();
    },
  };
}
