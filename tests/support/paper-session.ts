import type { AccountFolder } from '../../main/data-folder.ts';
import type { EngineEvent, StrategyRecord } from '../../main/engine/domain/events.ts';
import type { RiskLimits } from '../../main/engine/domain/proposal.ts';
import { createEngine } from '../../main/engine/engine.ts';
import { type EventLog, type OpenedLog, openEventLog } from '../../main/engine/kernel/event-log.ts';
import type { AgentsOf } from '../../main/engine/pipeline.ts';
import { HandClock } from '../../main/lab/exact/hand-clock.ts';
import { loggedAnswers } from '../../main/lab/exact/logged-answers.ts';
import { agentsFor } from '../../main/lab/strategy/strategy-agents.ts';
import type { TapeVenue } from './tape-venue.ts';

const STEP_MS = 1_000;
/** The robot's: no less than what a question that is asked again has to be read for. */
const ANSWER_MS = STEP_MS;

export interface PaperPlan {
  readonly account: AccountFolder;
  readonly venue: TapeVenue;
  readonly strategy: StrategyRecord;
  readonly limits: RiskLimits;
  readonly startMs: number;
  readonly endMs: number;
  /** Told when the venue has gone on by a second. */
  readonly stepped?: (nowMs: number) => void;
  /** Told of every event. */
  readonly watch: (event: EngineEvent, timeMs: number) => void;
}

export interface PaperRun {
  readonly decisionHash: string;
  /** By the ledger, at the end. */
  readonly balances: ReadonlyMap<string, string>;
}

/** A strategy of the desk and nobody beside it. */
export const deskAlone = (strategies: readonly StrategyRecord[]): AgentsOf => {
  const desk = agentsFor(strategies);
  return (account) => ({ ...desk(account), alone: true });
};

/** On the disk; that the market's lane is there each second, where a second takes no second, is not waited for. */
function openLog({ journalDir, journalHead }: AccountFolder): OpenedLog {
  const opened = openEventLog({
    dir: journalDir,
    headFile: journalHead,
    segmentBytesMax: 2 ** 26,
    marketBytesMax: 2 ** 32,
  });
  const { log } = opened;
  const unhurried: EventLog = {
    get lastSeq() {
      return log.lastSeq;
    },
    append: (event, timeMs) => log.append(event, timeMs),
    commit: () => log.commit(),
    sync: () => {},
    close: () => log.close(),
  };
  return { ...opened, log: unhurried };
}

/** The running engine at a venue that goes on second by second, its log on the disk; a robot signs what is asked, a second later. */
export async function tradeOnPaper(plan: PaperPlan): Promise<PaperRun> {
  const { account, venue, strategy, limits, startMs, endMs, watch } = plan;
  const clock = new HandClock(startMs);
  const engine = createEngine({
    identity: {
      sessionId: 'paper',
      build: 'test',
      seed: 1,
      mode: 'practice',
      venue: 'tape',
      source: { kind: 'recorded', description: 'recorded candles' },
    },
    limits,
    clock,
    timers: clock,
    opened: openLog(account),
    cards: [],
    strategies: [strategy],
    agentsOf: deskAlone([strategy]),
    venue: venue.connect(),
    venues: venue.venues,
    inference: (tell) => loggedAnswers([], [], tell),
    onFatal(error) {
      throw error;
    },
  });
  const asked: { readonly proposalId: string; readonly atMs: number }[] = [];
  engine.onEvent(({ event, timeMs }) => {
    if (event.kind === 'ApprovalAsked') asked.push({ proposalId: event.proposalId, atMs: timeMs + ANSWER_MS });
    watch(event, timeMs);
  });
  engine.start();
  for (let nowMs = startMs + STEP_MS; nowMs <= endMs; nowMs += STEP_MS) {
    clock.moveTo(nowMs);
    clock.tick();
    venue.runTo(nowMs);
    plan.stepped?.(nowMs);
    while (asked[0] && asked[0].atMs <= nowMs)
      engine.request({ kind: 'ApproveRequested', proposalId: asked.shift()!.proposalId, portion: 'full' });
  }
  const balances = new Map(engine.pipeline.ledger.view.balances().map(({ asset, ledger }) => [asset, ledger]));
  const decisionHash = engine.decisionHash();
  await engine.stop();
  return { decisionHash, balances };
}
