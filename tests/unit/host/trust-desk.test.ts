import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TRUST_TERMS } from '../../../main/engine/decision/heard.ts';
import { createModelAgent } from '../../../main/engine/decision/model-agent.ts';
import type { InputEvent } from '../../../main/engine/domain/events.ts';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import { fail, ok } from '../../../main/engine/domain/result.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import { openInstallationKey } from '../../../main/installation-key.ts';
import { openTrustLearner } from '../../../main/ml/desk/trust-learner.ts';
import { openForecastBook } from '../../../main/ml/trust/forecast-book.ts';
import { type LearntTrust, learnTrust } from '../../../main/ml/trust/learnt-trust.ts';
import { openTrustShelf } from '../../../main/ml/trust/trust-shelf.ts';
import { createTrustDesk, type TrustDeskDeps } from '../../../main/trust-desk.ts';
import type { TrustBoard } from '../../../preload/trust-contract.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import { plantedForecasts } from '../../support/settled-forecasts.ts';
import { BTC, startedEngine, T0 } from '../../support/small-engine.ts';

const NOW = T0;
const WILD = {
  member: 'wild@1.0.0',
  says: () => 0.66,
  isRightAt: (_: number, regime: string) => (regime === 'wild' ? 0.75 : 0.5),
};
const STEADY = { member: 'steady@1.0.0', says: () => 0.55, isRightAt: () => 0.55 };
const FORECASTS = plantedForecasts([WILD, STEADY], 25, 5);
const BETTER = learnTrust(FORECASTS, NOW);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trust-desk-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An engine whose member `wild` has spoken about the last candle. */
function talking() {
  const profile = {
    model: 'wild',
    version: '1.0.0',
    label: 'Wild 1.0.0',
    timeframe: '1m',
    probabilityMin: 0.55,
    barrier: { kind: 'range', multiple: 2, bars: 14 },
    horizonBars: 12,
    skillOnCard: 0,
  } as const;
  const engine = startedEngine({ agents: [createModelAgent(profile, () => FIT)] });
  const closes = Array.from({ length: 60 }, (_, at) => 60_000 + 40 * (at % 2));
  const candles = candlesFromCloses(closes, T0).map(rowOf);
  engine.send({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles });
  engine.send({
    kind: 'PredictionArrived',
    requestId: 'q',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: T0,
    model: 'wild',
    version: '1.0.0',
    modelHash: 'h',
    rawProbability: 0.66,
    probability: 0.66,
    record: null,
    edge: 'measured',
    latencyMs: 1,
    late: false,
  });
  const told: InputEvent[] = [];
  const host = {
    request(event: InputEvent) {
      told.push(event);
      return engine.send(event);
    },
    pipeline: { decision: engine.decision, instruments: { byId: new Map([[BTC, {}]]) } },
  } as unknown as Engine;
  return { told, host, engine };
}

function deskOf(learnt: LearntTrust | null, over: Partial<TrustDeskDeps> = {}) {
  const shelf = openTrustShelf(join(root, 'trust'), openInstallationKey(join(root, 'key')), '1.0.0');
  if (learnt) shelf.store(learnt);
  const { told, host, engine } = talking();
  const learner = {
    learn: async (): ReturnType<TrustDeskDeps['learner']['learn']> => ok({ kind: 'learn', learnt: BETTER }),
  };
  const desk = createTrustDesk({ shelf, learner, engine: host, nowMs: () => NOW + 1, ...over });
  const board = (): TrustBoard => {
    const shown = desk.board(BTC);
    if (!shown.ok) throw new Error(shown.error.text);
    return shown.value;
  };
  return { desk, board, told, engine };
}

test('[D24] what is better counts when a person says so, is told to the engine and to the journal, and is taken back at any time', () => {
  const { desk, board, told, engine } = deskOf(BETTER);
  expect(board()).toMatchObject({
    counts: null,
    wayBack: null,
    mayCount: true,
    learnt: { verdict: 'better', members: 2 },
  });
  // Before it counts it is shown what it would do.
  expect(board().members).toMatchObject([
    { id: 'wild', label: 'Wild 1.0.0', saidAtMs: T0, why: expect.stringMatching(/./) },
  ]);
  desk.refresh();
  expect(told).toEqual([]);
  expect(desk.promote()).toEqual({ ok: true, value: null });
  expect(engine.decision.view.trustModel()).toEqual(BETTER.model);
  expect(told).toMatchObject([
    {
      kind: 'TrustModelSet',
      why: expect.stringMatching(/^Votes are weighed by what was learnt on 2026-06-01 from 9600 forecasts: /),
    },
  ]);
  expect(board()).toMatchObject({ counts: { forecasts: 9_600 }, wayBack: 'records', mayCount: false });
  expect(desk.promote()).toMatchObject({ ok: false, error: { text: 'What was learnt last counts already.' } });
  expect(desk.rollback()).toEqual({ ok: true, value: null });
  expect(engine.decision.view.trustModel()).toBe(null);
  expect(told.at(-1)).toEqual({
    kind: 'TrustModelSet',
    model: null,
    why: 'Votes are weighed by the members’ records alone.',
  });
  expect(desk.rollback()).toMatchObject({ ok: false });
});

test('at a start the engine is told what stands on disk, once', () => {
  deskOf(BETTER).desk.promote();
  const { desk, told } = deskOf(null);
  desk.refresh();
  desk.refresh();
  expect(told).toMatchObject([{ kind: 'TrustModelSet', model: { terms: [...TRUST_TERMS] } }]);
});

test('one learning at a time; what it finds is shown, and why it failed', async () => {
  const steps = Promise.withResolvers<Awaited<ReturnType<TrustDeskDeps['learner']['learn']>>>();
  const { desk, board } = deskOf(null, { learner: { learn: () => steps.promise } });
  expect(board()).toMatchObject({ learnt: null, mayCount: false, members: [] });
  expect(desk.learn()).toEqual({ ok: true, value: null });
  expect(board().isLearning).toBe(true);
  expect(desk.learn()).toMatchObject({ ok: false, error: { kind: 'running' } });
  steps.resolve(fail({ kind: 'failed', text: 'no memory left' }));
  await expect.poll(() => board().isLearning, { timeout: 20_000 }).toBe(false);
  expect(board().problem).toBe('No memory left.');
});

test('what was learnt and then changed by somebody is shown as such and cannot count', () => {
  deskOf(BETTER);
  writeFileSync(join(root, 'trust', 'learnt.json'), '{}');
  const { desk, board } = deskOf(null);
  expect(board()).toMatchObject({
    learnt: null,
    problem: expect.stringMatching(/is no trust model that was learnt here/),
  });
  expect(desk.promote()).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
  expect(desk.board('binance:NO/USDT')).toMatchObject({ ok: false, error: { kind: 'not-found' } });
});

test('it learns from the account’s book in a thread of its own', async () => {
  const forecastsDir = join(root, 'forecasts');
  openForecastBook(forecastsDir).write(FORECASTS);
  const learner = openTrustLearner(forecastsDir, new URL('../../../main/ml/desk/trust-worker.ts', import.meta.url));
  try {
    const { desk, board } = deskOf(null, { learner });
    desk.learn();
    await expect.poll(() => board().isLearning, { timeout: 60_000 }).toBe(false);
    expect(board()).toMatchObject({
      problem: '',
      learnt: { verdict: 'better', forecasts: FORECASTS.length, days: 25 },
    });
  } finally {
    await learner.close();
  }
}, 90_000);

test('[D24] learnt by the clock it is stored and told, and counts for nothing until it is promoted', async () => {
  const { desk, board, told } = deskOf(null);
  const notices: string[] = [];
  desk.learnByClock((text) => notices.push(text));
  expect(board().isLearning).toBe(true);
  // Whoever asks meanwhile is told, and the clock waits for nobody.
  expect(desk.learn()).toMatchObject({ ok: false, error: { kind: 'running' } });
  desk.learnByClock((text) => notices.push(text));
  await expect.poll(() => board().isLearning).toBe(false);
  expect(notices).toEqual([
    'Whom to believe when was learnt anew and is better than the records alone: it counts once it is signed.',
  ]);
  desk.refresh();
  expect(told).toEqual([]);
  expect(board()).toMatchObject({ counts: null, mayCount: true, learnt: { verdict: 'better' } });
  expect(desk.promote()).toEqual({ ok: true, value: null });
  expect(told).toHaveLength(1);
});

test('[D24] what could not be learnt by the clock is told, and too few forecasts are nothing to tell', async () => {
  const notices: string[] = [];
  const failing = deskOf(null, { learner: { learn: async () => fail({ kind: 'failed', text: 'the disk is full' }) } });
  failing.desk.learnByClock((text) => notices.push(text));
  await expect.poll(() => notices).toEqual(['Whom to believe when could not be learnt: The disk is full.']);
  const few = learnTrust(FORECASTS.slice(0, 10), NOW);
  const young = deskOf(null, { learner: { learn: async () => ok({ kind: 'learn', learnt: few }) } });
  young.desk.learnByClock((text) => notices.push(text));
  await expect.poll(() => young.board().learnt?.verdict).toBe('too few');
  expect(notices).toHaveLength(1);
});
