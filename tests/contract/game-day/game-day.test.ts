import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GAME_DAY_CASES, type GameDayCase } from '../../../main/game-day/cases.ts';
import { createGameDay, type GameDayControl } from '../../../main/game-day/game-day.ts';
import { expect as mustHold } from '../../../main/game-day/rehearsal.ts';
import { runGameDay } from '../../../main/game-day/run-game-day.ts';
import type { GameDay, Limits } from '../../../preload/contract.ts';
import { gameDaySchema } from '../../../preload/health-contract.ts';
import { waitUntil } from '../../support/wait-until.ts';

const LIMITS: Limits = {
  riskPerTradeShare: 0.005,
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 0.4,
  dailyLossQuoteMax: '300',
  ordersPerMinuteMax: 30,
  priceBandBps: 50,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
  leverageMax: 2,
  liquidationDistanceMin: 0.15,
};
const WHOLE_DAY_MS = 400_000;

let dir: string;
let tempBefore: string | undefined;
/** Rehearsals leave nothing behind: their folders are made, and gone again, in here. */
const leftBehind = (): string[] => readdirSync(join(dir, 'temp')).filter((name) => name.startsWith('countersign-'));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-day-'));
  mkdirSync(join(dir, 'temp'));
  tempBefore = process.env.TMPDIR;
  process.env.TMPDIR = join(dir, 'temp');
});
afterEach(() => {
  if (tempBefore === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = tempBefore;
  rmSync(dir, { recursive: true, force: true });
});

const open = (): GameDayControl =>
  createGameDay({
    reportsDir: join(dir, 'reports'),
    limits: () => LIMITS,
    nowMs: () => Date.now(),
    onLog: (text) => {
      throw new Error(text);
    },
  });
const now = (control: GameDayControl): GameDay => gameDaySchema.parse(control.state());
const ended = (control: GameDayControl): Promise<void> =>
  waitUntil('the game day has ended', () => now(control).state !== 'running', WHOLE_DAY_MS);

describe('game day', () => {
  it(
    'every case passes on a fresh folder; one at a time; the report is kept and nothing else',
    async () => {
      const control = open();
      expect(control.state()).toBeNull();
      expect(control.stop()).toMatchObject({ ok: false, error: { code: 'not-running' } });
      expect(control.start()).toEqual({ ok: true });
      expect(control.start()).toMatchObject({ ok: false, error: { code: 'running' } });
      await ended(control);
      const day = now(control);
      expect(day.cases.filter((row) => row.state !== 'passed')).toEqual([]);
      expect(day).toMatchObject({ state: 'passed', note: '' });
      expect(day.cases.map((row) => row.id)).toEqual(GAME_DAY_CASES.map((one) => one.id));
      expect(JSON.parse(readFileSync(day.reportFile as string, 'utf8'))).toEqual(day);
      expect(leftBehind()).toEqual([]);
    },
    WHOLE_DAY_MS,
  );

  it(
    'a case that does not hold is red in words, and the day goes on with the next',
    async () => {
      const [lost] = GAME_DAY_CASES as [GameDayCase];
      const wrong: GameDayCase = {
        id: 'wrong-on-purpose',
        title: 'An expectation that is wrong',
        async run(stage) {
          const instrument = stage.freshInstrument();
          await stage.openPosition(instrument);
          const buys = (await stage.venue.orders(instrument.symbol)).filter((order) => order.side === 'BUY');
          mustHold(buys.length === 2, `The venue has ${buys.length} buys, not 2.`);
          return 'never';
        },
      };
      const { state, cases } = await runGameDay({
        cases: [wrong, lost],
        limits: LIMITS,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      expect(state).toBe('failed');
      expect(cases).toMatchObject([
        { id: 'wrong-on-purpose', state: 'failed', text: 'The venue has 1 buys, not 2.' },
        { id: lost.id, state: 'passed' },
      ]);
      expect(leftBehind()).toEqual([]);
    },
    WHOLE_DAY_MS,
  );

  it(
    'limits that let nothing through are said in the gate’s words',
    async () => {
      const [lost] = GAME_DAY_CASES as [GameDayCase];
      const { cases } = await runGameDay({
        cases: [lost],
        limits: { ...LIMITS, positionNotionalQuoteMax: '0.5' },
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      expect(cases).toMatchObject([{ state: 'failed' }]);
      expect(cases[0]?.text).toMatch(/^Your limits let no order of the smallest size through: /);
    },
    WHOLE_DAY_MS,
  );

  it(
    'stopped while it plays: what is left is left out, and nothing is left behind',
    async () => {
      const control = open();
      control.start();
      const plays = (): boolean => now(control).cases.some((row) => row.state === 'running');
      await waitUntil('a case is played', plays, WHOLE_DAY_MS);
      expect(control.stop()).toEqual({ ok: true });
      await control.close();
      const day = now(control);
      expect(day.state).toBe('stopped');
      expect(day.cases.map((row) => row.state)).toContain('left-out');
      expect(day.cases.every((row) => row.state !== 'running' && row.state !== 'waiting')).toBe(true);
      expect(leftBehind()).toEqual([]);
    },
    WHOLE_DAY_MS,
  );
});
