import { describe, expect, test } from 'vitest';
import {
  BudgetFull,
  BudgetTimeout,
  createRequestBudget,
  type RequestClass,
} from '../../../main/engine/venues/request-budget.ts';

/** A clock that moves only when told to; timers fire in order of time. */
function fakeClock() {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; action: () => void }>();
  return {
    nowMs: () => nowMs,
    setBack(ms: number) {
      nowMs -= ms;
      for (const timer of timers) timer.atMs -= ms;
    },
    after(delayMs: number, action: () => void) {
      const timer = { atMs: nowMs + delayMs, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        timers.delete(next);
        nowMs = next.atMs;
        next.action();
        await Promise.resolve();
      }
      nowMs = untilMs;
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

function open(weightMax = 100, waitingMax = 10) {
  const clock = fakeClock();
  const budget = createRequestBudget({ weightMax, windowMs: 10_000, waitingMax }, clock);
  const went: string[] = [];
  const ask = (name: string, requestClass: RequestClass, weight = 1, waitMsMax?: number): void => {
    budget.take(requestClass, weight, waitMsMax).then(
      () => went.push(name),
      (error: Error) => went.push(`${name}: ${error.name}`),
    );
  };
  return { clock, budget, went, ask };
}

describe('request budget', () => {
  test('[V1] market data leaves 35 %, queries 20 %, entries 10 %; what protects may use the last token', async () => {
    const { clock, went, ask, budget } = open();
    ask('market', 'market', 65);
    ask('market 2', 'market', 1);
    await clock.advance(0);
    expect(went).toEqual(['market']);
    ask('query', 'query', 15);
    ask('entry', 'entry', 10);
    ask('stop', 'protect', 10);
    await clock.advance(0);
    expect(went).toEqual(['market', 'query', 'entry', 'stop']);
    expect(budget.weightUsed).toBe(100);
  });

  test('[V2] what waits goes by class, then in order of asking', async () => {
    const { clock, went, ask, budget } = open();
    budget.pauseUntil(1_000);
    ask('market', 'market');
    ask('query 1', 'query');
    ask('entry', 'entry');
    ask('query 2', 'query');
    ask('cancel', 'protect');
    await clock.advance(999);
    expect(went).toEqual([]);
    await clock.advance(1);
    expect(went).toEqual(['cancel', 'entry', 'query 1', 'query 2', 'market']);
  });

  test('[V3] Retry-After holds everything, cancels too: sending on earns a ban', async () => {
    const { clock, went, ask, budget } = open();
    budget.pauseUntil(5_000);
    ask('cancel', 'protect');
    await clock.advance(4_900);
    expect(went).toEqual([]);
    await clock.advance(200);
    expect(went).toEqual(['cancel']);
  });

  test('the bucket refills evenly with the window', async () => {
    const { clock, went, ask } = open();
    ask('all', 'protect', 100);
    ask('ten', 'protect', 10);
    await clock.advance(990);
    expect(went).toEqual(['all']);
    await clock.advance(20);
    expect(went).toEqual(['all', 'ten']);
  });

  test('the venue’s own count of used weight lowers the bucket', async () => {
    const { clock, went, ask, budget } = open();
    budget.observeUsed(95);
    ask('entry', 'entry');
    ask('cancel', 'protect');
    await clock.advance(0);
    expect(went).toEqual(['cancel']);
  });

  test('[V2] a full queue refuses reads and entries, never what protects', async () => {
    const { clock, went, ask, budget } = open(100, 2);
    budget.pauseUntil(1_000);
    ask('query', 'query');
    ask('entry', 'entry');
    ask('entry 2', 'entry');
    ask('stop', 'protect');
    await clock.advance(0);
    expect(went).toEqual([`entry 2: ${new BudgetFull('').name}`]);
    await clock.advance(1_000);
    expect(went.slice(1)).toEqual(['stop', 'entry', 'query']);
  });

  test('[V3] an entry that waited too long is given up unsent', async () => {
    const { clock, went, ask, budget } = open();
    budget.pauseUntil(5_000);
    ask('entry', 'entry', 1, 2_000);
    await clock.advance(2_000);
    expect(went).toEqual([`entry: ${new BudgetTimeout('').name}`]);
    expect(budget.waiting).toBe(0);
  });

  test('a request heavier than its share waits for a full bucket instead of for ever', async () => {
    const { clock, went, ask } = open();
    ask('heavy', 'market', 90);
    await clock.advance(0);
    expect(went).toEqual(['heavy']);
  });

  test('[V3] says for the screen what is used, kept back, waiting by class, and until when nothing goes', async () => {
    const { clock, ask, budget } = open();
    ask('market', 'market', 40);
    budget.pauseUntil(5_000, 'banned (HTTP 418)');
    budget.pauseUntil(2_000, 'too many requests (HTTP 429)');
    ask('cancel', 'protect');
    ask('entry', 'entry');
    ask('query', 'query');
    ask('query 2', 'query');
    expect(budget.status()).toEqual({
      weightUsed: 40,
      weightMax: 100,
      windowMs: 10_000,
      reserveWeight: 10,
      waiting: { protect: 1, entry: 1, query: 2, market: 0 },
      pausedUntilMs: 5_000,
      pausedWhy: 'banned (HTTP 418)',
    });
    await clock.advance(5_000);
    expect(budget.status()).toMatchObject({
      waiting: { protect: 0, entry: 0, query: 0, market: 0 },
      pausedUntilMs: null,
      pausedWhy: '',
    });
  });

  test('a clock that is set back takes no budget away, and no pause lasts longer for it', async () => {
    const { clock, went, ask, budget } = open();
    await clock.advance(3_600_000);
    budget.pauseUntil(clock.nowMs() + 5_000);
    ask('cancel', 'protect', 1);
    clock.setBack(3_600_000);
    // Told every second.
    budget.status();
    await clock.advance(4_000);
    expect(went).toEqual([]);
    await clock.advance(1_100);
    expect(went).toEqual(['cancel']);
    ask('query', 'query', 70);
    await clock.advance(0);
    expect(went).toEqual(['cancel', 'query']);
  });
});
