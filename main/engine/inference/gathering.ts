import type { AnswersGathered } from '../domain/events.ts';
import type { Timers } from '../kernel/clock.ts';
import type { PredictionRequest } from './inference-client.ts';

export interface GatheringOptions {
  readonly request: PredictionRequest;
  /** One for each model that was asked. */
  readonly keys: readonly string[];
  readonly timers: Timers;
  readonly answerWithinMs: number;
  readonly onGathered: (event: AnswersGathered) => void;
}

/** The answers of several models to one question: who has spoken, who has not, and when it is time to count. */
export interface Gathering {
  /** `answered` is false where the model failed: nothing more is to come from it. */
  settle(key: string, answered: boolean): void;
  /** Its answer comes after the others: they do not wait for it. */
  defer(key: string): void;
}

/**
 * Says that the answers are in when everybody has spoken whose answer can be had in time; at the deadline it says so with
 * those who have. Who comes later is told once more, when nobody is missing any longer. Where nobody has answered there is
 * nothing to count.
 */
export function createGathering(options: GatheringOptions): Gathering {
  const { request, timers, answerWithinMs, onGathered } = options;
  const open = new Set(options.keys);
  const deferred = new Set<string>();
  let answers = 0;
  let counted = 0;

  const gather = (): void => {
    if (answers === counted) return;
    counted = answers;
    const { requestId, instrumentId, timeframe, candleCloseTimeMs } = request;
    onGathered({ kind: 'AnswersGathered', requestId, instrumentId, timeframe, candleCloseTimeMs, missing: [...open] });
  };
  const cancelDeadline = timers.after(answerWithinMs, gather);
  const look = (): void => {
    if (open.size === 0) cancelDeadline();
    if ([...open].every((key) => deferred.has(key))) gather();
  };

  return {
    settle(key, answered) {
      if (!open.delete(key)) return;
      if (answered) answers += 1;
      look();
    },
    defer(key) {
      if (!open.has(key)) return;
      deferred.add(key);
      look();
    },
  };
}
