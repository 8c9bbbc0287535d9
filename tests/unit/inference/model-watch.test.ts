import { beforeEach, describe, expect, it } from 'vitest';
import type {
  FeaturesComputed,
  InputEvent,
  OutputEvent,
  PredictionArrived,
} from '../../../main/engine/domain/events.ts';
import { createInferenceStage } from '../../../main/engine/inference/inference-stage.ts';
import { BTC, ETH, T0 } from '../../support/small-engine.ts';

const MINUTE_MS = 60_000;
const UNTIL_MS = T0 + 3_600_000;
/** Training: the first feature lay above zero half of the time; the second was never looked at closely. */
const TRAINING = {
  windowBars: 20,
  features: [
    { name: 'a', edges: [0], shares: [0.5, 0.5], psiLimit: 0.25 },
    { name: 'b', edges: [], shares: [1], psiLimit: 0.25 },
  ],
};
const TERMS = {
  model: 'm',
  version: '1.0.0',
  timeframe: '1m',
  featureSet: 's',
  licensedUntilMs: UNTIL_MS,
  training: TRAINING,
} as const;

let rows: number[][];
let nowMs: number;
let stage: ReturnType<typeof createInferenceStage>;

const say = (event: InputEvent | FeaturesComputed): OutputEvent[] => {
  const emitted: OutputEvent[] = [];
  stage.apply(event, nowMs);
  stage.handle(event, { nowMs, emit: (each) => emitted.push(each), perform: () => {}, newId: () => 'x' });
  for (const each of emitted) stage.apply(each, nowMs);
  return emitted;
};

const tick = () => say({ kind: 'ClockTicked' });
const state = (instrumentId = BTC) => stage.view.of('m', instrumentId, nowMs);

/** A candle closes with these features. */
function close(values: number[], instrumentId = BTC): OutputEvent[] {
  nowMs += MINUTE_MS;
  rows.push(values);
  return say({
    kind: 'FeaturesComputed',
    instrumentId,
    timeframe: '1m',
    candleCloseTimeMs: nowMs,
    featureSet: 's',
    featureSetHash: 'h',
    values,
    fromHistory: false,
  });
}

function answer(rawProbability: number, over: Partial<PredictionArrived> = {}): OutputEvent[] {
  return say({
    kind: 'PredictionArrived',
    requestId: 'r',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: nowMs,
    model: 'm',
    version: '1.0.0',
    modelHash: 'h',
    rawProbability,
    probability: rawProbability,
    record: null,
    edge: 'weak',
    latencyMs: 1,
    late: false,
    ...over,
  });
}

beforeEach(() => {
  rows = [];
  nowMs = T0;
  stage = createInferenceStage({ models: [TERMS], rows: () => rows });
});

describe('[I2] a halted model', () => {
  const halt = (why = 'its process ended') =>
    say({ kind: 'ModelStateChanged', model: 'm', version: '1.0.0', state: 'halted', why });

  it('is silent until it is ready again, and each is said once', () => {
    expect(halt()).toMatchObject([
      { kind: 'ModelFitnessChanged', model: 'm', instrumentId: null, fitness: { state: 'silent', code: 'halted' } },
    ]);
    expect(state()).toMatchObject({ state: 'silent', text: 'it is halted: its process ended' });
    expect(tick()).toEqual([]);
    const ready = say({ kind: 'ModelStateChanged', model: 'm', version: '1.0.0', state: 'ready', why: '' });
    expect(ready).toMatchObject([{ fitness: { state: 'fit' } }]);
    expect(state().state).toBe('fit');
  });

  it('is a matter of a session: the next begins with it fit', () => {
    halt();
    stage.apply({ kind: 'EngineStarted' } as InputEvent, nowMs);
    expect(state().state).toBe('fit');
  });
});

describe('[I3] a licence', () => {
  it('ends to the millisecond, and the end is said on the next tick', () => {
    nowMs = UNTIL_MS - 1;
    expect([state().state, tick()]).toEqual(['fit', []]);
    nowMs = UNTIL_MS;
    expect(state()).toMatchObject({
      code: 'licence-ended',
      text: 'its licence to trade ended at 2026-06-01 01:00 UTC',
    });
    expect(tick()).toMatchObject([{ instrumentId: null, fitness: { code: 'licence-ended' } }]);
    expect(tick()).toEqual([]);
  });
});

describe('[I4] constant answers', () => {
  it('silence a model after twelve on changing features, on that instrument, until one differs', () => {
    for (let bar = 0; bar < 12; bar += 1) {
      expect(state().state).toBe('fit');
      close([bar, -bar]);
      answer(bar % 2 === 0 ? 0.7 : 1 - 0.7);
    }
    expect(state()).toMatchObject({ state: 'silent', code: 'constant' });
    expect(state(ETH).state).toBe('fit');
    close([99, 98]);
    expect(answer(0.7000001)).toMatchObject([{ instrumentId: BTC, fitness: { state: 'fit' } }]);
  });

  it('mean nothing on features that hardly change, and a candle counts once', () => {
    for (let bar = 0; bar < 30; bar += 1) {
      close([1, bar]);
      answer(0.7);
    }
    expect(state().code).not.toBe('constant');
    close([2, 31]);
    for (let again = 0; again < 30; again += 1) answer(0.7);
    expect(state().code).not.toBe('constant');
  });
});

describe('[I5] drift', () => {
  const sides = (above: number): void => {
    for (let bar = 0; bar < 20; bar += 1) close([bar < above ? 1 : -1, bar]);
  };

  it('is judged on a whole window only', () => {
    for (let bar = 0; bar < 19; bar += 1) close([1, bar]);
    expect(state().state).toBe('fit');
    expect(close([1, 19])).toMatchObject([{ instrumentId: BTC, fitness: { state: 'drifted' } }]);
  });

  it.each([
    // 0.25 × ln(0.75 / 0.5) − 0.25 × ln(0.25 / 0.5) = 0.2747
    [15, 'its inputs have drifted from training: a by 0.27, limit 0.25'],
    // 0.2 × ln(0.7 / 0.3) = 0.1695
    [14, ''],
    [10, ''],
    [5, 'its inputs have drifted from training: a by 0.27, limit 0.25'],
  ])('is the index by its formula: %i of 20 above zero', (above, text) => {
    sides(above);
    expect(state().text).toBe(text);
  });

  it('ends when the window is like training again', () => {
    sides(20);
    expect(state().state).toBe('drifted');
    sides(10);
    expect(state().state).toBe('fit');
  });

  it('counts an empty bin as one in ten thousand: the index is finite', () => {
    sides(20);
    // (1 − 0.5) × ln 2 + (0.0001 − 0.5) × ln(0.0001 / 0.5)
    expect(state().text).toContain('a by 4.60');
  });
});

it('[I7] of several reasons the first counts', () => {
  for (let bar = 0; bar < 20; bar += 1) {
    close([1, bar]);
    close([2, -bar]);
    answer(0.6);
  }
  expect(state().code).toBe('constant');
  nowMs = UNTIL_MS;
  expect(state().code).toBe('licence-ended');
  say({ kind: 'ModelStateChanged', model: 'm', version: '1.0.0', state: 'halted', why: 'gone' });
  expect(state().code).toBe('halted');
  expect(stage.view.board('m', nowMs)).toMatchObject({
    whole: { code: 'halted' },
    inInstruments: [{ instrumentId: BTC, fitness: { code: 'constant' } }],
  });
});
