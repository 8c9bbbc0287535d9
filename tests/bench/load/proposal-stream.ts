import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CandleRow, InputEvent, MarketBatchReceived } from '../../../main/engine/domain/events.ts';
import type { InstrumentRecord } from '../../../main/engine/domain/instrument.ts';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import type { InferenceClient } from '../../../main/engine/inference/inference-client.ts';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import type { VenueEvent } from '../../../main/engine/venues/venue-port.ts';
import { CARD } from '../../simulation/engine/sim-models.ts';
import { LIMITS } from '../../support/small-engine.ts';

const MINUTE_MS = 60_000;
const INSTRUMENTS = 20;
/** An instrument is proposed again after four minutes at the earliest; every round goes through all of them. */
const STEP_MS = (4 * MINUTE_MS + 10_000) / INSTRUMENTS;
const START_MS = Date.UTC(2026, 0, 5, 12);

export interface ProposalCounts {
  readonly made: number;
  /** Verdicts of the gate. */
  readonly judged: number;
  readonly asked: number;
  readonly lapsed: number;
}

/**
 * The real core with its log on disk, given a prediction at a time: every one becomes a proposal, passes the gate and is
 * put to a person who never answers. Its clock runs ahead, for the same instrument is proposed only every four minutes.
 */
export interface ProposalStream {
  /** One prediction through decision and risk. */
  next(): void;
  readonly counts: ProposalCounts;
  stop(): Promise<void>;
}

const recordOf = (index: number): InstrumentRecord => ({
  id: `binance:P${index}/USDT`,
  venue: 'binance',
  symbol: `P${index}/USDT`,
  base: `P${index}`,
  quote: 'USDT',
  tickSize: '0.01',
  lotStep: '0.00001',
  minQty: '0.00001',
  maxQty: '9000',
  minNotional: '5',
});

const IDLE_MODELS = {
  start() {},
  predict() {},
  board: () => [],
  state: () => 'ready',
  stop: async () => {},
} as unknown as InferenceClient;

export function startProposalStream(): ProposalStream {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-proposals-'));
  const counts = { made: 0, judged: 0, asked: 0, lapsed: 0 };
  let nowMs = START_MS;
  let turn = 0;
  let tell: (event: VenueEvent) => void = () => {};
  let predict: (event: InputEvent) => void = () => {};
  const engine: Engine = createEngine({
    identity: {
      sessionId: 'proposls',
      build: 'load',
      seed: 0,
      mode: 'practice',
      venue: 'load',
      source: { kind: 'generated', description: 'load' },
    },
    limits: LIMITS,
    clock: { nowMs: () => nowMs },
    timers: { after: () => () => {}, every: () => () => {} },
    opened: openEventLog({
      dir: join(dir, 'journal'),
      headFile: join(dir, 'head'),
      segmentBytesMax: 2 ** 24,
      marketBytesMax: 2 ** 26,
    }),
    cards: [CARD],
    venue: {
      start() {},
      send() {},
      onEvent: (listener) => {
        tell = (event) => listener(event, nowMs);
      },
      stop: async () => {},
    },
    inference: (onPrediction) => {
      predict = onPrediction;
      return IDLE_MODELS;
    },
    onFatal(error) {
      throw error;
    },
  });
  engine.onEvent(({ event }) => {
    if (event.kind === 'ProposalMade') counts.made += 1;
    else if (event.kind === 'RiskVerdictGiven') counts.judged += 1;
    else if (event.kind === 'ApprovalAsked') counts.asked += 1;
    else if (event.kind === 'ProposalLapsed') counts.lapsed += 1;
  });
  engine.start();
  const records = Array.from({ length: INSTRUMENTS }, (_, index) => recordOf(index));
  tell({ kind: 'InstrumentsLoaded', instruments: records });
  for (const { id } of records) {
    tell({ kind: 'HistoryLoaded', instrumentId: id, timeframe: CARD.timeframe, candles: history(START_MS) });
    tell({ kind: 'FeedStatusChanged', instrumentId: id, status: 'live', why: '' });
  }
  tell({ kind: 'PrivateStreamChanged', status: 'live', why: '' });
  tell({
    kind: 'AuditReceived',
    openOrders: [],
    closedOrders: [],
    fills: [],
    balances: [{ asset: 'USDT', free: '100000', locked: '0' }],
    askedAtMs: nowMs,
    marks: [],
  });

  return {
    counts,
    next() {
      nowMs += STEP_MS;
      const { id: instrumentId } = records[turn % records.length] as InstrumentRecord;
      turn += 1;
      const probability = 0.8 + (turn % 17) / 100;
      const quote = {
        bid: '100.00',
        bidQty: '5',
        ask: '100.01',
        askQty: '5',
        eventTimeMs: nowMs,
        receivedTimeMs: nowMs,
      };
      tell({ kind: 'MarketBatchReceived', instrumentId, trades: printsOf(turn, nowMs), quote });
      engine.request({ kind: 'ClockTicked' });
      predict({
        kind: 'PredictionArrived',
        requestId: `load-${turn}`,
        instrumentId,
        timeframe: CARD.timeframe,
        candleCloseTimeMs: nowMs - 500,
        model: CARD.name,
        version: CARD.version,
        modelHash: 'load',
        rawProbability: probability,
        probability,
        record: { saidFrom: 0.8, saidTo: 1, rightShare: 0.8, n: 200 },
        edge: 'measured',
        latencyMs: 1,
        late: false,
      });
    },
    async stop() {
      await engine.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Two prints, so that a candle has a range to set a stop by. */
function printsOf(turn: number, nowMs: number): MarketBatchReceived['trades'] {
  const firstId = 1 + 2 * Math.floor((turn - 1) / INSTRUMENTS);
  return {
    id: [String(firstId), String(firstId + 1)],
    timeMs: [nowMs, nowMs],
    price: ['99.50', '100.00'],
    qtyBase: ['1', '1'],
    side: ['sell', 'buy'],
  };
}

function history(untilMs: number): CandleRow[] {
  const stepMs = MINUTE_MS;
  const endMs = Math.floor(untilMs / stepMs) * stepMs;
  return Array.from({ length: 200 }, (_, index) => [endMs - (200 - index) * stepMs, 100, 101, 99, 100, 10]);
}
