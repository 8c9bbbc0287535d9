import type { MemoryLimits } from './protocol.ts';

/** How long the engine waits for its models, and what they may take. */
export interface InferenceLimits {
  /** The answers to a question are counted then, with those that are there: by this much an order may come later. */
  readonly answerWithinMs: number;
  /** An answer that took longer, waiting included, is marked late and counts no more. */
  readonly lateAfterMs: number;
  /** No answer at all by then: the request has failed and the host is taken for hung and restarted. */
  readonly giveUpMs: number;
  /** Requests the host may hold; the rest wait here. */
  readonly inFlightMax: number;
  readonly waitingMax: number;
  readonly startTimeoutMs: number;
  readonly restartDelayMsMin: number;
  readonly restartDelayMsMax: number;
  /** A host that ran this long is not in a crash loop: the delay starts from its minimum again. */
  readonly stableAfterMs: number;
  /** A host whose memory is used up is renewed, once in such a time. */
  readonly renewAfterMs: number;
  readonly memory: MemoryLimits;
}

/** Of models, one and all together. */
export const DEFAULT_MEMORY: MemoryLimits = { modelBytesMax: 2 * 2 ** 30, totalBytesMax: 8 * 2 ** 30 };

export const DEFAULT_LIMITS: InferenceLimits = {
  answerWithinMs: 20,
  // A candle lives for minutes: an answer a blink late on a busy machine still counts, one a person would notice does not.
  lateAfterMs: 250,
  giveUpMs: 5_000,
  // A dozen instruments close a candle at once, and a dozen models are asked of each: they go in one run per model.
  inFlightMax: 256,
  waitingMax: 256,
  startTimeoutMs: 30_000,
  restartDelayMsMin: 200,
  restartDelayMsMax: 30_000,
  stableAfterMs: 60_000,
  renewAfterMs: 60_000,
  memory: DEFAULT_MEMORY,
};
