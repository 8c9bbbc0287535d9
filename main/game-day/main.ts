/** Game day as a process of its own: plays the cases, tells how they go, and ends with whoever started it. */
import '../require-node.ts';
import type { Limits } from '../../preload/contract.ts';
import { GAME_DAY_CASES } from './cases.ts';
import { type GameDayOutcome, type GameDayProgress, runGameDay } from './run-game-day.ts';

export type ToGameDay = { readonly kind: 'run'; readonly limits: Limits } | { readonly kind: 'stop' };
export type FromGameDay =
  | { readonly kind: 'progress'; readonly progress: GameDayProgress }
  | { readonly kind: 'ended'; readonly outcome: GameDayOutcome };

const stop = new AbortController();
const tell = (message: FromGameDay): void => {
  if (process.connected) process.send?.(message);
};
process.on('disconnect', () => stop.abort());

process.on('message', (message: ToGameDay) => {
  if (message.kind === 'stop') {
    stop.abort();
    return;
  }
  void runGameDay({
    cases: GAME_DAY_CASES,
    limits: message.limits,
    signal: stop.signal,
    onProgress: (progress) => tell({ kind: 'progress', progress }),
  }).then((outcome) => {
    tell({ kind: 'ended', outcome });
    if (process.connected) process.disconnect();
  });
});
