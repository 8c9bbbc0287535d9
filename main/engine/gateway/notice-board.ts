import type { Health } from '../../../preload/contract.ts';
import type { EngineEvent } from '../domain/events.ts';
import { type InstrumentId, SPOT_VENUE, venueWord } from '../domain/instrument.ts';
import type { InferenceNotice } from '../inference/inference-client.ts';
import type { Ticker24h, VenueHealth, VenueNotice } from '../venues/venue-port.ts';

type Worker = Health['workers'][number];

interface Standing {
  readonly sinceMs: number;
  readonly why: string;
}

/** What is known of workers, latencies and tickers: for screens only, nothing here decides a trade. */
export interface NoticeBoard {
  takeNotice(notice: VenueNotice | InferenceNotice): void;
  /** `nowMs` is the wall clock when the event was done with, not when its input arrived. */
  takeEvent(event: EngineEvent, nowMs: number): void;
  /** The connector's last word; null while it is not running. */
  readonly venue: VenueHealth | null;
  /** The same of a venue beside spot, and how its order stream stands. */
  other(venue: string): { readonly health: VenueHealth | null; readonly privateStream: Standing | null };
  /** Since when a feed has stood as it does, and why. */
  feed(instrumentId: InstrumentId): Standing | null;
  readonly privateStream: Standing | null;
  readonly lastAudit: Health['lastAudit'];
  readonly workers: readonly Worker[];
  readonly closeToProposalMs: number | null;
  readonly inferenceMs: number | null;
  ticker(instrumentId: InstrumentId): Ticker24h | null;
  latencies(version: Version): { readonly last: number; readonly p99: number } | null;
  /** Where, and why, a model's last question had no answer. */
  failures(version: Version): readonly { readonly instrumentId: InstrumentId; readonly why: string }[];
  /** Last prediction of a model: where, when, what. */
  lastPrediction(
    version: Version,
  ): { readonly instrumentId: InstrumentId; readonly atMs: number; readonly probability: number } | null;
}

/** One version of a model: several of them may be asked. */
interface Version {
  readonly model: string;
  readonly version?: string;
}
const keyOf = ({ model, version = '' }: Version): string => `${model}@${version}`;

const LATENCIES_KEPT = 500;
const LIVE_CANDLE_MS_MAX = 5_000;

const isSpot = ({ venue = SPOT_VENUE }: { readonly venue?: string }): boolean => venue === SPOT_VENUE;

export function createNoticeBoard(): NoticeBoard {
  const tickers = new Map<InstrumentId, Ticker24h>();
  const latencies = new Map<string, number[]>();
  const last = new Map<string, { instrumentId: InstrumentId; atMs: number; probability: number }>();
  const failures = new Map<string, Map<InstrumentId, string>>();
  const closeSeenMs = new Map<InstrumentId, number>();
  const feeds = new Map<InstrumentId, Standing & { readonly status: string }>();
  let privateStream: Standing | null = null;
  let lastAudit: Health['lastAudit'] = null;
  let venue: VenueHealth | null = null;
  const others = new Map<string, VenueHealth>();
  const connectors = new Map<string, Worker>();
  const streams = new Map<string, Standing>();
  let connector: Worker = { name: 'venue connector', state: 'running', restarts: 0, note: '' };
  let models: Worker = { name: 'models (ml-host)', state: 'running', restarts: 0, note: 'starting' };
  let closeToProposalMs: number | null = null;
  let inferenceMs: number | null = null;

  return {
    takeNotice(notice) {
      switch (notice.kind) {
        case 'Ticker24h':
          tickers.set(notice.instrumentId, notice);
          return;
        case 'VenueHealth':
          if (isSpot(notice)) venue = notice;
          else others.set(notice.venue as string, notice);
          return;
        case 'WorkerStatus': {
          const state = notice.status === 'running' ? 'running' : notice.status === 'stopped' ? 'down' : 'restarting';
          const worker = { state, restarts: notice.restarts, note: notice.why } as const;
          if (isSpot(notice)) {
            connector = { ...connector, ...worker };
            if (state !== 'running') venue = null;
          } else {
            const name = notice.venue as string;
            connectors.set(name, { name: `${venueWord(name)} venue`, ...worker });
            if (state !== 'running') others.delete(name);
          }
          return;
        }
        case 'MlHostStarted':
          models = { ...models, state: 'running', note: notice.runtime };
          return;
        case 'MlHostDown':
          models = { ...models, state: 'restarting', note: `${notice.why}; again in ${notice.retryInMs} ms` };
          return;
        case 'MlHostRestarted':
          models = { ...models, state: 'running', restarts: notice.attempt, note: `restarted after: ${notice.why}` };
          return;
        default:
          return;
      }
    },
    takeEvent(event, nowMs) {
      if (event.kind === 'PredictionFailed') {
        const key = keyOf(event);
        const where = failures.get(key) ?? new Map<InstrumentId, string>();
        failures.set(key, where.set(event.instrumentId, event.why));
      } else if (event.kind === 'PredictionArrived') {
        const key = keyOf(event);
        failures.get(key)?.delete(event.instrumentId);
        const kept = latencies.get(key) ?? [];
        kept.push(event.latencyMs);
        if (kept.length > LATENCIES_KEPT) kept.shift();
        latencies.set(key, kept);
        last.set(key, { instrumentId: event.instrumentId, atMs: nowMs, probability: event.probability });
        inferenceMs = event.latencyMs;
      } else if (event.kind === 'CandleClosed' && event.timeframe !== '1s') {
        closeSeenMs.set(event.instrumentId, nowMs);
      } else if (event.kind === 'VotesCounted') {
        // From the close as the engine saw it; a candle of the past, judged at start, has none.
        const seenMs = closeSeenMs.get(event.instrumentId);
        if (seenMs !== undefined && nowMs - seenMs <= LIVE_CANDLE_MS_MAX)
          closeToProposalMs = Math.max(0, nowMs - seenMs);
      } else if (event.kind === 'FeedStatusChanged') {
        const { instrumentId, status, why } = event;
        const before = feeds.get(instrumentId);
        feeds.set(instrumentId, { status, why, sinceMs: before?.status === status ? before.sinceMs : nowMs });
      } else if (event.kind === 'PrivateStreamChanged') {
        const standing = { sinceMs: nowMs, why: event.why };
        if (isSpot(event)) privateStream = standing;
        else streams.set(event.venue as string, standing);
      } else if (event.kind === 'AuditReceived' && isSpot(event)) {
        lastAudit = {
          tookMs: Math.max(0, nowMs - event.askedAtMs),
          openOrders: event.openOrders.length,
          closedOrders: event.closedOrders.length,
          fills: event.fills.length,
          balances: event.balances.length,
          repairs: 0,
        };
      } else if (event.kind === 'Reconciled' && isSpot(event) && lastAudit !== null) {
        lastAudit = { ...lastAudit, repairs: event.repairs.length };
      }
    },
    get venue() {
      return venue;
    },
    other: (name) => ({ health: others.get(name) ?? null, privateStream: streams.get(name) ?? null }),
    feed: (instrumentId) => feeds.get(instrumentId) ?? null,
    get privateStream() {
      return privateStream;
    },
    get lastAudit() {
      return lastAudit;
    },
    get workers() {
      return [connector, ...connectors.values(), models];
    },
    get closeToProposalMs() {
      return closeToProposalMs;
    },
    get inferenceMs() {
      return inferenceMs;
    },
    ticker: (instrumentId) => tickers.get(instrumentId) ?? null,
    latencies(version) {
      const kept = latencies.get(keyOf(version));
      if (!kept || kept.length === 0) return null;
      const sorted = [...kept].sort((a, b) => a - b);
      return { last: kept.at(-1) as number, p99: sorted[Math.floor((sorted.length - 1) * 0.99)] as number };
    },
    failures: (version) =>
      Array.from(failures.get(keyOf(version)) ?? [], ([instrumentId, why]) => ({ instrumentId, why })),
    lastPrediction: (version) => last.get(keyOf(version)) ?? null,
  };
}
