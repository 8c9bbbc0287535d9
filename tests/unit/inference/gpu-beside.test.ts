import { beforeEach, describe, expect, it } from 'vitest';
import { withGpuBeside } from '../../../main/engine/inference/gpu-beside.ts';
import type { MlHostChannel } from '../../../main/engine/inference/ml-host-channel.ts';
import type { FromHost, LoadModels, ModelLoaded, ToHost } from '../../../main/engine/inference/protocol.ts';

/** A host that says what the test says. */
function scriptedHost() {
  const got: ToHost[] = [];
  let handler: (message: unknown) => void = () => {};
  let exit: (why: string) => void = () => {};
  const channel: MlHostChannel = {
    send: (message) => got.push(message as ToHost),
    onMessage: (next) => {
      handler = next;
    },
    onExit: (next) => {
      exit = next;
    },
    kill: () => exit('signal SIGKILL'),
  };
  return {
    channel,
    says: (message: FromHost) => handler(message),
    ends: (why: string) => exit(why),
    /** What was asked of it, by request. */
    asked: () => got.flatMap((each) => (each.type === 'Predict' ? [each.requestId] : [])),
    served: () => got.findLast((each): each is LoadModels => each.type === 'LoadModels')?.models,
    isToldToStop: () => got.some(({ type }) => type === 'Stop'),
  };
}
type ScriptedHost = ReturnType<typeof scriptedHost>;

const version = { model: 'deep', version: '1.0.0' };
const placement = { ...version, modelsDir: '/models', memoryBytes: 1 };
const other = { ...placement, model: 'small' };
const serve = (...models: LoadModels['models']): LoadModels => ({
  type: 'LoadModels',
  models,
  featureSets: [],
  memory: { modelBytesMax: 1, totalBytesMax: 1 },
  answerWithinMs: 20,
  lateAfterMs: 250,
});
const loaded = (provider: string): ModelLoaded => ({
  type: 'ModelLoaded',
  ...version,
  title: 'Deep',
  modelSha256: 'a',
  provider,
  timeframe: '5m',
  featureSet: { name: 'v2', hash: 'b', features: ['c'] },
  windowBars: 1,
  question: 'Up?',
  edge: 'none',
  edgeReason: '',
  baseRate: 0.5,
  aucOutOfSample: 0.5,
  record: [],
  fileBytes: 1,
  memoryBytes: 1,
  loadMs: 1,
});
const status = (latencyMsEwma: number | null): FromHost => ({
  type: 'ModelStatus',
  ...version,
  predictions: 1,
  failures: 0,
  latencyMsEwma,
  cacheHits: 0,
  open: true,
  loads: 1,
  hostMemoryBytes: 1,
  hostOpenBytes: 1,
});
const ask = (requestId: string, model = 'deep'): ToHost => ({
  type: 'Predict',
  requestId,
  model,
  version: '1.0.0',
  instrument: 'BTC/USDT',
  timeframe: '5m',
  candleCloseTimeMs: 0,
  featureSetHash: 'b',
  features: [1],
});
const answer = (requestId: string, provider: string): FromHost => ({
  type: 'Predicted',
  requestId,
  ...version,
  modelSha256: 'a',
  instrument: 'BTC/USDT',
  timeframe: '5m',
  candleCloseTimeMs: 0,
  rawProbability: 0.5,
  probability: 0.5,
  yesMeans: 'rise',
  edge: 'none',
  record: null,
  latencyMs: 1,
  provider,
});
const failure = (requestId: string): FromHost => ({ type: 'PredictFailed', requestId, reason: 'device lost' });

let cpu: ScriptedHost;
let gpus: ScriptedHost[];
let both: MlHostChannel;
let heard: FromHost[];
let lost: string[];
let races: string[];
let fastest: string | null;
let ended: string[];

beforeEach(() => {
  cpu = scriptedHost();
  [gpus, heard, lost, races, ended, fastest] = [[], [], [], [], [], 'cuda'];
  both = withGpuBeside({
    cpu: cpu.channel,
    spawn() {
      const host = scriptedHost();
      gpus.push(host);
      return host.channel;
    },
    async fastest({ model }) {
      races.push(model);
      return fastest;
    },
    onLost: (gpu, why) => lost.push(`${gpu}: ${why}`),
  });
  both.onMessage((message) => heard.push(message as FromHost));
  both.onExit((why) => ended.push(why));
  both.send(serve(placement, other));
  cpu.says(loaded('cpu'));
});

const gpu = (): ScriptedHost => gpus.at(-1)!;
const microtasks = () => new Promise((resolve) => setImmediate(resolve));
const answers = () =>
  heard.flatMap((each) => (each.type === 'Predicted' ? [`${each.requestId} ${each.provider}`] : []));
const shown = () => heard.flatMap((each) => (each.type === 'ModelLoaded' ? [each.provider] : []));

/** The processor was slow, a GPU is faster, and the model is loaded there. */
async function placed(): Promise<void> {
  cpu.says(status(8));
  await microtasks();
  gpu().says({ type: 'HostReady', pid: 2, runtime: 'r' });
  gpu().says(loaded('cuda'));
  gpu().says({ type: 'ModelsLoaded', loaded: 1, refused: 0, reason: null });
}

describe('[I9] a model', () => {
  it('that the processor answers soon stays there, and nothing is tried', async () => {
    cpu.says(status(4.9));
    both.send(ask('a'));
    await microtasks();
    expect([races, gpus.length, cpu.asked()]).toEqual([[], 0, ['a']]);
  });

  it('that takes long is raced once; where no GPU is faster it stays', async () => {
    fastest = null;
    cpu.says(status(8));
    cpu.says(status(9));
    await microtasks();
    expect([races, gpus.length]).toEqual([['deep'], 0]);
  });

  it('is asked on the GPU once it is loaded there, and until then on the processor', async () => {
    cpu.says(status(8));
    await microtasks();
    both.send(ask('before'));
    gpu().says({ type: 'HostReady', pid: 2, runtime: 'r' });
    expect(gpu().served()).toEqual([{ ...placement, gpu: 'cuda' }]);
    both.send(ask('loading'));
    gpu().says(loaded('cuda'));
    both.send(ask('after'));
    both.send(ask('another', 'small'));
    gpu().says(answer('after', 'cuda'));
    expect(cpu.asked()).toEqual(['before', 'loading', 'another']);
    expect(gpu().asked()).toEqual(['after']);
    expect([shown(), answers()]).toEqual([['cpu', 'cuda'], ['after cuda']]);
  });

  it('that a GPU refuses stays on the processor', async () => {
    cpu.says(status(8));
    await microtasks();
    gpu().says({ type: 'HostReady', pid: 2, runtime: 'r' });
    gpu().says({ type: 'ModelRefused', ...version, reason: 'golden.json: cases[0] is off.' });
    both.send(ask('a'));
    expect([cpu.asked(), gpu().asked(), shown()]).toEqual([['a'], [], ['cpu']]);
  });

  it('that is served no more is let go there too, and what was loaded late of it is not shown', async () => {
    cpu.says(status(8));
    await microtasks();
    gpu().says({ type: 'HostReady', pid: 2, runtime: 'r' });
    both.send(serve(other));
    gpu().says(loaded('cuda'));
    expect(gpu().isToldToStop()).toBe(true);
    gpu().ends('exit code 0');
    expect([shown(), lost]).toEqual([['cpu'], []]);
  });

  it('that is slower there than it was here comes back', async () => {
    await placed();
    gpu().says(status(7));
    both.send(ask('there'));
    gpu().says(status(9));
    both.send(ask('here'));
    expect([gpu().asked(), cpu.asked()]).toEqual([['there'], ['here']]);
    expect(shown()).toEqual(['cpu', 'cuda', 'cpu']);
  });

  it('has one state on the board: that of the host that answers', async () => {
    await placed();
    const before = heard.length;
    cpu.says(status(8));
    gpu().says(status(2));
    expect(heard.slice(before)).toEqual([status(2)]);
  });
});

describe('[I9] no question is lost', () => {
  it('with the process on the GPU: the processor answers them, and the GPU is not used again', async () => {
    await placed();
    both.send(ask('a'));
    both.send(ask('b'));
    gpu().says(answer('a', 'cuda'));
    gpu().ends('signal SIGSEGV');
    expect(cpu.asked()).toEqual(['b']);
    expect(lost).toEqual(['cuda: the process that answered on it ended (signal SIGSEGV)']);
    expect([shown(), gpus.length, ended]).toEqual([['cpu', 'cuda', 'cpu'], 1, []]);
    both.send(ask('c'));
    cpu.says(status(9));
    await microtasks();
    expect([cpu.asked(), gpus.length]).toEqual([['b', 'c'], 1]);
  });

  it('where one fails: the processor is asked, and if it can, the GPU is at fault', async () => {
    await placed();
    both.send(ask('a'));
    gpu().says(failure('a'));
    expect([cpu.asked(), heard.some(({ type }) => type === 'PredictFailed')]).toEqual([['a'], false]);
    cpu.says(answer('a', 'cpu'));
    expect(answers()).toEqual(['a cpu']);
    expect(lost).toEqual(['cuda: it failed in an answer that the processor then gave']);
    both.send(ask('b'));
    expect([cpu.asked(), gpu().isToldToStop()]).toEqual([['a', 'b'], true]);
    gpu().ends('exit code 0');
    expect([lost.length, shown()]).toEqual([1, ['cpu', 'cuda', 'cpu']]);
  });

  it('where both fail nobody is blamed', async () => {
    await placed();
    both.send(ask('a'));
    gpu().says(failure('a'));
    cpu.says(failure('a'));
    expect([lost, heard.filter(({ type }) => type === 'PredictFailed').length]).toEqual([[], 1]);
    both.send(ask('b'));
    expect(gpu().asked()).toEqual(['a', 'b']);
  });

  it('where the GPU does not answer: its host is ended, and the processor’s only when that holds none', async () => {
    await placed();
    both.send(ask('a'));
    both.kill();
    expect([cpu.asked(), ended]).toEqual([['a'], []]);
    both.kill();
    expect(ended).toEqual(['signal SIGKILL']);
  });

  it('where its memory is full: a fresh host takes its place, and the processor answers meanwhile', async () => {
    await placed();
    both.send(ask('a'));
    gpu().says({ type: 'HostFull', reason: 'models have taken 9 GB' });
    both.send(ask('b'));
    gpu().says(failure('a'));
    gpu().ends('exit code 0');
    expect(cpu.asked()).toEqual(['b', 'a']);
    cpu.says(answer('a', 'cpu'));
    expect([gpus.length, lost]).toEqual([2, []]);
    gpu().says({ type: 'HostReady', pid: 3, runtime: 'r' });
    gpu().says(loaded('cuda'));
    both.send(ask('c'));
    expect(gpu().asked()).toEqual(['c']);
  });
});

it('ends with the host on the processor, and stops with it', async () => {
  await placed();
  both.send({ type: 'Stop' });
  expect([cpu.isToldToStop(), gpu().isToldToStop()]).toEqual([true, true]);
  gpu().ends('exit code 0');
  cpu.ends('exit code 0');
  expect([ended, lost, gpus.length]).toEqual([['exit code 0'], [], 1]);
});
