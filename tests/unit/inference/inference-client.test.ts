import { beforeEach, describe, expect, it } from 'vitest';
import type { AnswersGathered, PredictionArrived, PredictionFailed } from '../../../main/engine/domain/events.ts';
import {
  createInferenceClient,
  type InferenceClient,
  type InferenceNotice,
  type PredictionRequest,
} from '../../../main/engine/inference/inference-client.ts';
import type { FromHost, PredictMessage, ToHost } from '../../../main/engine/inference/protocol.ts';
import { toHostSchema } from '../../../main/engine/inference/protocol.ts';
import { FakeTime } from '../../support/fake-time.ts';

const LIMITS = {
  answerWithinMs: 5,
  lateAfterMs: 20,
  giveUpMs: 1_000,
  inFlightMax: 2,
  waitingMax: 3,
  startTimeoutMs: 5_000,
  restartDelayMsMin: 100,
  restartDelayMsMax: 400,
  stableAfterMs: 10_000,
  renewAfterMs: 60_000,
  memory: { modelBytesMax: 1_000, totalBytesMax: 2_000 },
};

const PLACED = ['m', 'n'].map((model) => ({ model, version: '1.0.0', modelsDir: '/models', memoryBytes: 1 }));

/** A host made of two arrays: what it was told, and what the test lets it say. */
class ScriptedHost {
  readonly told: ToHost[] = [];
  killed = false;
  private say: (message: unknown) => void = () => {};
  private exit: (why: string) => void = () => {};

  readonly channel = {
    send: (message: unknown) => void this.told.push(toHostSchema.parse(message)),
    onMessage: (handler: (message: unknown) => void) => {
      this.say = handler;
    },
    onExit: (handler: (why: string) => void) => {
      this.exit = handler;
    },
    kill: () => {
      this.killed = true;
      this.exit('signal SIGKILL');
    },
  };

  hears(message: FromHost | unknown): void {
    this.say(message);
  }
  dies(why = 'exit code 134'): void {
    this.exit(why);
  }
  becomesReady(...models: string[]): void {
    this.hears({ type: 'HostReady', pid: 1, runtime: 'test' });
    for (const model of models) this.hears(loaded(model));
    this.hears({ type: 'ModelsLoaded', loaded: models.length, refused: 0, reason: null });
  }
  asked(): PredictMessage[] {
    return this.told.filter((each) => each.type === 'Predict');
  }
  answers(index: number, change: Record<string, unknown> = {}): void {
    const { requestId, model, instrument, timeframe, candleCloseTimeMs } = this.asked()[index]!;
    const answer = { requestId, model, instrument, timeframe, candleCloseTimeMs };
    this.hears({
      type: 'Predicted',
      ...answer,
      version: '1.0.0',
      modelSha256: 'abc',
      rawProbability: 0.6,
      probability: 0.625,
      yesMeans: 'rise',
      edge: 'weak',
      record: { bucketLow: 0.5, bucketHigh: 0.75, right: 3, n: 4 },
      latencyMs: 0.1,
      provider: 'cpu',
      ...change,
    });
  }
}

const loaded = (model: string): FromHost => ({
  type: 'ModelLoaded',
  model,
  version: '1.0.0',
  title: model,
  modelSha256: 'abc',
  provider: 'cpu',
  timeframe: '5m',
  featureSet: { name: 'set', hash: 'hash', features: ['a', 'b'] },
  windowBars: 1,
  question: '?',
  edge: 'weak',
  edgeReason: '',
  baseRate: 0.5,
  aucOutOfSample: 0.5,
  record: [],
  fileBytes: 1,
  memoryBytes: 1,
  loadMs: 1,
});

const request = (requestId: string, change: Partial<PredictionRequest> = {}): PredictionRequest => ({
  requestId,
  instrumentId: 'BTC/USDT',
  timeframe: '5m',
  candleCloseTimeMs: 300_000,
  featureSetHash: 'hash',
  features: [1, 2],
  ...change,
});

let time: FakeTime;
let hosts: ScriptedHost[];
let events: (PredictionArrived | PredictionFailed | AnswersGathered)[];
let notices: InferenceNotice[];
let states: string[];
let client: InferenceClient;

beforeEach(() => {
  time = new FakeTime();
  hosts = [];
  events = [];
  notices = [];
  states = [];
  client = createInferenceClient({
    spawn: () => {
      const host = new ScriptedHost();
      hosts.push(host);
      return host.channel;
    },
    clock: time,
    timers: time,
    models: PLACED,
    featureSets: [{ name: 'set', hash: 'hash', features: ['a', 'b'] }],
    onPrediction: (event) => events.push(event),
    onModelState: ({ model, state, why }) => states.push(`${model} ${state} ${why}`.trim()),
    onNotice: (notice) => notices.push(notice),
    limits: LIMITS,
  });
  client.start();
});

const failures = (): [string, string][] =>
  events.flatMap((event) =>
    event.kind === 'PredictionFailed' ? [[event.requestId, event.why] as [string, string]] : [],
  );

describe('a prediction', () => {
  it('comes back as the engine’s event', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    time.advance(20);
    hosts[0]!.answers(0);
    expect(events).toEqual([
      {
        kind: 'PredictionArrived',
        requestId: 'r1',
        instrumentId: 'BTC/USDT',
        timeframe: '5m',
        candleCloseTimeMs: 300_000,
        model: 'm',
        version: '1.0.0',
        modelHash: 'abc',
        rawProbability: 0.6,
        probability: 0.625,
        record: { saidFrom: 0.5, saidTo: 0.75, rightShare: 0.75, n: 4 },
        edge: 'weak',
        latencyMs: 0.1,
        late: false,
      },
    ]);
  });

  it('of a turn of a rising trend is its complement upwards, record and all', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    hosts[0]!.answers(0, { yesMeans: 'fall' });
    expect(events[0]).toMatchObject({
      probability: 0.375,
      rawProbability: 0.4,
      record: { saidFrom: 0.25, saidTo: 0.5, rightShare: 0.25, n: 4 },
    });
  });

  it('after the deadline is marked late, waiting included', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    time.advance(21);
    hosts[0]!.answers(0);
    expect(events).toMatchObject([{ requestId: 'r1', late: true }]);
  });

  it('is asked of every model that fits', () => {
    hosts[0]!.becomesReady('m', 'n');
    client.predict(request('r1'));
    expect(hosts[0]!.asked().map(({ model }) => model)).toEqual(['m', 'n']);
    hosts[0]!.answers(1);
    hosts[0]!.answers(0);
    expect(events).toMatchObject([
      { requestId: 'r1', model: 'n', gathering: true },
      { requestId: 'r1', model: 'm', gathering: true },
      { kind: 'AnswersGathered', requestId: 'r1', missing: [] },
    ]);
  });

  it('of a model that looks at a window is asked with its last candles, oldest first', () => {
    hosts[0]!.hears({ type: 'HostReady', pid: 1, runtime: 'test' });
    hosts[0]!.hears({ ...loaded('m'), windowBars: 2 });
    hosts[0]!.hears({ type: 'ModelsLoaded', loaded: 1, refused: 0, reason: null });
    client.predict(request('r1', { rows: [Float64Array.of(7, 8), Float64Array.of(9, 10), Float64Array.of(1, 2)] }));
    expect(hosts[0]!.asked()[0]?.features).toEqual([9, 10, 1, 2]);
  });

  it('of one version alone is asked of that one, and is not gathered', () => {
    hosts[0]!.becomesReady('m', 'n');
    client.predict(request('r1', { only: { model: 'n', version: '1.0.0' } }));
    expect(hosts[0]!.asked().map(({ model }) => model)).toEqual(['n']);
    hosts[0]!.answers(0);
    expect(events).toHaveLength(1);
    expect(events[0]).not.toHaveProperty('gathering');
  });

  it.each([
    ['no model for the timeframe', { timeframe: '1h' as const }, /no loaded model answers 1h candles/],
    ['no model for the features', { featureSetHash: 'other' }, /with feature set other/],
    ['NaN', { features: [1, Number.NaN] }, /feature 1 is NaN/],
  ])('fails with a reason where there is %s', (_, change, why) => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1', change));
    expect(failures()).toEqual([['r1', expect.stringMatching(why)]]);
    expect(hosts[0]!.asked()).toEqual([]);
  });

  it('that the host refuses fails with the host’s reason', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    const { requestId } = hosts[0]!.asked()[0]!;
    hosts[0]!.hears({ type: 'PredictFailed', requestId, reason: 'm: the model answered NaN, not a probability' });
    expect(failures()).toEqual([['r1', 'm: the model answered NaN, not a probability']]);
  });

  it('of a model that was refused fails with the reason, beside the one that answers', () => {
    const reason = 'bad/1.0.0/card.json: the file is missing or unreadable.';
    hosts[0]!.hears({ type: 'HostReady', pid: 1, runtime: 'test' });
    hosts[0]!.hears({ type: 'ModelRefused', model: 'bad', version: '1.0.0', reason });
    hosts[0]!.hears(loaded('m'));
    hosts[0]!.hears({ type: 'ModelsLoaded', loaded: 1, refused: 1, reason: null });
    client.predict(request('r1'));
    hosts[0]!.answers(0);
    expect(client.refusals()).toMatchObject([{ model: 'bad', reason }]);
    expect(events).toMatchObject([
      { kind: 'PredictionFailed', model: 'bad', why: `not loaded: ${reason}` },
      { kind: 'PredictionArrived', model: 'm' },
    ]);
  });

  it('while the host is down fails in the name of each model that would have answered', () => {
    hosts[0]!.becomesReady('m', 'n');
    hosts[0]!.dies();
    client.predict(request('r1'));
    expect(events).toMatchObject([{ model: 'm' }, { model: 'n' }]);
  });

  it('answered twice counts once', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    hosts[0]!.answers(0);
    hosts[0]!.answers(0);
    expect(events).toHaveLength(1);
  });
});

describe('[I8] the answers of several', () => {
  const gathered = (): (readonly string[])[] =>
    events.flatMap((event) => (event.kind === 'AnswersGathered' ? [event.missing] : []));
  beforeEach(() => {
    hosts[0]!.becomesReady('m', 'n');
    client.predict(request('r1'));
  });

  it('are counted at the deadline with those that are there, and once more when the rest has come', () => {
    hosts[0]!.answers(0);
    time.advance(4);
    expect(gathered()).toEqual([]);
    time.advance(1);
    expect(gathered()).toEqual([['n@1.0.0']]);
    hosts[0]!.answers(1);
    expect(gathered()).toEqual([['n@1.0.0'], []]);
    expect(events.map(({ kind }) => kind)).toEqual([
      'PredictionArrived',
      'AnswersGathered',
      'PredictionArrived',
      'AnswersGathered',
    ]);
  });

  it('do not wait for one that comes after the others', () => {
    hosts[0]!.hears({ type: 'PredictDeferred', requestId: hosts[0]!.asked()[1]!.requestId, expectedMs: 40 });
    hosts[0]!.answers(0);
    expect(gathered()).toEqual([['n@1.0.0']]);
    time.advance(100);
    expect(gathered()).toHaveLength(1);
  });

  it('are not counted where there is none, at the deadline or when all have failed', () => {
    time.advance(10);
    for (const { requestId } of hosts[0]!.asked()) hosts[0]!.hears({ type: 'PredictFailed', requestId, reason: 'no' });
    expect(gathered()).toEqual([]);
  });

  it('are counted without one that failed', () => {
    hosts[0]!.hears({ type: 'PredictFailed', requestId: hosts[0]!.asked()[0]!.requestId, reason: 'no' });
    hosts[0]!.answers(1);
    expect(gathered()).toEqual([[]]);
  });
});

describe('the queue', () => {
  beforeEach(() => hosts[0]!.becomesReady('m'));
  const fill = (...instruments: string[]): void => {
    for (const instrumentId of instruments) client.predict(request(`r-${instrumentId}`, { instrumentId }));
  };

  it('lets the host hold two; the rest goes in order as answers come', () => {
    fill('A', 'B', 'C', 'D');
    expect(hosts[0]!.asked().map(({ instrument }) => instrument)).toEqual(['A', 'B']);
    hosts[0]!.answers(1);
    hosts[0]!.answers(0);
    expect(hosts[0]!.asked().map(({ instrument }) => instrument)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('a newer candle supersedes a waiting request of the same instrument and timeframe', () => {
    fill('A', 'B', 'C');
    client.predict(request('newer', { instrumentId: 'C', candleCloseTimeMs: 600_000 }));
    expect(failures()).toEqual([['r-C', 'superseded by a newer request']]);
    hosts[0]!.answers(0);
    expect(hosts[0]!.asked()[2]).toMatchObject({ instrument: 'C', candleCloseTimeMs: 600_000 });
  });

  it('when full, the oldest waiting request gives way', () => {
    fill('A', 'B', 'C', 'D', 'E', 'F');
    expect(failures()).toEqual([['r-C', 'too many requests are waiting']]);
  });
});

describe('the host process', () => {
  it('gets the models to load and is ready when they are', () => {
    expect(client.state()).toBe('starting');
    hosts[0]!.becomesReady('m');
    expect(client.state()).toBe('ready');
    expect(hosts[0]!.told).toMatchObject([
      { type: 'LoadModels', models: PLACED, memory: LIMITS.memory, answerWithinMs: 5 },
    ]);
    expect(client.models().map(({ loaded: { model } }) => model)).toEqual(['m']);
  });

  it('is asked what came while it was starting, the newest of each instrument', () => {
    client.predict(request('old'));
    client.predict(request('new'));
    client.predict(request('other', { instrumentId: 'ETH/USDT' }));
    expect(failures()).toEqual([['old', 'superseded by a newer request']]);
    hosts[0]!.becomesReady('m');
    expect(hosts[0]!.asked()).toHaveLength(2);
  });

  it('that is starting is asked about one version beside what all are asked', () => {
    client.predict(request('all'));
    client.predict(request('one', { only: { model: 'm', version: '1.0.0' } }));
    expect(failures()).toEqual([]);
    hosts[0]!.becomesReady('m');
    expect(hosts[0]!.asked()).toHaveLength(2);
  });

  it('that crashes fails what it held, is started again, and nothing is asked twice', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    hosts[0]!.dies('exit code 134');
    expect(failures()).toEqual([['r1', 'the ml-host ended (exit code 134)']]);
    expect(client.state()).toBe('down');
    expect(client.models()).toEqual([]);
    client.predict(request('r2'));
    expect(failures()[1]).toEqual(['r2', 'the ml-host is not running']);
    time.advance(100);
    hosts[1]!.becomesReady('m');
    expect(notices).toContainEqual({ kind: 'MlHostDown', why: 'exit code 134', retryInMs: 100 });
    expect(notices).toContainEqual({ kind: 'MlHostRestarted', attempt: 1, why: 'exit code 134' });
    expect(hosts[1]!.asked()).toEqual([]);
    client.predict(request('r3'));
    hosts[1]!.answers(0);
    expect(events.at(-1)).toMatchObject({ kind: 'PredictionArrived', requestId: 'r3' });
  });

  it('that keeps crashing is started ever more slowly, and quickly again after a stable time', () => {
    const delays = (): number[] =>
      notices.flatMap((notice) => (notice.kind === 'MlHostDown' ? [notice.retryInMs] : []));
    for (let crash = 0; crash < 4; crash++) {
      hosts.at(-1)!.dies();
      time.advance(400);
    }
    expect(delays()).toEqual([100, 200, 400, 400]);
    hosts.at(-1)!.becomesReady('m');
    time.advance(10_000);
    hosts.at(-1)!.dies();
    expect(delays().at(-1)).toBe(100);
  });

  it('that hangs on a request is killed and started again', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    client.predict(request('r2', { instrumentId: 'B' }));
    time.advance(1_000);
    expect(hosts[0]!.killed).toBe(true);
    expect(failures()).toEqual([
      ['r1', 'no answer within 1000 ms'],
      ['r2', 'the ml-host ended (signal SIGKILL)'],
    ]);
    time.advance(100);
    expect(hosts).toHaveLength(2);
  });

  it('that never gets ready is killed and started again', () => {
    hosts[0]!.hears({ type: 'HostReady', pid: 1, runtime: 'test' });
    time.advance(5_000);
    expect(hosts[0]!.killed).toBe(true);
    time.advance(100);
    expect(hosts).toHaveLength(2);
  });

  it.each([
    [null],
    ['hello'],
    [{ type: 'Predicted', requestId: 'p1', probability: Number.NaN }],
    [{ type: 'Unheard' }],
  ])('that says %j is not believed', (message) => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    hosts[0]!.hears(message);
    expect(notices.at(-1)).toMatchObject({ kind: 'MlHostMessageRefused' });
    expect(events).toEqual([]);
    hosts[0]!.answers(0);
    expect(events).toHaveLength(1);
  });

  it('is told at once what to serve from now on, and says so of what is new', () => {
    hosts[0]!.becomesReady('m');
    const changed = [PLACED[1]!];
    client.serve(changed);
    expect(hosts[0]!.told.at(-1)).toMatchObject({ type: 'LoadModels', models: changed });
    expect(client.models()).toEqual([]);
    hosts[0]!.hears(loaded('n'));
    hosts[0]!.hears({ type: 'ModelsLoaded', loaded: 1, refused: 0, reason: null });
    expect(states).toEqual(['m ready', 'n ready']);
    expect(client.state()).toBe('ready');
  });

  it('whose memory is used up is renewed between two questions, and nobody is halted', () => {
    hosts[0]!.becomesReady('m');
    client.predict(request('r1'));
    hosts[0]!.hears({ type: 'HostFull', reason: 'models have taken 9 GB' });
    expect(hosts[0]!.told.at(-1)).toMatchObject({ type: 'Predict' });
    hosts[0]!.answers(0);
    expect(hosts[0]!.told.at(-1)).toEqual({ type: 'Stop' });
    client.predict(request('r2'));
    hosts[0]!.dies('exit code 0');
    expect(hosts).toHaveLength(2);
    hosts[1]!.becomesReady('m');
    hosts[1]!.answers(0);
    expect(events).toMatchObject([{ requestId: 'r1' }, { requestId: 'r2', kind: 'PredictionArrived' }]);
    expect(states).toEqual(['m ready']);
    expect(notices).toContainEqual({ kind: 'MlHostRestarted', attempt: 1, why: 'models have taken 9 GB' });
    hosts[1]!.hears({ type: 'HostFull', reason: 'models have taken 9 GB' });
    expect(hosts[1]!.told.at(-1)).not.toEqual({ type: 'Stop' });
  });

  it('is stopped in order, and by force when it does not listen', async () => {
    hosts[0]!.becomesReady('m');
    const stopping = client.stop();
    expect(hosts[0]!.told.at(-1)).toEqual({ type: 'Stop' });
    time.advance(2_000);
    await stopping;
    expect(hosts[0]!.killed).toBe(true);
    time.advance(60_000);
    expect(hosts).toHaveLength(1);
    expect(client.state()).toBe('stopped');
  });
});
