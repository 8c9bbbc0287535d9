import type { Engine } from './engine/engine.ts';
import type { ForecastBook } from './ml/trust/forecast-book.ts';

/**
 * Whatever the market has decided of what members said goes into the book, once for all candles that close together. Trading does not wait
 * for it: where the book cannot be written, that is said once and the engine goes on. Returns what ends it.
 */
export function noteForecasts(
  { onEvent, pipeline }: Pick<Engine, 'onEvent' | 'pipeline'>,
  book: ForecastBook,
  onLog: (text: string) => void,
): () => void {
  let next = 0;
  let failed = false;
  let due: NodeJS.Immediate | null = null;
  const write = (): void => {
    due = null;
    const settled = pipeline.decision.view.settledSince(next);
    next = settled.next;
    if (settled.forecasts.length === 0) return;
    try {
      book.write(settled.forecasts);
      failed = false;
    } catch (error) {
      if (!failed) onLog(`Forecasts are not written down: ${(error as Error).message}.`);
      failed = true;
    }
  };
  const stop = onEvent(({ event }) => {
    if (event.kind === 'CandleClosed') due ??= setImmediate(write);
  });
  return () => {
    stop();
    if (due) clearImmediate(due);
    write();
  };
}
