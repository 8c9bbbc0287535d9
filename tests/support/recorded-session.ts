import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AccountFolder, openAccountFolder } from '../../main/data-folder.ts';
import type { StrategyRecord } from '../../main/engine/domain/events.ts';
import type { TrustModel } from '../../main/engine/domain/trust-model.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { openJournalStore } from '../../main/engine/gateway/journal-store.ts';
import { createInferenceClient } from '../../main/engine/inference/inference-client.ts';
import type { MlHostChannel } from '../../main/engine/inference/ml-host-channel.ts';
import { openEventLog } from '../../main/engine/kernel/event-log.ts';
import { createRandom, type Random } from '../../main/engine/kernel/random.ts';
import { featureSetsOf, readModelCards } from '../../main/engine/model-cards.ts';
import { agentsFor } from '../../main/lab/strategy/strategy-agents.ts';
import { openDeskSessions } from '../../main/lab/user-strategies/desk-sessions.ts';
import { createInferenceHost } from '../../main/ml/host/inference-host.ts';
import { newestPlacements } from '../../main/ml/registry/model-folders.ts';
import { createGeneratedSource } from '../../main/practice/market/index.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { FakeTime } from './fake-time.ts';
import { LIMITS } from './small-engine.ts';
import { TapeVenue } from './tape-venue.ts';

/** 2026-01-05 12:00 UTC. */
const START_MS = Date.UTC(2026, 0, 5, 12);
const STEP_MS = 500;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'DOGEUSDT', 'LINKUSDT', 'AVAXUSDT', 'LTCUSDT'];

export interface RecordedSession {
  readonly account: AccountFolder;
  /** Of each session, as the running engine reckoned it. */
  readonly decisionHashes: readonly string[];
  readonly repairs: readonly string[];
}

export interface SessionPlan {
  readonly dataDir: string;
  readonly seed: number;
  /** Length of each session; between two of them the process is killed while it writes. */
  readonly minutes: readonly number[];
  readonly segmentBytesMax?: number;
  readonly symbols?: number;
  /** Strategies that propose beside the model and the rule. */
  readonly strategies?: readonly StrategyRecord[];
  /** Those of the user's own among them, by name: their files. Each runs in its sandbox. */
  readonly own?: Readonly<Record<string, string>>;
  /** Of real time: whoever takes longer to answer is switched off. */
  readonly ownAnswerMsMax?: number;
  /** Set at the start of the first session. */
  readonly trustModel?: TrustModel;
}

/**
 * Records sessions of the real engine (log, pipeline, shipped model in a real ONNX session) on a fake clock, traded by a
 * person who approves, halves, changes, declines, or looks away, drawn from the seed.
 */
export async function recordSession(plan: SessionPlan): Promise<RecordedSession> {
  const random = createRandom(plan.seed);
  const account = openAccountFolder(plan.dataDir, `practice-generated-${plan.seed}`);
  const venue = new TapeVenue({
    source: createGeneratedSource({ seed: plan.seed }),
    symbols: SYMBOLS.slice(0, plan.symbols),
    startMs: START_MS,
  });
  const decisionHashes: string[] = [];
  const repairs: string[] = [];
  let nowMs = START_MS;
  for (const [index, minutes] of plan.minutes.entries()) {
    const isLast = index === plan.minutes.length - 1;
    const run = startEngine(plan, account, venue, index, nowMs);
    repairs.push(...run.repairs);
    await run.models.settled();
    if (index === 0 && plan.trustModel) {
      run.engine.request({ kind: 'TrustModelSet', model: plan.trustModel, why: 'Promoted.' });
    }
    const person = createPerson(run.engine, random);
    for (let step = 0; step < (minutes * 60_000) / STEP_MS; step += 1) {
      nowMs += STEP_MS;
      run.time.advance(STEP_MS);
      venue.runTo(nowMs);
      await run.models.settled();
      await run.own.settled();
      person.act(nowMs);
    }
    await run.own.close();
    decisionHashes.push(run.engine.decisionHash());
    if (isLast) await run.engine.stop();
    else {
      // `kill -9` in the middle of a write: nothing is closed, and the last record has no end.
      venue.disconnect();
      appendFileSync(lastSegment(account, 'ledger'), '987654 1767614400000 0123abcd');
      nowMs += 20_000;
      venue.runTo(nowMs);
    }
  }
  const opened = openEventLog(logOptions(plan, account));
  opened.log.close();
  openJournalStore(account.journalStore, opened.ledger).store.close();
  return { account, decisionHashes, repairs };
}

const logOptions = ({ segmentBytesMax = 16 * 2 ** 20 }: SessionPlan, account: AccountFolder) => ({
  dir: account.journalDir,
  headFile: account.journalHead,
  segmentBytesMax,
  marketBytesMax: 2 ** 30,
});

export function lastSegment(account: AccountFolder, lane: 'ledger' | 'market'): string {
  const names = readdirSync(account.journalDir).filter((name) => name.startsWith(lane));
  return join(account.journalDir, names.sort().at(-1) as string);
}

/** A real engine on a fake clock, connected to this venue, its models in this process. */
export function startEngine(
  plan: SessionPlan,
  account: AccountFolder,
  venue: TapeVenue,
  session: number,
  nowMs: number,
) {
  const time = new FakeTime();
  time.advance(nowMs);
  const opened = openEventLog(logOptions(plan, account));
  const cards = readModelCards(MODELS_DIR);
  const models = createModelsInProcess();
  const engine = createEngine({
    identity: {
      sessionId: `session${session}`,
      build: 'test',
      seed: plan.seed,
      mode: 'practice',
      venue: 'tape',
      source: { kind: 'generated', description: `generated, seed ${plan.seed}` },
    },
    limits: { ...LIMITS, ordersPerMinuteMax: 60 },
    clock: time,
    timers: time,
    opened,
    cards,
    ...(plan.strategies && { strategies: plan.strategies, agentsOf: agentsFor(plan.strategies) }),
    venue: venue.connect(),
    inference: (onEvent, onNotice) =>
      createInferenceClient({
        spawn: models.spawn,
        clock: time,
        timers: time,
        models: newestPlacements(MODELS_DIR),
        featureSets: featureSetsOf(cards),
        onPrediction: onEvent,
        onModelState: onEvent,
        onNotice,
      }),
    onFatal(error) {
      throw error;
    },
  });
  const strategies = (plan.strategies ?? []).map((record) => ({
    record,
    path: plan.own?.[record.name] ?? null,
    together: record.instruments?.length ?? 1,
  }));
  const own = openDeskSessions(engine, strategies, { answerMsMax: plan.ownAnswerMsMax ?? 20_000, loadMsMax: 60_000 });
  engine.start();
  return { engine, time, models, own, repairs: opened.repairs };
}

/** The ml-host's own code in this process, and a way to wait until it has answered everything: real models, fake time. */
function createModelsInProcess() {
  let asked = 0;
  let answered = 0;
  const spawn = (): MlHostChannel => {
    let toEngine: (message: unknown) => void = () => {};
    let ended: (why: string) => void = () => {};
    const host = createInferenceHost((message) => {
      if (message.type === 'Predicted' || message.type === 'PredictFailed' || message.type === 'ModelsLoaded')
        answered += 1;
      toEngine(message);
    });
    return {
      send(message) {
        const { type } = message as { type: string };
        if (type === 'Stop') void host.stop().then(() => ended('exit code 0'));
        else {
          asked += 1;
          host.receive(message);
        }
      },
      onMessage(handler) {
        toEngine = handler;
        asked += 1;
        queueMicrotask(() => {
          answered += 1;
          handler({ type: 'HostReady', pid: process.pid, runtime: 'in process' });
        });
      },
      onExit(handler) {
        ended = handler;
      },
      kill: () => ended('signal SIGKILL'),
    };
  };
  const settled = async (): Promise<void> => {
    while (answered < asked) await nextTurn();
  };
  return { spawn, settled };
}

/** Answers what asks, a few seconds after it asked, and now and then types an order of its own. */
export function createPerson(engine: Engine, random: Random) {
  const seen = new Map<string, { atMs: number; what: string }>();
  const choices = ['approve', 'decline', 'look away', 'approve', 'halve', 'change', 'approve', 'look away'];
  let orders = 0;
  const manual = (nowMs: number, instrumentId: string): void => {
    orders += 1;
    engine.request({
      kind: 'ManualOrderRequested',
      requestId: `ticket-${nowMs}`,
      instrumentId,
      side: 'buy',
      type: 'market',
      qtyBase: '1',
      limitPrice: null,
      stopPrice: null,
      targetPrice: null,
    });
  };
  const answer = (proposalId: string, what: string): void => {
    if (what === 'approve') engine.request({ kind: 'ApproveRequested', proposalId, portion: 'full' });
    else if (what === 'halve') engine.request({ kind: 'ApproveRequested', proposalId, portion: 'half' });
    else if (what === 'decline') engine.request({ kind: 'DeclineRequested', proposalId, why: 'not today' });
    else if (what === 'change') engine.request({ kind: 'ChangeRequested', proposalId, change: { targetPrice: null } });
  };
  return {
    act(nowMs: number): void {
      const waiting = engine.pipeline.approval.view
        .proposals()
        .filter(({ state }) => state === 'pending' || state === 'asks-again');
      for (const { proposal } of waiting) {
        const known = seen.get(proposal.id) ?? {
          atMs: nowMs + 1_000 + Math.floor(random.next() * 8) * STEP_MS,
          what: choices[seen.size % choices.length] as string,
        };
        seen.set(proposal.id, known);
        if (known.atMs === nowMs) answer(proposal.id, known.what);
        // What asks again is let go.
      }
      if (nowMs % 120_000 === 0) {
        // An unarmed ticket is denied; an armed one buys a piece of XRP, or of DOGE.
        engine.request({ kind: 'ArmSet', armed: orders % 2 === 1 });
        manual(nowMs, 'binance:BTC/USDT');
      }
      if (nowMs % 420_000 === 0) engine.request({ kind: 'FlattenRequested', instrumentId: null });
    },
  };
}
