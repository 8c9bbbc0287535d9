/** An answer of the lab for what is shown now: asked for when `key` changes or the engine is back, forgotten when the key changes. */
import { useEffect, useState } from 'react';
import { useDeskStore } from '../stores/desk-store.ts';
import type { EngineClient } from '../transport/client.ts';
import { askLab } from './lab-actions.ts';
import type { Loaded } from './loaded.ts';

const LOADING = { state: 'loading' } as const;

/** @param request must ask for the same wherever `key` is the same; null while there is nothing to ask */
export function useAnswer<T>(
  key: string | null,
  request: (client: EngineClient) => ReturnType<Parameters<typeof askLab<T>>[0]>,
): Loaded<T> {
  const [held, setHeld] = useState<{ readonly key: string | null; readonly loaded: Loaded<T> }>({
    key: null,
    loaded: LOADING,
  });
  const hasClient = useDeskStore((state) => state.client !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names everything that the request asks with
  useEffect(() => {
    if (key === null || !hasClient) return;
    let isCurrent = true;
    void askLab(request).then((answer) => {
      if (!isCurrent) return;
      setHeld({
        key,
        loaded: answer.ok ? { state: 'ready', value: answer.value } : { state: 'failed', text: answer.error.text },
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [key, hasClient]);
  return held.key === key ? held.loaded : LOADING;
}
