import type { Model } from '../../../preload/contract.ts';
import type { MomentumRecord } from '../decision/measure-momentum.ts';
import { type LineUpEntry, type MemberScore, totalOf, versionKey } from '../domain/ensemble.ts';
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
  readonly trainedFromMs: number | null;
  readonly trainedToMs: number;
  readonly licensedUntilMs: number;
  readonly outOfSample: Model['outOfSample'];
}

/** A version's place among the others, as far as it is not a matter of its process. */
export interface ModelStanding {
  readonly role: LineUpEntry['role'];
  readonly byHand: number | null;
  readonly score: MemberScore | null;
  readonly gate: readonly { readonly name: string; readonly passed: boolean; readonly text: string }[];
  /** Of a version that trades: where its rollback goes, to no version where it is the first of its name. */
  readonly rollbackTo: { readonly version: string | null } | null;
}

function standingRow({ status }: ModelBoardEntry, standing: ModelStanding, trust: number | null): Model['standing'] {
  const { role, byHand, score, gate, rollbackTo } = standing;
  return {
    role,
    trust,
    byHand,
    score: score && liveScore(score),
    cacheHitShare: status && status.predictions > 0 ? status.cacheHits / status.predictions : null,
    open: status?.open ?? true,
    gate: gate.map(({ name, passed, text }) => ({ name, passed, text })),
    rollbackTo,
  };
}

function liveScore(score: MemberScore): NonNullable<Model['standing']>['score'] {
  const { n, logLoss, brier, right } = totalOf(score);
  if (n === 0) return null;
  const share = Math.min(1, right / n);
  return { settled: score.settled, sinceMs: score.sinceMs, logLoss: logLoss / n, brier: brier / n, rightShare: share };
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
  entry: ModelBoardEntry,
  figures: ModelFigures | null,
  board: NoticeBoard,
  fitness: ModelFitnessBoard,
  standing: Model['standing'],
): Model {
  const { loaded, status } = entry;
  const latency = board.latencies(loaded);
  const last = board.lastPrediction(loaded);
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
    note: `${fitnessNote(fitness)}${failureNote(board.failures(loaded))}${loaded.question} ${loaded.edgeReason}`,
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
    ...(standing && { standing }),
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

/** What the board knows of members besides their process. */
export interface ModelPlaces {
  standingOf(model: string, version: string): ModelStanding;
  /** The factor of its word now, on average over the instruments. */
  trustOf(model: string): number | null;
}

/** Every model: those that answer, those that were refused, those not heard of yet; then the rules. */
export function modelRows(
  inference: InferenceClient,
  figures: readonly ModelFigures[],
  board: NoticeBoard,
  rule: { readonly record: MomentumRecord; readonly measuredOn: string },
  fitnessOf: (member: string) => ModelFitnessBoard,
  places: ModelPlaces | null = null,
): Model[] {
  const ready = inference.models().map((entry) => {
    const { model, version } = entry.loaded;
    const standing = places?.standingOf(model, version) ?? null;
    const member = standing?.role === 'shadow' ? versionKey({ model, version }) : model;
    const place =
      standing && standingRow(entry, standing, standing.role === 'vote' ? (places?.trustOf(model) ?? null) : null);
    const known = figures.find((each) => each.name === model && each.version === version) ?? null;
    return modelRow(entry, known, board, fitnessOf(member), place ?? undefined);
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
  const heardOf = new Set([...ready, ...refused].map(({ name, version }) => `${name} ${version}`));
  const waiting = figures
    .filter(({ name, version }) => !heardOf.has(`${name} ${version}`))
    .map((each) => waitingRow(each, inference.state() === 'down'));
  return [...ready, ...refused, ...waiting, ruleRow(rule.record, rule.measuredOn)];
}
