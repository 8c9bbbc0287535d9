import type { Model } from '../../../preload/contract.ts';
import type { MomentumRecord } from '../decision/measure-momentum.ts';
import type { InferenceClient, ModelBoardEntry } from '../inference/inference-client.ts';
import type { NoticeBoard } from './notice-board.ts';

/** What a model's card says that the board shows; probabilities in [0, 1], times in ms. */
export interface ModelFigures {
  readonly name: string;
  readonly trainedFromMs: number;
  readonly trainedToMs: number;
  readonly outOfSample: Model['outOfSample'];
}

function modelRow({ loaded, status }: ModelBoardEntry, figures: ModelFigures | null, board: NoticeBoard): Model {
  const latency = board.latencies(loaded.model);
  const last = board.lastPrediction(loaded.model);
  const reliability = loaded.record
    .filter((bucket) => bucket.n > 0)
    .map(({ bucketLow, bucketHigh, right, n }) => ({
      saidFrom: bucketLow,
      saidTo: bucketHigh,
      rightShare: right / n,
      n,
    }));
  return {
    name: loaded.model,
    version: loaded.version,
    kind: 'model',
    label: loaded.title,
    state: 'ready',
    note: `${loaded.question} ${loaded.edgeReason}`,
    provider: loaded.provider,
    latencyMsLast: latency?.last ?? status?.latencyMsEwma ?? null,
    latencyMsP99: latency?.p99 ?? null,
    memoryBytes: loaded.memoryBytes,
    timeframe: loaded.timeframe,
    edge: loaded.edge,
    record: null,
    outOfSample: [...(figures?.outOfSample ?? [{ name: 'AUC', value: loaded.aucOutOfSample, note: '' }])],
    reliability,
    trainedFromMs: figures?.trainedFromMs ?? null,
    trainedToMs: figures?.trainedToMs ?? null,
    lastProbability: last?.probability ?? null,
    lastInstrumentId: last?.instrumentId ?? null,
    lastAtMs: last?.atMs ?? null,
  };
}

const BLANK = {
  provider: null,
  latencyMsLast: null,
  latencyMsP99: null,
  memoryBytes: null,
  record: null,
  outOfSample: [],
  reliability: [],
  trainedFromMs: null,
  trainedToMs: null,
  lastProbability: null,
  lastInstrumentId: null,
  lastAtMs: null,
} satisfies Partial<Model>;

function ruleRow(record: MomentumRecord, measuredOn: string): Model {
  const grades = Object.entries(record);
  const best = record.breakout;
  return {
    ...BLANK,
    name: 'momentum',
    version: '1',
    kind: 'rule',
    label: 'Momentum rule',
    state: 'ready',
    note: measuredOn,
    timeframe: '1m',
    edge: best.edge,
    outOfSample: grades.flatMap(([grade, measured]) => [
      {
        name: `${grade}: right`,
        value: measured.n === 0 ? 0 : measured.right / measured.n,
        note: `of ${measured.n} trades, after fees`,
      },
      { name: `${grade}: net bps per trade`, value: measured.netBps, note: 'after fees' },
    ]),
  };
}

/** Every model that answers or was refused, then the rules. */
export function modelRows(
  inference: InferenceClient,
  figures: readonly ModelFigures[],
  board: NoticeBoard,
  rule: { readonly record: MomentumRecord; readonly measuredOn: string },
): Model[] {
  const ready = inference
    .models()
    .map((entry) => modelRow(entry, figures.find(({ name }) => name === entry.loaded.model) ?? null, board));
  const refused = inference.refusals().map(
    ({ model, version, reason }): Model => ({
      ...BLANK,
      name: model,
      version,
      kind: 'model',
      label: model,
      state: 'refused',
      note: reason,
      timeframe: null,
      edge: 'unknown',
    }),
  );
  return [...ready, ...refused, ruleRow(rule.record, rule.measuredOn)];
}
