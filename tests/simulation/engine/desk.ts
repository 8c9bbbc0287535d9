import type { Engine } from '../../../main/engine/engine.ts';
import { createDeskTopics } from '../../../main/engine/gateway/desk-topics.ts';
import { createNoticeBoard } from '../../../main/engine/gateway/notice-board.ts';
import { type DeskSnapshot, deskSnapshotSchema } from '../../../preload/contract.ts';
import { hold } from './bookkeeper.ts';

/** What the screen is told, by the product's own gateway; without what lives outside the engine: models, journal, game day. */
export function deskOf(engine: Engine, nowMs: number): DeskSnapshot {
  const { pipeline } = engine;
  const topics = createDeskTopics({
    approval: pipeline.approval.view,
    execution: pipeline.execution.view,
    ledger: pipeline.ledger.view,
    portfolio: pipeline.ledger.portfolio,
    risk: pipeline.risk.view,
    market: pipeline.market.view,
    instruments: pipeline.instruments.view,
    board: createNoticeBoard(),
    models: () => [],
    gameDay: () => null,
    ensemble: () => pipeline.decision.view.settings(),
    deadMan: () => engine.deadMan(),
    journal: () => [],
    logEvents: () => engine.lastSeq(),
    chain: () => 'ok',
    startRepairs: [],
    nowMs: () => nowMs,
  });
  return Object.fromEntries(Object.entries(topics).map(([name, read]) => [name, read()])) as unknown as DeskSnapshot;
}

/** A desk that is not as the contract has it never reaches the screen: the stream to it ends. */
export function checkDesk(engine: Engine, nowMs: number): void {
  const { error } = deskSnapshotSchema.safeParse(deskOf(engine, nowMs));
  const text = (): string => error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') ?? '';
  hold(error === undefined, 'desk-as-agreed', text);
}
