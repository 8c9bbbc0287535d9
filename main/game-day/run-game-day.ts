import type { GameDay, Limits } from '../../preload/contract.ts';
import type { GameDayCase } from './cases.ts';
import { Rehearsal, Unmet } from './rehearsal.ts';

export type GameDayRow = GameDay['cases'][number];

/** What is told while it runs: the rows, and in `note` what goes on besides them. */
export interface GameDayProgress {
  readonly note: string;
  readonly cases: readonly GameDayRow[];
}

export interface GameDayOutcome extends GameDayProgress {
  readonly state: 'passed' | 'failed' | 'stopped';
}

/**
 * Plays the cases one after the other on one rehearsal under the given limits. A case that does not hold does not end the
 * day; a rehearsal that cannot be had does. Never throws; leaves nothing behind.
 */
export async function runGameDay(options: {
  readonly cases: readonly GameDayCase[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: GameDayProgress) => void;
}): Promise<GameDayOutcome> {
  const { cases, limits, signal, onProgress } = options;
  const rows: GameDayRow[] = cases.map(({ id, title }) => ({
    id,
    title,
    state: 'waiting',
    text: '',
    durationMs: null,
  }));
  let note = 'Starting a second practice venue and a second engine.';
  const tell = (): void => onProgress({ note, cases: rows.map((row) => ({ ...row })) });
  const set = (index: number, change: Partial<GameDayRow>): void => {
    rows[index] = { ...(rows[index] as GameDayRow), ...change };
    tell();
  };
  let rehearsal: Rehearsal | null = null;
  tell();
  try {
    rehearsal = await Rehearsal.open(limits, signal);
    note = '';
    for (const [index, one] of cases.entries()) {
      set(index, { state: 'running' });
      const startMs = performance.now();
      const durationMs = (): number => Math.round(performance.now() - startMs);
      try {
        const text = await one.run(rehearsal);
        set(index, { state: 'passed', text, durationMs: durationMs() });
      } catch (error) {
        signal.throwIfAborted();
        set(index, { state: 'failed', text: sentenceOf(error), durationMs: durationMs() });
      }
      await rehearsal.heal();
    }
  } catch (error) {
    if (!signal.aborted) note = `The rehearsal ended: ${sentenceOf(error)}`;
  } finally {
    await rehearsal?.close();
  }
  const left = rows.map((row): GameDayRow => {
    return row.state === 'waiting' || row.state === 'running' ? { ...row, state: 'left-out' } : row;
  });
  if (signal.aborted) return { state: 'stopped', note: 'Stopped before its end.', cases: left };
  return { state: left.every((row) => row.state === 'passed') ? 'passed' : 'failed', note, cases: left };
}

function sentenceOf(error: unknown): string {
  if (error instanceof Unmet) return error.message;
  return `It broke off: ${error instanceof Error ? error.message : String(error)}`;
}
