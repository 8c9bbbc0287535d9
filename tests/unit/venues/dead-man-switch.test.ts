import { describe, expect, test } from 'vitest';
import { createDeadManSwitch, instrumentsToGuard } from '../../../main/engine/venues/dead-man-switch.ts';
import type { VenueCommand } from '../../../main/engine/venues/venue-port.ts';

const BTC = 'binance-usdm:BTC/USDT:USDT';
const ETH = 'binance-usdm:ETH/USDT:USDT';
const COUNTDOWN_MS = 120_000;

/** A switch on a clock that is moved by hand, and a venue that counts: `answers` false is one that is not heard from. */
function bench() {
  const state = { nowMs: 1_000, answers: true, hears: true };
  const firesAtMs = new Map<string, number>();
  const fired: string[] = [];
  const told: string[] = [];
  const sent: Extract<VenueCommand, { kind: 'countdown' }>[] = [];
  let look = (): void => undefined;
  let everyMs = 0;
  const guard = createDeadManSwitch({
    countdownMs: COUNTDOWN_MS,
    nowMs: () => state.nowMs,
    every: (ms, action) => {
      everyMs = ms;
      look = action;
      return () => {
        look = () => undefined;
      };
    },
    send: (command) => {
      if (command.kind !== 'countdown') throw new Error(`sent ${command.kind}`);
      sent.push(command);
      const { instrumentId, countdownMs } = command;
      if (state.hears) {
        if (countdownMs === 0) firesAtMs.delete(instrumentId);
        else firesAtMs.set(instrumentId, state.nowMs + countdownMs);
      }
      const problem = state.hears && state.answers ? '' : 'no answer';
      guard.onAnswered({ kind: 'CountdownAnswered', instrumentId, countdownMs, askedAtMs: state.nowMs, problem });
    },
    onMayHaveFired: (instrumentId) => told.push(instrumentId),
  });
  return {
    state,
    guard,
    sent,
    fired,
    told,
    pass(ms: number): void {
      for (const untilMs = state.nowMs + ms; state.nowMs < untilMs; ) {
        state.nowMs += everyMs;
        for (const [instrumentId, atMs] of firesAtMs) {
          if (state.nowMs < atMs) continue;
          fired.push(instrumentId);
          firesAtMs.delete(instrumentId);
        }
        look();
      }
    },
  };
}

describe('the dead-man switch', () => {
  test('is refreshed about four times a countdown and never fires while it runs', () => {
    const { guard, sent, fired, told, pass } = bench();
    guard.guard([BTC]);
    pass(10 * COUNTDOWN_MS);
    expect([fired, told]).toEqual([[], []]);
    expect(sent.length).toBeGreaterThan(30);
    expect(sent.length).toBeLessThan(50);
    expect(guard.status()).toMatchObject([{ instrumentId: BTC, state: 'armed', problem: '' }]);
  });

  test('fires once it is closed', () => {
    const { guard, fired, pass } = bench();
    guard.guard([BTC]);
    pass(COUNTDOWN_MS);
    guard.close();
    pass(COUNTDOWN_MS);
    expect(fired).toEqual([BTC]);
  });

  test('outlives refreshes that fail for less than a countdown', () => {
    const { guard, state, fired, told, pass } = bench();
    guard.guard([BTC]);
    state.hears = false;
    pass(COUNTDOWN_MS * 0.7);
    expect(guard.status()).toMatchObject([{ state: 'armed', problem: 'no answer' }]);
    state.hears = true;
    pass(COUNTDOWN_MS);
    expect([fired, told]).toEqual([[], []]);
  });

  test('a venue that hears nothing for a countdown has fired: that is told as soon as it answers again, once', () => {
    const { guard, state, fired, told, pass } = bench();
    guard.guard([BTC]);
    state.hears = false;
    pass(COUNTDOWN_MS * 2);
    expect(fired).toEqual([BTC]);
    expect(guard.status()).toMatchObject([{ state: 'overdue' }]);
    expect(told).toEqual([]);
    state.hears = true;
    pass(COUNTDOWN_MS);
    expect(told).toEqual([BTC]);
    expect(guard.status()).toMatchObject([{ state: 'armed' }]);
  });

  test('one that hears us and is not heard counts as one that may have fired', () => {
    const { guard, state, fired, told, pass } = bench();
    guard.guard([BTC]);
    state.answers = false;
    pass(COUNTDOWN_MS * 2);
    state.answers = true;
    pass(COUNTDOWN_MS);
    expect(fired).toEqual([]);
    expect(told).toEqual([BTC]);
  });

  test('what is guarded no more is let go, and what is new is armed at once', () => {
    const { guard, sent, fired, pass } = bench();
    guard.guard([BTC]);
    guard.guard([ETH]);
    expect(sent.map(({ instrumentId, countdownMs }) => [instrumentId, countdownMs])).toEqual([
      [BTC, COUNTDOWN_MS],
      [BTC, 0],
      [ETH, COUNTDOWN_MS],
    ]);
    pass(COUNTDOWN_MS * 2);
    expect(fired).toEqual([]);
  });

  test('[V20] what is let go is taken away until the venue confirms it, and said where it may have been too late', () => {
    const { guard, state, sent, fired, told, pass } = bench();
    guard.guard([BTC]);
    state.hears = false;
    guard.guard([]);
    pass(COUNTDOWN_MS * 0.5);
    expect(guard.status()).toEqual([]);
    state.hears = true;
    pass(COUNTDOWN_MS);
    expect([fired, told]).toEqual([[], []]);
    const asked = sent.length;
    pass(COUNTDOWN_MS);
    expect(sent.length, 'confirmed, it is not asked again').toBe(asked);
    guard.guard([BTC]);
    state.hears = false;
    guard.guard([]);
    pass(COUNTDOWN_MS * 2);
    state.hears = true;
    pass(COUNTDOWN_MS);
    expect([fired, told]).toEqual([[BTC], [BTC]]);
  });

  test('[V20] what an earlier run left is taken away, and armed anew where it is wanted', () => {
    const { guard, sent, pass } = bench();
    guard.takeAway([BTC, ETH]);
    guard.guard([ETH]);
    pass(COUNTDOWN_MS);
    expect(sent.slice(0, 3).map(({ instrumentId, countdownMs }) => [instrumentId, countdownMs])).toEqual([
      [BTC, 0],
      [ETH, 0],
      [ETH, COUNTDOWN_MS],
    ]);
    expect(sent.slice(3).every(({ instrumentId }) => instrumentId === ETH)).toBe(true);
  });

  test.each([
    ['', 0],
    [', also where the clock was set back meanwhile', -5_000],
    [', also where it was set ahead', 3_600_000],
  ])('[V20] one request at a time is under way%s: wanted again meanwhile, it is armed after the answer', (_, byMs) => {
    const sent: number[] = [];
    let nowMs = COUNTDOWN_MS;
    const guard = createDeadManSwitch({
      countdownMs: COUNTDOWN_MS,
      nowMs: () => nowMs,
      every: () => () => undefined,
      send: (command) => void sent.push(command.kind === 'countdown' ? command.countdownMs : -1),
      onMayHaveFired: () => undefined,
    });
    const answered = (countdownMs: number): void =>
      guard.onAnswered({ kind: 'CountdownAnswered', instrumentId: BTC, countdownMs, askedAtMs: nowMs, problem: '' });
    guard.guard([BTC]);
    nowMs += byMs;
    guard.guard([]);
    expect(sent).toEqual([COUNTDOWN_MS]);
    answered(COUNTDOWN_MS);
    expect(sent).toEqual([COUNTDOWN_MS, 0]);
    guard.guard([BTC]);
    answered(0);
    expect(sent).toEqual([COUNTDOWN_MS, 0, COUNTDOWN_MS]);
  });

  test('[V20] a request that nobody ever answers is made again', () => {
    const sent: number[] = [];
    let look = (): void => undefined;
    const guard = createDeadManSwitch({
      countdownMs: COUNTDOWN_MS,
      nowMs: () => 0,
      every: (_, action) => {
        look = action;
        return () => undefined;
      },
      send: () => void sent.push(0),
      onMayHaveFired: () => undefined,
    });
    guard.guard([BTC]);
    // A look every ten seconds: half a countdown, then it can have no answer any more.
    for (let looks = 0; looks < 5; looks += 1) look();
    expect(sent).toHaveLength(1);
    look();
    expect(sent).toHaveLength(2);
  });

  test('[V20] a clock that was set back keeps nothing from being refreshed', () => {
    const { guard, state, fired, pass } = bench();
    state.nowMs = 10 * COUNTDOWN_MS;
    guard.guard([BTC]);
    const asked = guard.status()[0]?.lastRefreshAtMs;
    state.nowMs -= 5 * COUNTDOWN_MS;
    pass(COUNTDOWN_MS / 10);
    expect(guard.status()[0]?.lastRefreshAtMs).toBeLessThan(asked as number);
    pass(COUNTDOWN_MS);
    expect(fired).toEqual([]);
  });
});

test('entries are guarded where nothing protects: the countdown would take the stop with it', () => {
  expect(
    instrumentsToGuard([
      { instrumentId: BTC, purpose: 'entry' },
      { instrumentId: BTC, purpose: 'stop' },
      { instrumentId: ETH, purpose: 'entry' },
      { instrumentId: ETH, purpose: 'entry' },
      { instrumentId: 'binance-usdm:SOL/USDT:USDT', purpose: 'target' },
    ]),
  ).toEqual([ETH]);
});
