/** Hooks between the market hub and React: per paint without rendering, or a status that renders only when it turns. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { WatchRow } from '../../preload/contract.ts';
import { engineNowMs } from '../stores/desk-store.ts';
import { type MarketPaint, marketHub } from '../stores/market-hub.ts';
import { paced } from '../stores/paced.ts';

/** Calls `paint` once per animation frame that brought something; it must write to refs, not state. */
export function useMarketPaint(paint: (paint: MarketPaint) => void): void {
  const latest = useRef(paint);
  latest.current = paint;
  useEffect(() => marketHub.subscribe((fresh) => latest.current(fresh)), []);
}

/** For rows of figures: calls `write` when a paint brought something for it, no oftener than can be read. */
export function useMarketFigures(concerns: (paint: MarketPaint) => boolean, write: () => void): void {
  // Not the `write` of when it was asked for: another instrument may have been chosen meanwhile.
  const latest = useRef({ concerns, write });
  latest.current = { concerns, write };
  useEffect(() => {
    const figures = paced(() => latest.current.write());
    const unsubscribe = marketHub.subscribe((paint) => {
      if (latest.current.concerns(paint)) figures.ask();
    });
    return () => {
      unsubscribe();
      figures.stop();
    };
  }, []);
}

/** The feed status of one instrument; renders when it changes. */
export function useFeedStatus(instrumentId: string | null): WatchRow['status'] {
  return useSyncExternalStore(
    marketHub.subscribe,
    () => (instrumentId ? marketHub.row(instrumentId)?.status : undefined) ?? 'connecting',
  );
}

/** Calls `tick` a few times a second with the engine's time: countdowns and bars write to refs from it. */
export function useTicker(tick: (nowMs: number) => void, everyMs = 200): void {
  const latest = useRef(tick);
  latest.current = tick;
  useEffect(() => {
    const run = (): void => latest.current(engineNowMs());
    run();
    const timer = setInterval(run, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

/** The size of an element, by ref. */
export function useHeight<T extends HTMLElement>(): [(element: T | null) => void, number] {
  const [height, setHeight] = useState(0);
  const observer = useRef<ResizeObserver | null>(null);
  const observe = useCallback((element: T | null): void => {
    observer.current?.disconnect();
    observer.current = element ? new ResizeObserver(() => setHeight(element.clientHeight)) : null;
    if (element) observer.current?.observe(element);
  }, []);
  return [observe, height];
}
