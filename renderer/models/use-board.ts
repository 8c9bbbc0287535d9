/** A board that is asked for again and again while it is looked at; what was told last stays where an answer fails. */
import { useEffect, useState } from 'react';
import { askLab } from '../lab/lab-actions.ts';
import { engineNowMs, useDeskStore } from '../stores/desk-store.ts';
import type { EngineClient } from '../transport/client.ts';

const EVERY_MS = 3_000;

export type Board<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly text: string }
  /** `problem`: why the last question had no answer, null where it had one; `atMs`: when this was told, by the engine's clock. */
  | { readonly state: 'ready'; readonly value: T; readonly problem: string | null; readonly atMs: number };

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: { readonly text: string } };

/** What is shown after an answer to the same question as before. Pure. */
export function nextBoard<T>(before: Board<T>, answer: Answer<T>, nowMs: number): Board<T> {
  if (answer.ok) return { state: 'ready', value: answer.value, problem: null, atMs: nowMs };
  const { text } = answer.error;
  return before.state === 'ready' ? { ...before, problem: text } : { state: 'failed', text };
}

const LOADING = { state: 'loading' } as const;

/** @param request must ask for the same wherever `key` is the same; null while there is nothing to ask */
export function useBoard<T>(
  key: string | null,
  request: (client: EngineClient) => ReturnType<Parameters<typeof askLab<T>>[0]>,
): Board<T> {
  const [held, setHeld] = useState<{ readonly key: string | null; readonly board: Board<T> }>({
    key: null,
    board: LOADING,
  });
  const hasClient = useDeskStore((state) => state.client !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names everything that the request asks with
  useEffect(() => {
    if (key === null) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      const answer = await askLab(request);
      if (!isCurrent) return;
      setHeld((before) => ({
        key,
        board: nextBoard(before.key === key ? before.board : LOADING, answer, engineNowMs()),
      }));
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      isCurrent = false;
      if (timer !== null) clearTimeout(timer);
    };
  }, [key, hasClient]);
  return held.key === key ? held.board : LOADING;
}
