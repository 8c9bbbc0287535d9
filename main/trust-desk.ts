import type { Engine } from './engine/engine.ts';
import type { ForecastBook } from './ml/trust/forecast-book.ts';
import type { TrustShelf, TrustStanding } from './ml/trust/trust-shelf.ts';

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** What a standing means, in a sentence for the journal. */
function whyOf(standing: TrustStanding | null): string {
  const { learnt = null, action } = standing ?? {};
  if (!learnt) return 'Votes are weighed by the members’ records alone.';
  const { forecasts, why } = learnt.judgement;
  const again = action === 'rolled-back' ? ' again' : '';
  return `Votes are weighed${again} by what was learnt on ${dayOf(learnt.learntAtMs)} from ${forecasts} forecasts: ${why}.`;
}

/** Tells the engine what stands on disk about whom to believe when; nothing where it goes by that already. */
export function tellTrust({ request, pipeline }: Pick<Engine, 'request' | 'pipeline'>, shelf: TrustShelf): void {
  const standing = shelf.standing();
  const model = standing?.learnt?.model ?? null;
  if (JSON.stringify(model) === JSON.stringify(pipeline.decision.view.trustModel())) return;
  request({ kind: 'TrustModelSet', model, why: whyOf(standing) });
}

/**
 * Whatever the market has decided of what members said goes into the book, at each candle's close. Trading does not wait for it: where the
 * book cannot be written, that is said once and the engine goes on. Returns what ends it.
 */
export function noteForecasts(
  { onEvent, pipeline }: Pick<Engine, 'onEvent' | 'pipeline'>,
  book: ForecastBook,
  onLog: (text: string) => void,
): () => void {
  let next = 0;
  let failed = false;
  return onEvent(({ event }) => {
    if (event.kind !== 'CandleClosed') return;
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
  });
}
