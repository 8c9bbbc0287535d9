import { createRouterClient, implement } from '@orpc/server';
import { boardsRoutes } from '../../../main/engine/gateway/boards-routes.ts';
import { gapRoutes } from '../../../main/engine/gateway/gap-routes.ts';
import { labRoutes } from '../../../main/engine/gateway/lab-routes.ts';
import type { EngineRouter } from '../../../main/engine/gateway/router.ts';
import { trainingRoutes } from '../../../main/engine/gateway/training-routes.ts';
import { trustRoutes } from '../../../main/engine/gateway/trust-routes.ts';
import { systemTimers } from '../../../main/engine/kernel/clock.ts';
import type { DeskMessage, Done, Hello, MarketFrame } from '../../../preload/contract.ts';
import { contract } from '../../../preload/contract.ts';
import type { EngineClient } from '../../../renderer/transport/client.ts';
import { createMemoryBoards } from '../../support/memory-boards.ts';
import { createMemoryGap } from '../../support/memory-gap.ts';
import { createMemoryLab } from '../../support/memory-lab.ts';
import { createMemoryTraining } from '../../support/memory-training.ts';
import { createMemoryTrust } from '../../support/memory-trust.ts';

/** What a screen asks for when it opens on its first instrument. */
const INDICATORS = ['rsi:14'];
const BOOK_LEVELS = 20;

interface Timed<T> {
  readonly atMs: number;
  readonly message: T;
}

/** Everything that one screen was told over a while, as the engine had merged it. */
export interface RecordedFeed {
  readonly hello: Hello;
  readonly history: Awaited<ReturnType<EngineClient['chartHistory']>>;
  readonly frames: readonly Timed<MarketFrame>[];
  readonly desk: readonly Timed<DeskMessage>[];
}

/** Listens as a screen does while `busy` runs. */
export async function recordFeed(router: EngineRouter, busy: () => Promise<unknown>): Promise<RecordedFeed> {
  const client: EngineClient = createRouterClient(router, { context: {} });
  const hello = await client.hello();
  const instrumentId = hello.instruments[0]?.id ?? '';
  const ask = { instrumentId, timeframe: '1m' as const, indicators: INDICATORS };
  const history = await client.chartHistory({ ...ask, limit: 600 });
  const frames: Timed<MarketFrame>[] = [];
  const desk: Timed<DeskMessage>[] = [];
  const stop = new AbortController();
  const startedMs = performance.now();
  const listen = async <T>(stream: AsyncIterable<T>, to: Timed<T>[]): Promise<void> => {
    for await (const message of stream) to.push({ atMs: performance.now() - startedMs, message });
  };
  const { signal } = stop;
  const heard = [
    listen(await client.watchMarket({ ...ask, bookLevels: BOOK_LEVELS }, { signal }), frames),
    listen(await client.watchDesk({}, { signal }), desk),
  ];
  await busy();
  stop.abort();
  await Promise.all(heard);
  return { hello, history, frames, desk };
}

/** The contract, answered from the recording: streams run once, at the pace at which they were heard. */
export function replayRouter(feed: RecordedFeed, onMarketEnd: () => void): EngineRouter {
  const os = implement(contract);
  const done: Done = { ok: true };
  const refused: Done = { ok: false, error: { code: 'recorded', text: 'This is a recording.' } };
  async function* replay<T>(messages: readonly Timed<T>[], signal: AbortSignal | undefined): AsyncGenerator<T> {
    const startedMs = performance.now();
    for (const { atMs, message } of messages) {
      const waitMs = atMs - (performance.now() - startedMs);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (signal?.aborted) return;
      yield message;
    }
  }
  const untilAborted = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  return os.router({
    hello: os.hello.handler(() => feed.hello),
    watchDesk: os.watchDesk.handler(async function* ({ signal }) {
      yield* replay(feed.desk, signal);
      await untilAborted(signal);
    }),
    watchMarket: os.watchMarket.handler(async function* ({ signal }) {
      yield* replay(feed.frames, signal);
      onMarketEnd();
      await untilAborted(signal);
    }),
    chartHistory: os.chartHistory.handler(() => feed.history),
    approveProposal: os.approveProposal.handler(() => refused),
    declineProposal: os.declineProposal.handler(() => refused),
    changeProposal: os.changeProposal.handler(() => refused),
    previewOrder: os.previewOrder.handler(({ input }) => ({
      verdict: { outcome: 'pass' as const, qtyBase: input.qtyBase, findings: [] },
      notionalQuote: '0',
      riskQuote: null,
      worstPrice: null,
    })),
    placeOrder: os.placeOrder.handler(() => refused),
    cancelOrder: os.cancelOrder.handler(() => refused),
    cancelAll: os.cancelAll.handler(() => refused),
    flatten: os.flatten.handler(() => refused),
    acknowledgeDifference: os.acknowledgeDifference.handler(() => refused),
    setArmed: os.setArmed.handler(() => refused),
    setKillSwitch: os.setKillSwitch.handler(() => refused),
    setLimits: os.setLimits.handler(() => refused),
    setMandate: os.setMandate.handler(() => refused),
    setDeadManSwitch: os.setDeadManSwitch.handler(() => refused),
    changeEnsemble: os.changeEnsemble.handler(() => refused),
    promoteModel: os.promoteModel.handler(() => refused),
    rollbackModel: os.rollbackModel.handler(() => refused),
    startGameDay: os.startGameDay.handler(() => refused),
    stopGameDay: os.stopGameDay.handler(() => refused),
    journalPage: os.journalPage.handler(() => ({ entries: [], more: false })),
    verifyJournal: os.verifyJournal.handler(() => ({ ok: true, events: 0, firstBadSeq: null, text: 'A recording.' })),
    loadSetting: os.loadSetting.handler(() => ({ value: null })),
    saveSetting: os.saveSetting.handler(() => done),
    ...labRoutes(createMemoryLab().port, systemTimers),
    ...gapRoutes(createMemoryGap().port),
    ...trainingRoutes(createMemoryTraining().port, systemTimers),
    ...trustRoutes(createMemoryTrust()),
    ...boardsRoutes(createMemoryBoards()),
  });
}
