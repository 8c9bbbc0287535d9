import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forkMlHost } from '../../../main/engine/inference/fork-ml-host.ts';
import { ADAM } from '../../../main/ml/autodiff/training-step.ts';
import { squaredError } from '../../../main/ml/nets/losses.ts';
import { encodeNetStep } from '../../../main/ml/nets/net-graphs.ts';
import { readFields } from '../../../main/ml/onnx/protobuf-reader.ts';
import { loadModels } from '../../support/load-models.ts';
import { smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';
import { smallNets } from '../../support/small-nets.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** What ONNX Runtime cannot bear, each seen to end a whole process: `main/ml/README.md`. */
const ROOT = join(import.meta.dirname, '../../..');
const sources = globSync('main/ml/**/*.ts', { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}));
const filesThat = (say: RegExp): string[] => sources.filter(({ text }) => say.test(text)).map(({ path }) => path);

it('[N1] a process is told to stop in the middle of its runs, and ends in order', async () => {
  const modelsDir = await writePackage(await smallPackage());
  try {
    for (let round = 0; round < 3; round += 1) {
      const channel = forkMlHost(join(ROOT, 'main/ml/host/main.ts'));
      let ended = '';
      let answers = 0;
      channel.onExit((why) => {
        ended = why;
      });
      channel.onMessage((message) => {
        const { type } = message as { type: string };
        if (type === 'Predicted') answers += 1;
        // The first answer is there, hundreds of questions wait: a run is under way or about to be.
        if (answers === 1) channel.send({ type: 'Stop' });
      });
      channel.send(loadModels(modelsDir, [smallFeatureSet]));
      for (let question = 0; question < 400; question += 1) {
        channel.send({
          type: 'Predict',
          requestId: `q${question}`,
          model: 'small',
          version: '1.0.0',
          instrument: 'X',
          timeframe: '5m',
          candleCloseTimeMs: question,
          featureSetHash: smallFeatureSet.hash,
          features: [0.5, question / 400, 1],
        });
      }
      await waitUntil('the process ends', () => ended !== '', 30_000);
      expect(ended).toBe('exit code 0');
    }
  } finally {
    rmSync(modelsDir, { recursive: true, force: true });
  }
});

describe('in the sources', () => {
  it('[N1] nobody terminates a thread that may be running a model', () => {
    expect(filesThat(/\.terminate\(/)).toEqual([]);
  });

  it('[N2] one module alone asks for another provider than the processor, and it is none of the ml-host', () => {
    expect(filesThat(/executionProviders: \[(?!'cpu'\])/)).toEqual(['main/ml/autodiff/training-session.ts']);
  });

  it('[N3][N4] nobody keeps tensors on the GPU, downloads one, or leaves an output unfetched there', () => {
    expect(filesThat(/\.getData\(|preferredOutputLocation|gpu-buffer/)).toEqual([]);
  });

  it('[N7] nobody counts on a worker’s limits to bound native memory', () => {
    expect(filesThat(/resourceLimits/)).toEqual([]);
  });
});

describe('training steps of every net', () => {
  const clipped = { ...ADAM, weightDecay: 0.01, gradientLengthMax: 1 };
  const objective = {
    outputs: 2,
    loss: squaredError,
    targetWidth: 2,
    targetsOf: () => new Float32Array(),
    centre: new Float32Array(2),
    spread: new Float32Array(2).fill(1),
  };
  const nets = Object.entries(smallNets({ bars: 5, features: 3 }));
  const nodesOf = (file: Uint8Array): { op: string; inputs: number; outputs: number }[] => {
    const graph = [...readFields(file)].find(({ number }) => number === 7)?.bytes ?? new Uint8Array(0);
    return [...readFields(graph)].flatMap(({ number, bytes }) => {
      if (number !== 1 || !bytes) return [];
      const fields = [...readFields(bytes)];
      const count = (of: number): number => fields.filter((field) => field.number === of).length;
      const op = new TextDecoder().decode(fields.find((field) => field.number === 4)?.bytes ?? new Uint8Array(0));
      return [{ op, inputs: count(1), outputs: count(2) }];
    });
  };

  it.each(nets)('[N5][N6] %s: no wide split, no operator that the GPU lacks', (_, net) => {
    const nodes = nodesOf(encodeNetStep(net, objective, 4, clipped));
    expect(nodes.length).toBeGreaterThan(20);
    expect(nodes.filter(({ op, outputs }) => op === 'Split' && outputs > 7)).toEqual([]);
    expect(nodes.filter(({ op, inputs }) => op === 'Concat' && inputs > 6)).toEqual([]);
    const lacking = nodes.filter(({ op }) => /^(Sign|LogSoftmax|Scan|TreeEnsemble.*)$/.test(op));
    expect(lacking).toEqual([]);
  });
});
