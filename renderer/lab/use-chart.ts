/** A chart that lives as long as its element, in the look of the page. */
import { type RefObject, useEffect, useRef } from 'react';
import { type ChartLook, readLook } from '../chart/look.ts';
import { useView } from '../stores/view-store.ts';

interface Drawing {
  setLook(look: ChartLook): void;
  destroy(): void;
}

/** `make` is called once, with the element in place. */
export function useChart<D extends Drawing>(
  make: (host: HTMLElement, look: ChartLook) => D,
): [RefObject<HTMLDivElement | null>, RefObject<D | null>] {
  const host = useRef<HTMLDivElement>(null);
  const drawing = useRef<D | null>(null);
  const look = useView((view) => `${view.theme} ${view.palette}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once for this element
  useEffect(() => {
    if (!host.current) return;
    const made = make(host.current, readLook());
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.destroy();
    };
  }, []);
  useEffect(() => {
    if (look) drawing.current?.setLook(readLook());
  }, [look]);
  return [host, drawing];
}
