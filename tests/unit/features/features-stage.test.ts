import { describe, expect, it } from 'vitest';
import type {
  CandleRow,
  Effect,
  EngineEvent,
  FeaturesComputed,
  InputEvent,
  OutputEvent,
} from '../../../main/engine/domain/events.ts';
import { computeFeatures, featureSetHash } from '../../../main/engine/features/feature-set.ts';
import { featureSetV1 } from '../../../main/engine/features/feature-set-v1.ts';
import { createFeaturesStage } from '../../../main/engine/features/features-stage.ts';
import { createInferenceStage } from '../../../main/engine/inference/inference-stage.ts';
import { candleAt, sampleCandles, sliceColumns } from '../../support/candle-samples.ts';
import { BTC, ETH, LIMITS } from '../../support/small-engine.ts';

const BARS = 700;
const columns = sampleCandles(BARS, 3);
const expected = computeFeatures(featureSetV1, columns).rows;
const rowAt = (i: number): CandleRow => {
  const { openTimeMs, open, high, low, close, volume } = candleAt(columns, i);
  return [openTimeMs, open, high, low, close, volume];
};
const rows = (from: number, to: number): CandleRow[] => Array.from({ length: to - from }, (_, i) => rowAt(from + i));

/** The stage as the core runs it: apply, then handle; what it emitted comes back. */
function run() {
  const stage = createFeaturesStage([{ timeframe: '1m', set: featureSetV1 }]);
  const send = (event: EngineEvent): FeaturesComputed[] => {
    const emitted: OutputEvent[] = [];
    stage.apply(event, 0);
    stage.handle(event, { nowMs: 0, emit: (each) => emitted.push(each), perform: () => {}, newId: () => 'x' });
    return emitted as FeaturesComputed[];
  };
  const history = (from: number, to: number, instrumentId = BTC, timeframe: '1m' | '5m' = '1m') =>
    send({ kind: 'HistoryLoaded', instrumentId, timeframe, candles: rows(from, to) });
  const close = (i: number, instrumentId = BTC, candle = rowAt(i)) =>
    send({ kind: 'CandleClosed', instrumentId, timeframe: '1m', candle, from: 'trades' });
  const correct = (i: number, venues: CandleRow) =>
    send({ kind: 'CandleCorrected', instrumentId: BTC, timeframe: '1m', ours: rowAt(i), venues });
  return { send, history, close, correct };
}

function expectFeatures(computed: readonly FeaturesComputed[], i: number, fromHistory: boolean): void {
  expect(computed).toHaveLength(1);
  const [event] = computed;
  expect(event).toMatchObject({
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: rowAt(i)[0] + 60_000,
    featureSet: featureSetV1.name,
    featureSetHash: featureSetHash(featureSetV1),
    fromHistory,
  });
  const wanted = expected[i] as Float64Array;
  expect(event?.values).toHaveLength(wanted.length);
  for (const [index, value] of (event?.values ?? []).entries()) expect(value).toBeCloseTo(wanted[index] as number, 9);
}

/** A stage that begins with no stream, to which a model's comes with the line-up. */
function runWithComing(past: readonly CandleRow[]) {
  const stage = createFeaturesStage([], {
    streamOf: (model) => (model === 'm' ? { timeframe: '1m', set: featureSetV1 } : null),
    past: () => [[BTC, past]],
  });
  const nowMs = (past.at(-1)?.[0] ?? 0) + 61_000;
  const send = (event: EngineEvent): FeaturesComputed[] => {
    const emitted: OutputEvent[] = [];
    stage.apply(event, nowMs);
    stage.handle(event, { nowMs, emit: (each) => emitted.push(each), perform: () => {}, newId: () => 'x' });
    return emitted as FeaturesComputed[];
  };
  const lineUp = (...models: string[]) =>
    send({
      kind: 'LineUpSet',
      models: models.map((model) => ({ model, version: '1.0.0', role: 'shadow' })),
      why: '',
    });
  return { stage, send, lineUp };
}

describe('a stream that comes with the line-up', () => {
  it('begins with the candles that are there, asks about the last one, and goes on as one from the start', () => {
    const { stage, send, lineUp } = runWithComing(rows(0, 600));
    expectFeatures(lineUp('m', 'unknown'), 599, true);
    expect(stage.view.rows('1m', 'v1', BTC).length).toBeGreaterThan(500);
    expect(lineUp('m')).toEqual([]);
    expectFeatures(
      send({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle: rowAt(600), from: 'trades' }),
      600,
      false,
    );
  });

  it('is let go with its last model', () => {
    const { stage, send, lineUp } = runWithComing(rows(0, 600));
    lineUp('m');
    lineUp();
    expect(stage.view.rows('1m', 'v1', BTC)).toEqual([]);
    expect(
      send({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle: rowAt(600), from: 'trades' }),
    ).toEqual([]);
  });
});

describe('features stage', () => {
  it('judges the last candle of the past, then each candle that closes, by the values training saw', () => {
    const { history, close } = run();
    expectFeatures(history(0, 600), 599, true);
    for (let i = 600; i < BARS; i += 1) expectFeatures(close(i), i, false);
  });

  it('says nothing while it warms up', () => {
    const { history, close } = run();
    expect(history(0, 10)).toEqual([]);
    expect(close(10)).toEqual([]);
  });

  it('begins with the first candle where there is no past', () => {
    const { close } = run();
    const first = Array.from({ length: BARS }, (_, i) => close(i)).findIndex((computed) => computed.length > 0);
    expect(first).toBe(featureSetV1.warmUpBars - 1);
  });

  it('a candle a second time, or an older one, gives no features and spoils none', () => {
    const { history, close } = run();
    history(0, 600);
    close(600);
    expect(close(600)).toEqual([]);
    expect(close(300)).toEqual([]);
    expectFeatures(close(601), 601, false);
  });

  it('reckons again from the venue’s candle where ours was wrong', () => {
    const { history, close, correct } = run();
    history(0, 600);
    const [openTimeMs, open, , , , volume] = rowAt(600);
    close(600, BTC, [openTimeMs, open, open * 2, open / 2, open * 1.5, volume]);
    expect(correct(600, rowAt(600))).toEqual([]);
    expectFeatures(close(601), 601, false);
  });

  it('keeps instruments and timeframes apart', () => {
    const { history, close } = run();
    history(0, 600);
    history(0, 600, BTC, '5m');
    for (let i = 0; i < 60; i += 1) close(i, ETH);
    expectFeatures(close(600), 600, false);
  });

  it('forgets the last session: nothing is computed across a start', () => {
    const { history, close, send } = run();
    history(0, 600);
    const started: InputEvent = {
      kind: 'EngineStarted',
      sessionId: 'bbbbbbbb',
      build: 'test',
      seed: 1,
      mode: 'practice',
      venue: 'test',
      sourceDescription: 'test',
      limits: LIMITS,
    };
    expect(send(started)).toEqual([]);
    expect(close(600)).toEqual([]);
  });

  it('sees no candle but those that have closed: cutting the future off changes nothing', () => {
    const cut = computeFeatures(featureSetV1, sliceColumns(columns, 0, 650)).rows;
    const { history } = run();
    const [event] = history(0, 650);
    for (const [index, value] of (event?.values ?? []).entries()) {
      expect(value).toBeCloseTo(cut[649]?.[index] as number, 9);
    }
  });
});

describe('inference stage', () => {
  it('asks the models about every set of features, and about nothing else', () => {
    const stage = createInferenceStage({ models: [], rows: () => [] });
    const asked: Effect[] = [];
    const context = {
      nowMs: 0,
      emit: () => {},
      perform: (effect: Effect) => asked.push(effect),
      newId: (p: string) => `${p}-1`,
    };
    const { history } = run();
    const [computed] = history(0, 600);
    stage.handle({ kind: 'ClockTicked' }, context);
    stage.handle(computed as FeaturesComputed, context);
    expect(asked).toEqual([
      {
        kind: 'RequestPrediction',
        requestId: 'p-1',
        instrumentId: BTC,
        timeframe: '1m',
        candleCloseTimeMs: computed?.candleCloseTimeMs,
        featureSetHash: computed?.featureSetHash,
        features: computed?.values,
        rows: [],
      },
    ]);
  });
});
