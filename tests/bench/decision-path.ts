import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CandleRow } from '../../main/engine/domain/events.ts';
import type { InstrumentRecord } from '../../main/engine/domain/instrument.ts';
import type { Proposal } from '../../main/engine/domain/proposal.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { featureNames, featureSetHash } from '../../main/engine/features/feature-set.ts';
import { featureSetReversalV1 } from '../../main/engine/features/feature-set-reversal-v1.ts';
import { forkMlHost } from '../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient } from '../../main/engine/inference/inference-client.ts';
import { systemTimers } from '../../main/engine/kernel/clock.ts';
import { openEventLog } from '../../main/engine/kernel/event-log.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { readModelCards } from '../../main/engine/model-cards.ts';
import type { VenueEvent } from '../../main/engine/venues/venue-port.ts';
import { newestPlacements } from '../../main/ml/registry/model-folders.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { type Summary, summarise } from './statistics.ts';

const FIVE_MINUTES_MS = 300_000;
const LIMITS = {
  riskPerTradeShare: 0.005,
  positionNotionalQuoteMax: '2500',
  exposureShareMax: 0.4,
  dailyLossQuoteMax: '300',
  ordersPerMinuteMax: 600,
  priceBandBps: 15,
  quoteAgeMsMax: 60_000,
  approvalTtlMs: 60_000,
};

const record = (base: string): InstrumentRecord => ({
  id: `binance:${base}/USDT`,
  venue: 'binance',
  symbol: `${base}/USDT`,
  base,
  quote: 'USDT',
  tickSize: '0.01',
  lotStep: '0.00001',
  minQty: '0.00001',
  maxQty: '9000',
  minNotional: '5',
});

/** The composed engine with its real log, stages and ml-host; only the venue is this bench. */
async function startEngine() {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  let simulatedMs = Math.ceil(Date.now() / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
  let realMs = performance.now();
  const clock = { nowMs: () => Math.floor(simulatedMs + performance.now() - realMs) };
  let emit: (event: VenueEvent) => void = () => {};
  const engine: Engine = createEngine({
    identity: {
      sessionId: 'benchmrk',
      build: 'bench',
      seed: 0,
      mode: 'practice',
      venue: 'bench',
      source: { kind: 'generated', description: 'bench' },
    },
    limits: LIMITS,
    clock,
    timers: systemTimers,
    opened: openEventLog({
      dir: join(dir, 'journal'),
      headFile: join(dir, 'head'),
      segmentBytesMax: 2 ** 26,
      marketBytesMax: 2 ** 28,
    }),
    cards: readModelCards(MODELS_DIR),
    venue: {
      start() {},
      send() {},
      onEvent: (listener) => {
        emit = (event) => listener(event, clock.nowMs());
      },
      stop: async () => {},
    },
    inference: (onEvent, onNotice) =>
      createInferenceClient({
        spawn: () => forkMlHost(fileURLToPath(new URL('../../main/ml/host/main.ts', import.meta.url))),
        clock,
        timers: systemTimers,
        models: newestPlacements(MODELS_DIR),
        featureSets: [
          {
            name: featureSetReversalV1.name,
            hash: featureSetHash(featureSetReversalV1),
            features: [...featureNames(featureSetReversalV1)],
          },
        ],
        onPrediction: onEvent,
        onModelState: onEvent,
        onNotice,
      }),
    onFatal: (error) => {
      throw error;
    },
  });
  engine.start();
  while (engine.inference.state() !== 'ready') await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    engine,
    clock,
    emit: (event: VenueEvent) => emit(event),
    /** Jumps to a moment that both clocks of the engine agree on. */
    jumpTo(timeMs: number) {
      simulatedMs = timeMs;
      realMs = performance.now();
    },
    async stop() {
      await engine.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function history(untilMs: number, bars: number, stepMs: number, seed: number): CandleRow[] {
  const random = createRandom(seed);
  let price = 60_000;
  return Array.from({ length: bars }, (_, index) => {
    const open = price;
    price *= 1 + (random.next() - 0.5) * 0.002;
    const [high, low] = [Math.max(open, price) * 1.0003, Math.min(open, price) * 0.9997];
    return [untilMs - (bars - index) * stepMs, open, high, low, price, 5 + 10 * random.next()];
  });
}

/** From the print that ends a 5m candle to the counted votes of rule and model, in ms; and the gate alone. */
export async function benchDecisionPath(rounds: number): Promise<{ closeToVotes: Summary; gate: Summary }> {
  const rig = await startEngine();
  const { engine, emit } = rig;
  const id = 'binance:BTC/USDT';
  let boundaryMs = Math.ceil(rig.clock.nowMs() / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
  rig.jumpTo(boundaryMs - 1_000);
  emit({ kind: 'InstrumentsLoaded', instruments: [record('BTC')] });
  emit({ kind: 'HistoryLoaded', instrumentId: id, timeframe: '1m', candles: history(boundaryMs, 600, 60_000, 1) });
  emit({
    kind: 'HistoryLoaded',
    instrumentId: id,
    timeframe: '5m',
    candles: history(boundaryMs, 600, FIVE_MINUTES_MS, 2),
  });
  emit({ kind: 'FeedStatusChanged', instrumentId: id, status: 'live', why: '' });
  // Before the venue's books are read no candle is judged.
  emit({ kind: 'PrivateStreamChanged', status: 'live', why: '' });
  emit({
    kind: 'AuditReceived',
    openOrders: [],
    closedOrders: [],
    fills: [],
    balances: [{ asset: 'USDT', free: '10000', locked: '0' }],
    askedAtMs: rig.clock.nowMs(),
    marks: [],
  });
  const samples: number[] = [];
  let tradeId = 1;
  const print = (timeMs: number): void => {
    const price = (60_000 + (tradeId % 50)).toFixed(2);
    emit({
      kind: 'MarketBatchReceived',
      instrumentId: id,
      trades: { id: [String(tradeId)], timeMs: [timeMs], price: [price], qtyBase: ['0.5'], side: ['buy'] },
      quote: {
        bid: price,
        bidQty: '1',
        ask: (Number(price) + 0.01).toFixed(2),
        askQty: '1',
        eventTimeMs: timeMs,
        receivedTimeMs: timeMs,
      },
    });
    tradeId += 1;
  };
  for (let round = 0; round < rounds; round += 1) {
    for (let minute = 0; minute < 5; minute += 1) {
      rig.jumpTo(boundaryMs + minute * 60_000 + 30_000);
      print(boundaryMs + minute * 60_000 + 30_000);
    }
    boundaryMs += FIVE_MINUTES_MS;
    rig.jumpTo(boundaryMs + 5);
    const voted = new Promise<number>((resolve) => {
      let predicted = false;
      const stop = engine.onEvent(({ event }) => {
        if (event.kind === 'PredictionArrived') predicted = true;
        if (event.kind !== 'VotesCounted' || !predicted) return;
        stop();
        resolve(performance.now());
      });
    });
    const fromMs = performance.now();
    print(boundaryMs + 5);
    samples.push((await voted) - fromMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const gate = gateSamples(engine, id, rig.clock.nowMs());
  await rig.stop();
  return { closeToVotes: summarise(samples.slice(5)), gate };
}

function gateSamples(engine: Engine, instrumentId: string, nowMs: number): Summary {
  const quote = engine.pipeline.market.view.quote(instrumentId);
  if (!quote) throw new Error('the bench has no quote');
  const proposal: Proposal = {
    id: 'p-bench-1',
    instrumentId,
    origin: 'manual',
    agent: 'bench',
    side: 'buy',
    orderType: 'limit',
    qtyBase: '0.01',
    entryPrice: quote.ask,
    stopPrice: (Number(quote.ask) * 0.99).toFixed(2),
    targetPrice: null,
    reduceOnly: false,
    probability: null,
    interval: null,
    record: null,
    edge: 'unknown',
    reasons: [],
    votes: [],
    bandPrice: quote.ask,
    bandBps: 15,
    madeAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
    modelHashes: [],
    changeOf: null,
  };
  const samples: number[] = [];
  for (let i = 0; i < 20_000; i += 1) {
    const fromMs = performance.now();
    engine.pipeline.risk.view.preview(proposal, nowMs);
    samples.push(performance.now() - fromMs);
  }
  return summarise(samples.slice(1_000));
}
