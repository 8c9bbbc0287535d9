import { describe, expect, test } from 'vitest';
import { BreakerOpen, createCircuitBreaker, type RequestEnd } from '../../../main/engine/venues/circuit-breaker.ts';

/** A breaker that opens after 3 failures for 1 s, at most 4 s. */
function open() {
  let nowMs = 100_000;
  const breaker = createCircuitBreaker(
    'reads',
    { failuresMax: 3, pauseMsFirst: 1_000, pauseMsMax: 4_000 },
    () => nowMs,
  );
  const ask = (end: RequestEnd, why = 'no answer'): void => breaker.admit()(end, why);
  const fail = (times: number): void => {
    for (let i = 0; i < times; i += 1) ask('failed');
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { breaker, ask, fail, pass, nowMs: () => nowMs };
}

describe('circuit breaker', () => {
  test('[V4] failures in a row open it; an answer between them starts the count anew', () => {
    const { breaker, ask, fail, nowMs } = open();
    fail(2);
    ask('answered');
    fail(2);
    expect(breaker.status()).toEqual({ state: 'closed', sinceMs: null, why: '', trialAtMs: null, timesOpened: 0 });
    ask('failed', 'HTTP 503');
    expect(breaker.status()).toEqual({
      state: 'open',
      sinceMs: nowMs(),
      why: 'HTTP 503',
      trialAtMs: nowMs() + 1_000,
      timesOpened: 1,
    });
  });

  test('[V4] what says nothing of the venue neither opens nor closes it', () => {
    const { breaker, ask, fail } = open();
    fail(2);
    ask('unjudged');
    fail(1);
    expect(breaker.status().state).toBe('open');
  });

  test('[V5] open, it admits nothing and says why in words', () => {
    const { breaker, fail } = open();
    fail(3);
    expect(() => breaker.admit()).toThrow(BreakerOpen);
    expect(() => breaker.admit()).toThrow('reads are held back after 3 without an answer: no answer');
  });

  test('[V6] after the pause one request is the trial, and its answer closes', () => {
    const { breaker, fail, pass } = open();
    fail(3);
    pass(999);
    expect(() => breaker.admit()).toThrow(BreakerOpen);
    pass(1);
    expect(breaker.status().state).toBe('half-open');
    const ended = breaker.admit();
    expect(() => breaker.admit()).toThrow(BreakerOpen);
    ended('answered');
    expect(breaker.status().state).toBe('closed');
    fail(2);
    expect(breaker.status().state).toBe('closed');
  });

  test('[V6] each trial that fails doubles the pause, up to the longest; since when stays', () => {
    const { breaker, ask, fail, pass, nowMs } = open();
    fail(3);
    const sinceMs = nowMs();
    for (const pauseMs of [1_000, 2_000, 4_000, 4_000]) {
      expect(breaker.status().trialAtMs).toBe(nowMs() + pauseMs);
      pass(pauseMs);
      ask('failed');
    }
    expect(breaker.status()).toMatchObject({ state: 'open', sinceMs, timesOpened: 1 });
  });

  test('[V6] a trial that was never sent decides nothing: the next one may try', () => {
    const { breaker, ask, fail, pass } = open();
    fail(3);
    pass(1_000);
    ask('unjudged');
    expect(breaker.status().state).toBe('half-open');
    ask('answered');
    expect(breaker.status().state).toBe('closed');
  });

  test('[V6] requests that were under way when it opened: failures add nothing, an answer closes', () => {
    const { breaker, fail, nowMs } = open();
    const [late, later] = [breaker.admit(), breaker.admit()];
    fail(3);
    late('failed', 'HTTP 500');
    expect(breaker.status()).toMatchObject({ why: 'no answer', trialAtMs: nowMs() + 1_000 });
    later('answered');
    expect(breaker.status().state).toBe('closed');
  });

  test('[V6] a clock that was set back ends the pause', () => {
    const { breaker, fail, pass } = open();
    fail(3);
    pass(-3_600_000);
    expect(breaker.status().state).toBe('half-open');
    breaker.admit()('answered');
    expect(breaker.status().state).toBe('closed');
  });
});
