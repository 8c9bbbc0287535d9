/** A run's trades, page by page as they are looked at. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type LabTrade, TRADES_PAGE_MAX } from '../../preload/lab-contract.ts';
import { askLab } from './lab-actions.ts';

export interface Trades {
  /** How many are listed; null before the first page. */
  readonly total: number | null;
  readonly at: (number: number) => LabTrade | undefined;
  /** Those that have come, by number. */
  readonly known: readonly LabTrade[];
  readonly problem: string;
  /** Asks for whatever lacks of `from` … `to`. */
  readonly want: (from: number, to: number) => void;
}

export function useTrades(runId: string): Trades {
  const pages = useRef(new Map<number, readonly LabTrade[] | null>());
  const [state, setState] = useState<{ total: number | null; known: readonly LabTrade[]; problem: string }>({
    total: null,
    known: [],
    problem: '',
  });
  const want = useCallback(
    (from: number, to: number): void => {
      for (let page = Math.floor(from / TRADES_PAGE_MAX); page * TRADES_PAGE_MAX <= to; page += 1) {
        if (pages.current.has(page)) continue;
        pages.current.set(page, null);
        void askLab((client) => client.labTrades({ runId, from: page * TRADES_PAGE_MAX, limit: TRADES_PAGE_MAX })).then(
          (answer) => {
            if (!answer.ok) {
              pages.current.delete(page);
              setState((before) => ({ ...before, problem: answer.error.text }));
              return;
            }
            pages.current.set(page, answer.value.trades);
            const known = [...pages.current].sort(([a], [b]) => a - b).flatMap(([, trades]) => trades ?? []);
            setState({ total: answer.value.total, known, problem: '' });
          },
        );
      }
    },
    [runId],
  );
  useEffect(() => want(0, 0), [want]);
  const at = useCallback(
    (number: number): LabTrade | undefined =>
      pages.current.get(Math.floor(number / TRADES_PAGE_MAX))?.[number % TRADES_PAGE_MAX],
    [],
  );
  return { ...state, at, want };
}
