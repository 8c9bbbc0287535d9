import type { Model } from '../../../preload/contract.ts';
import type { MomentumRecord } from '../decision/measure-momentum.ts';
import { symbolOf } from '../domain/instrument.ts';
import type { ModelFitnessBoard } from '../domain/model-fitness.ts';
import type { InferenceClient, ModelBoardEntry } from '../inference/inference-client.ts';
import type { NoticeBoard } from './notice-board.ts';

/** What a model's card says that the board shows; probabilities in [0, 1], times in ms. */
export interface ModelFigures {
  readonly name: string;
  readonly version: string;
  readonly label: string;
  readonly timeframe: Model['timeframe'];
  readonly trainedFromMs: number;
  readonly trainedToMs: number;
  readonly licensedUntilMs: number;
  readonly outOfSample: Model['outOfSample'];
}

/** Why a model is not listened to, or not everywhere; empty where it is. One reason of a kind stands for all of them. */
function fitnessNote({ whole, inInstruments }: ModelFitnessBoard): string {
  if (whole.state === 'silent') return `It abstains: ${whole.text}. `;
  return [...Map.groupBy(inInstruments, ({ fitness }) => fitness.code).values()].map(sameNote).join('');
}

function sameNote(places: ModelFitnessBoard['inInstruments']): string {
  const symbols = places.map(({ instrumentId }) => symbolOf(instrumentId));
  const { state, text } = (places[0] as (typeof places)[number]).fitness;
  const what = state === 'silent' ? 'it abstains' : 'its word carries no weight';
  const whose = symbols.length === 1 ? '' : ` (${symbols[0]})`;
  return `${symbols.join(', ')}: ${what}, ${text}${whose}. `;
}

/** Where its last question had no answer: the first of these places with the reason, the rest by number. */
function failureNote(failures: ReturnType<NoticeBoard['failures']>): string {
  const [first, ...others] = failures;
  if (!first) return '';
  const rest = others.length === 0 ? '' : ` (and on ${others.length} more)`;
  return `${symbolOf(first.instrumentId)}${rest}: no answer, ${first.why}. `;
}

function modelRow(
  { loaded, status }: ModelBoardEntry,
  figures: ModelFigures | null,
  board: NoticeBoard,
  fitness: ModelFitnessBoard,
): Model {
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
    state: fitness.whole.code === 'licence-ended' ? 'expired' : 'ready',
    note: `${fitnessNote(fitness)}${failureNote(board.failures(loaded.model))}${loaded.question} ${loaded.edgeReason}`,
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
    licensedUntilMs: figures?.licensedUntilMs ?? null,
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
  licensedUntilMs: null,
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

/** A model whose process has not said yet whether it loads. */
function waitingRow({ name, version, label, timeframe }: ModelFigures, isDown: boolean): Model {
  const note = isDown ? 'The models’ process ended and is started again.' : 'The models’ process is starting.';
  return {
    ...BLANK,
    name,
    version,
    kind: 'model',
    label,
    state: isDown ? 'restarting' : 'loading',
    note,
    timeframe,
    edge: 'unknown',
  };
}

/** Every model: those that answer, those that were refused, those not heard of yet; then the rules. */
export function modelRows(
  inference: InferenceClient,
  figures: readonly ModelFigures[],
  board: NoticeBoard,
  rule: { readonly record: MomentumRecord; readonly measuredOn: string },
  fitnessOf: (model: string) => ModelFitnessBoard,
): Model[] {
  const ready = inference.models().map((entry) => {
    const { model } = entry.loaded;
    return modelRow(entry, figures.find(({ name }) => name === model) ?? null, board, fitnessOf(model));
  });
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
  const heardOf = new Set([...ready, ...refused].map(({ name }) => name));
  const waiting = figures
    .filter(({ name }) => !heardOf.has(name))
    .map((each) => waitingRow(each, inference.state() === 'down'));
  return [...ready, ...refused, ...waiting, ruleRow(rule.record, rule.measuredOn)];
}
