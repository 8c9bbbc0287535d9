import { implement, type Router } from '@orpc/server';
import { contract } from '../../../preload/contract.ts';
import { changedEnsemble } from '../domain/ensemble.ts';
import type { InputEvent } from '../domain/events.ts';
import type { Clock, Timers } from '../kernel/clock.ts';
import { boardsRoutes } from './boards-routes.ts';
import { createDeskFeed } from './desk-feed.ts';
import type { EnginePort } from './engine-port.ts';
import { gapRoutes } from './gap-routes.ts';
import { labRoutes } from './lab-routes.ts';
import { createMarketFeed } from './market-feed.ts';
import { trainingRoutes } from './training-routes.ts';
import { trustRoutes } from './trust-routes.ts';

// biome-ignore lint/complexity/noBannedTypes: oRPC's own type for "no context"
export type EngineRouter = Router<typeof contract, {}>;

export interface Gateway {
  readonly router: EngineRouter;
  close(): void;
}

/** The contract, answered by the engine. Every transport serves this one router. */
export function createGateway(port: EnginePort, clock: Clock, timers: Timers): Gateway {
  const desk = createDeskFeed(port, clock, timers);
  const market = createMarketFeed(port, clock, timers);
  const os = implement(contract);
  const ask = (event: InputEvent) => port.request(event);

  const router = os.router({
    hello: os.hello.handler(() => port.hello()),
    watchDesk: os.watchDesk.handler(({ input, signal }) => desk.watch(input.sinceRevision, signal)),
    watchMarket: os.watchMarket.handler(({ input, signal }) => market.watch(input, signal)),
    chartHistory: os.chartHistory.handler(async ({ input }) => {
      const { candles, indicators } = await port.chartHistory(input);
      const column = (index: number) => candles.map((candle) => candle[index] as number);
      return {
        candles: {
          openTimeMs: column(0),
          open: column(1),
          high: column(2),
          low: column(3),
          close: column(4),
          volume: column(5),
        },
        indicators: [...indicators],
        confidence: [...port.confidence(input.instrumentId)],
      };
    }),
    approveProposal: os.approveProposal.handler(({ input }) => ask({ kind: 'ApproveRequested', ...input })),
    declineProposal: os.declineProposal.handler(({ input }) => ask({ kind: 'DeclineRequested', ...input })),
    changeProposal: os.changeProposal.handler(({ input }) => {
      const change = Object.fromEntries(Object.entries(input.change).filter(([, value]) => value !== undefined));
      return ask({ kind: 'ChangeRequested', proposalId: input.proposalId, change });
    }),
    previewOrder: os.previewOrder.handler(({ input }) => port.previewOrder(input)),
    placeOrder: os.placeOrder.handler(({ input }) => ask({ kind: 'ManualOrderRequested', ...input })),
    cancelOrder: os.cancelOrder.handler(({ input }) => ask({ kind: 'CancelRequested', ...input })),
    cancelAll: os.cancelAll.handler(() => ask({ kind: 'CancelAllRequested' })),
    flatten: os.flatten.handler(({ input }) => ask({ kind: 'FlattenRequested', ...input })),
    acknowledgeDifference: os.acknowledgeDifference.handler(({ input }) =>
      ask({ kind: 'DifferenceAcknowledged', ...input }),
    ),
    setArmed: os.setArmed.handler(({ input }) => ask({ kind: 'ArmSet', ...input })),
    setKillSwitch: os.setKillSwitch.handler(({ input }) => ask({ kind: 'KillSwitchSet', ...input })),
    setLimits: os.setLimits.handler(({ input }) => ask({ kind: 'LimitsSet', limits: input })),
    setMandate: os.setMandate.handler(({ input }) => ask({ kind: 'MandateSet', ...input })),
    setDeadManSwitch: os.setDeadManSwitch.handler(({ input }) => ask({ kind: 'DeadManSwitchSet', ...input })),
    changeEnsemble: os.changeEnsemble.handler(({ input }) =>
      ask({ kind: 'EnsembleSet', settings: changedEnsemble(port.topic('ensemble'), input) }),
    ),
    promoteModel: os.promoteModel.handler(({ input }) => port.promoteModel(input.model, input.version)),
    rollbackModel: os.rollbackModel.handler(({ input }) => port.rollbackModel(input.model)),
    startGameDay: os.startGameDay.handler(() => port.startGameDay()),
    stopGameDay: os.stopGameDay.handler(() => port.stopGameDay()),
    journalPage: os.journalPage.handler(({ input }) => port.journalPage(input.beforeSeq, input.limit)),
    verifyJournal: os.verifyJournal.handler(() => port.verifyJournal()),
    loadSetting: os.loadSetting.handler(({ input }) => ({ value: (port.loadSetting(input.key) ?? null) as never })),
    saveSetting: os.saveSetting.handler(({ input }) => {
      const saved = port.saveSetting(input.key, input.value);
      return saved.ok ? { ok: true } : { ok: false, error: { code: saved.error.kind, text: saved.error.text } };
    }),
    ...labRoutes(port.lab, timers),
    ...gapRoutes(port.gap),
    ...trainingRoutes(port.training, timers),
    ...boardsRoutes(port.boards),
    ...trustRoutes(port.trust),
  });
  return {
    router,
    close() {
      desk.close();
      market.close();
    },
  };
}
