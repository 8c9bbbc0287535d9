import type { Clock, Timers } from '../kernel/clock.ts';
import type { PredictionRequest } from './inference-client.ts';

/** One question to one model, waiting here or held by the host. */
export interface PendingRequest {
  /** Unique on the wire: one engine request may go to several models. */
  readonly wireId: string;
  readonly model: string;
  readonly version: string;
  readonly request: PredictionRequest;
  readonly askedAtMs: number;
}

export interface RequestQueueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: { readonly inFlightMax: number; readonly waitingMax: number; readonly giveUpMs: number };
  readonly send: (pending: PendingRequest) => void;
  readonly fail: (pending: PendingRequest, why: string) => void;
  /** The host has not answered a request for `giveUpMs`. */
  readonly onHung: () => void;
}

export interface RequestQueue {
  add(of: { readonly model: string; readonly version: string }, request: PredictionRequest): void;
  /** Takes an answered request out and hands it to `done`; an answer nobody waits for is dropped. */
  settle(wireId: string, done: (pending: PendingRequest) => void): void;
  /** A request that the host has not answered yet. */
  held(wireId: string): PendingRequest | null;
  /** True when the host holds nothing and nothing waits. */
  isIdle(): boolean;
  failAll(why: string): void;
}

/** Keeps at most `inFlightMax` requests with the host and at most `waitingMax` in front of it. */
export function createRequestQueue({ clock, timers, limits, send, fail, onHung }: RequestQueueOptions): RequestQueue {
  const waiting: PendingRequest[] = [];
  const inFlight = new Map<string, PendingRequest & { cancelGiveUp: () => void }>();
  let lastNumber = 0;

  function sendNext(): void {
    while (inFlight.size < limits.inFlightMax) {
      const next = waiting.shift();
      if (next === undefined) return;
      const cancelGiveUp = timers.after(limits.giveUpMs, () => {
        if (!inFlight.delete(next.wireId)) return;
        fail(next, `no answer within ${limits.giveUpMs} ms`);
        onHung();
      });
      inFlight.set(next.wireId, { ...next, cancelGiveUp });
      send(next);
    }
  }

  return {
    add({ model, version }, request) {
      const isSame = (each: PendingRequest): boolean =>
        each.model === model &&
        each.version === version &&
        each.request.instrumentId === request.instrumentId &&
        each.request.timeframe === request.timeframe;
      const older = waiting.findIndex(isSame);
      if (older >= 0) fail(waiting.splice(older, 1)[0]!, 'superseded by a newer request');
      waiting.push({ wireId: `p${++lastNumber}`, model, version, request, askedAtMs: clock.nowMs() });
      sendNext();
      if (waiting.length > limits.waitingMax) fail(waiting.shift()!, 'too many requests are waiting');
    },
    settle(wireId, done) {
      const pending = inFlight.get(wireId);
      if (pending === undefined) return;
      inFlight.delete(wireId);
      pending.cancelGiveUp();
      done(pending);
      sendNext();
    },
    held: (wireId) => inFlight.get(wireId) ?? null,
    isIdle: () => inFlight.size + waiting.length === 0,
    failAll(why) {
      const all = [...inFlight.values(), ...waiting];
      for (const { cancelGiveUp } of inFlight.values()) cancelGiveUp();
      inFlight.clear();
      waiting.length = 0;
      for (const pending of all) fail(pending, why);
    },
  };
}
