import type { LearntTrust } from '../trust/learnt-trust.ts';

/** Given to the worker that learns whom to believe when. */
export interface TrustJob {
  readonly kind: 'learn';
  readonly nowMs: number;
}

export interface TrustAnswer {
  readonly kind: 'learn';
  readonly learnt: LearntTrust;
}
