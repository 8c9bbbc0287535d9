import { z } from 'zod';
import { openGraph } from '../autodiff/training-session.ts';
import { type DataSet, type Inputs, samplesWithWindow, selectSamples, windowAt } from '../datasets/data-set.ts';
import { netSamples } from '../nets/batches.ts';
import { fitNet } from '../nets/fit-net.ts';
import type { Net, WindowShape } from '../nets/net.ts';
import { encodeNetModel, IMPORTANCE, type TrainedNet } from '../nets/net-graphs.ts';
import { objectiveOf } from '../nets/objective.ts';
import { measureScaler, scaleCells } from '../nets/scaler.ts';
import { MODEL_INPUT, OUTPUT_NAMES } from '../onnx/output-head.ts';
import { Tensor } from '../onnx-runtime.ts';
import { count, scale, share } from '../settings.ts';
import type { Family, Fitted } from './family.ts';
import { horizonCount, type TaskKind } from './task.ts';

/** Hyper-parameters of every net; a family adds the sizes of its own. */
const TRAINING = {
  epochs: count(1, 500, 30, {
    label: 'Epochs',
    unit: 'times',
    about: 'Times that every sample is seen at most; it stops before where the held-back samples gain no more.',
  }),
  batch: count(8, 4_096, 128, { label: 'Batch', unit: 'samples', about: 'Samples that one step learns from.' }),
  learningRate: scale(1e-5, 0.1, 1e-3, {
    label: 'Learning rate',
    unit: 'per step',
    about: 'How far one step goes: too far never settles, too short never arrives.',
    searched: [1e-4, 1e-2],
  }),
  weightDecay: share(0, 0.5, 0.01, {
    label: 'Weight decay',
    unit: 'share',
    about: 'Share of a weight that is taken off per unit of learning rate: more keeps the net simpler.',
    searched: [0, 0.2],
  }),
  patience: count(1, 100, 6, {
    label: 'Patience',
    unit: 'epochs',
    about: 'Epochs without a better loss on the held-back samples after which it stops.',
  }),
};

/** Candles a net looks at. */
export const windowBars = (standard: number, least = 2) =>
  count(least, 512, standard, {
    label: 'Window',
    unit: 'candles',
    about: 'Candles up to now that the net looks at.',
    searched: [Math.max(least, 2), 96],
  });

interface NetFamilySpec<Sizes extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly tasks: readonly TaskKind[];
  readonly sizes: Sizes;
  readonly barsOf: (sizes: z.infer<z.ZodObject<Sizes>>) => number;
  readonly build: (window: WindowShape, outputs: number, sizes: z.infer<z.ZodObject<Sizes>>, horizons: number) => Net;
}

/** Makes a family of a kind of net: its sizes are hyper-parameters, all else is the same for every net. */
export function netFamily<Sizes extends z.ZodRawShape>(spec: NetFamilySpec<Sizes>): Family {
  const sizesSchema = z.object(spec.sizes);
  const trainingSchema = z.object(TRAINING);
  const hyperParameters = z.strictObject({ ...TRAINING, ...spec.sizes });
  return {
    name: spec.name,
    title: spec.title,
    takes: 'windows',
    tasks: spec.tasks,
    hyperParameters,
    async fit(training, task, { hyperParameters: given, stopping, ...options }) {
      options.signal?.throwIfAborted();
      const chosen = hyperParameters.parse(given);
      const sizes = sizesSchema.parse(chosen);
      const window = { bars: spec.barsOf(sizes), features: training.matrix.set.features.length };
      const learnt = withWindow(training, window.bars);
      if (learnt.rowOf.length === 0) throw new RangeError(`no sample has ${window.bars} candles behind it`);
      const objective = objectiveOf(task, learnt);
      const net = spec.build(window, objective.outputs, sizes, horizonCount(task));
      const scaler = measureScaler(learnt, window.bars);
      const samplesOf = (set: DataSet, cells: Float32Array) => netSamples(set, cells, window, objective);
      const cells = scaleCells(training.matrix, scaler);
      const judged = stopping && withWindow(stopping, window.bars);
      const judgedCells =
        stopping?.matrix === training.matrix ? cells : stopping && scaleCells(stopping.matrix, scaler);
      const subject = {
        net,
        objective,
        training: samplesOf(learnt, cells),
        stopping: judged && judgedCells && judged.rowOf.length > 0 ? samplesOf(judged, judgedCells) : null,
      };
      const weights = await fitNet(subject, trainingSchema.parse(chosen), options);
      const { centre, spread } = objective;
      return fittedNet({ net, weights, scaler, centre, spread, task });
    },
  };
}

const withWindow = (set: DataSet, bars: number): DataSet => selectSamples(set, samplesWithWindow(set, bars));

/** Rows given to a session at once: enough to be fast, few enough to be small. */
const ROWS_AT_ONCE = 512;

function fittedNet(trained: TrainedNet): Fitted {
  const { net, task } = trained;
  const ask = async (inputs: Inputs, output: string): Promise<Float32Array> => {
    const about = { graphName: 'net', producerVersion: '1', metadata: new Map<string, string>() };
    const session = await openGraph(encodeNetModel(trained, about, { kind: 'none' }));
    try {
      const answers: Float32Array[] = [];
      for (let from = 0; from < inputs.rowOf.length; from += ROWS_AT_ONCE) {
        const windows = windowsOf(inputs, net.window, from, Math.min(ROWS_AT_ONCE, inputs.rowOf.length - from));
        const outputs = await session.run({ [MODEL_INPUT]: windows }, [output]);
        answers.push(outputs[output]!.data as Float32Array);
      }
      return joined(answers);
    } finally {
      await session.release();
    }
  };
  return {
    task,
    windowBars: net.window.bars,
    predict: (inputs) => ask(inputs, OUTPUT_NAMES[task.kind].raw),
    ...(net.knowsImportance ? { importance: (inputs) => ask(inputs, IMPORTANCE) } : {}),
    toOnnx: (about, map) => encodeNetModel(trained, about, map),
  };
}

/** Samples `from` on as an input of the model's shape. */
function windowsOf(inputs: Inputs, { bars, features }: WindowShape, from: number, samples: number): Tensor {
  const values = new Float32Array(samples * bars * features);
  for (let at = 0; at < samples; at++) values.set(windowAt(inputs, from + at, bars), at * bars * features);
  return new Tensor('float32', values, bars === 1 ? [samples, features] : [samples, bars, features]);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
