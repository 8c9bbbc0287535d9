import type { StrategyRecord } from '../../engine/domain/events.ts';
import type { Engine } from '../../engine/engine.ts';
import { inGroups } from '../strategy/groups.ts';
import { hireTrader } from '../workers/strategy-crew.ts';
import { openOwnSession } from './own-session.ts';

/** A strategy that is to propose on the desk. */
export interface DeskStrategy {
  readonly record: StrategyRecord;
  /** Of the file of one of the user's own, absolute; null where it ships. */
  readonly path: string | null;
  /** Instruments that it looks at together; those that are named make groups of so many. */
  readonly together: number;
}

/** A candle's wish is worth little much later; one that takes so long hangs. */
const ANSWER_MS_MAX = 5_000;
const LOAD_MS_MAX = 30_000;

/**
 * Puts the user's own strategies beside an engine, each in a sandbox of its own; called before the engine starts. One that fails is
 * switched off with a sentence in the journal, and the engine goes on.
 * @returns ends them
 */
export function openDeskSessions(
  engine: Engine,
  strategies: readonly DeskStrategy[],
  { answerMsMax, loadMsMax } = { answerMsMax: ANSWER_MS_MAX, loadMsMax: LOAD_MS_MAX },
): { settled(): Promise<void>; close(): Promise<void> } {
  const sessions = strategies.flatMap(({ record: { name, params, timeframe, instruments }, path, together }) =>
    path === null
      ? []
      : openOwnSession({
          name,
          params,
          timeframe,
          groups: instruments ? inGroups(instruments, together) : null,
          account: engine.pipeline.account,
          hire: hireTrader(path),
          answerMsMax,
          loadMsMax,
          spoke: (event) => void engine.request(event),
          switchedOff: (why) => void engine.request({ kind: 'StrategySwitchedOff', strategy: name, why }),
        }),
  );
  const stop = engine.onEvent(({ event }) => {
    for (const session of sessions) session.saw(event);
  });
  const all = async (each: (session: (typeof sessions)[number]) => Promise<void>): Promise<void> => {
    await Promise.all(sessions.map(each));
  };
  return {
    settled: () => all((session) => session.settled()),
    close() {
      stop();
      return all((session) => session.close());
    },
  };
}
