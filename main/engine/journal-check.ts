import type { StrategyRecord } from './domain/events.ts';
import { firstWrongRow } from './gateway/journal-store.ts';
import type { LogRecord } from './kernel/log-format.ts';
import { readLane } from './kernel/log-reader.ts';
import { type ReplayVerdict, replayLog } from './kernel/replay.ts';
import { type LogVerdict, verifyLog } from './kernel/verify-log.ts';
import { readLibrary, readModelCards } from './model-cards.ts';
import { type AgentsOf, createPipeline } from './pipeline.ts';

const refuseStrategies = (strategies: readonly StrategyRecord[]): AgentsOf => {
  throw new Error(`the session ran ${strategies.map(({ name }) => name).join(', ')}, which are not known here`);
};

export interface JournalPaths {
  readonly journalDir: string;
  readonly journalHead: string;
  readonly journalStore: string;
}

/** Both chains, their heads, and whether the journal's projection says what the log says. Changes nothing. */
export function verifyJournalFiles(paths: JournalPaths): LogVerdict {
  const verdict = verifyLog(paths.journalDir, paths.journalHead);
  if (!verdict.ok) return verdict;
  const ledger: LogRecord[] = [];
  readLane(paths.journalDir, 'ledger', (record) => ledger.push(record));
  let wrong: number | null;
  try {
    wrong = firstWrongRow(paths.journalStore, ledger);
  } catch (error) {
    const why = (error as Error).message;
    const text = `the journal's projection ${paths.journalStore} is unreadable (${why}); the next start makes it again from the log, which is whole`;
    return { ...verdict, ok: false, text };
  }
  if (wrong === null) return verdict;
  return {
    ...verdict,
    ok: false,
    firstBadSeq: wrong,
    text: `the journal's projection differs from the log at record ${wrong}`,
  };
}

/**
 * Replays the log through the stages of this build.
 * @param ownModelsDir models made on the account's own machine, where it has any
 * @param agentsFor the strategies that a session names @throws Error when the log is damaged, or names one that is not known
 */
export function replayJournal(
  paths: JournalPaths,
  modelsDir: string,
  agentsFor: (strategies: readonly StrategyRecord[]) => AgentsOf = refuseStrategies,
  ownModelsDir = '',
): ReplayVerdict {
  const cards = readModelCards(modelsDir);
  const library = readLibrary([modelsDir, ownModelsDir]);
  return replayLog(paths.journalDir, ({ strategies }) => {
    return createPipeline(cards, strategies && agentsFor(strategies), library).stages;
  });
}
