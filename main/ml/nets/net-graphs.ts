import { Graph, type Value } from '../autodiff/graph.ts';
import { add, multiply, reshape, sumAll } from '../autodiff/operations.ts';
import { frozenParameters, type Layout, layoutOf, parametersOf } from '../autodiff/parameters.ts';
import { ANY } from '../autodiff/shape.ts';
import { type AdamOptions, encodeTrainingStep, STEP } from '../autodiff/training-step.ts';
import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import { encodeModel } from '../onnx/model-proto.ts';
import { MARGIN, MODEL_INPUT, type OutputMap, outputHead } from '../onnx/output-head.ts';
import type { Net, WindowShape } from './net.ts';
import type { Objective } from './objective.ts';
import { type Scaler, scaleInGraph } from './scaler.ts';

/** Names of what a batch consists of. */
export const BATCH = { windows: 'windows', targets: 'targets', sampleWeights: 'sample_weights' } as const;
/** Sum of the sample weights of an evaluated batch: what its loss counts. */
export const WEIGHT_SUM = 'weight_sum';
/** Mean share of attention that each feature got, [batch, features], of nets that know it. */
export const IMPORTANCE = 'importance';

export function netLayout(net: Net): Layout {
  const graph = new Graph();
  const { bars, features } = net.window;
  return layoutOf(graph, (parameters) => net.forward(graph.input(BATCH.windows, [1, bars, features]), parameters));
}

interface Batch {
  readonly windows: Value;
  readonly targets: Value;
  readonly sampleWeights: Value;
}

function batchInputs(graph: Graph, { bars, features }: WindowShape, { targetWidth }: Objective, size: number): Batch {
  return {
    windows: graph.input(BATCH.windows, [size, bars, features]),
    targets: graph.input(BATCH.targets, [size, targetWidth]),
    sampleWeights: graph.input(BATCH.sampleWeights, [size]),
  };
}

/** The training step of a net for batches of exactly `batch` samples. */
export function encodeNetStep(
  net: Net,
  objective: Objective,
  batch: number,
  adam: AdamOptions,
): Uint8Array<ArrayBuffer> {
  return encodeTrainingStep(
    netLayout(net),
    (graph, parameters) => {
      const { windows, targets, sampleWeights } = batchInputs(graph, net.window, objective, batch);
      return objective.loss(net.forward(windows, parameters).outputs, targets, sampleWeights);
    },
    adam,
  );
}

/** Loss of a batch under weights that are given with it, as the training step computes it, and what the loss counts. */
export function encodeNetLoss(net: Net, objective: Objective, batch: number): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const layout = netLayout(net);
  const parameters = parametersOf(layout, graph.input(STEP.weights, [layout.size]));
  const { windows, targets, sampleWeights } = batchInputs(graph, net.window, objective, batch);
  const { outputs } = net.forward(windows, parameters);
  const loss = objective.loss(outputs, targets, sampleWeights);
  return graph.encode('loss', { [STEP.loss]: loss, [WEIGHT_SUM]: sumAll(sampleWeights), outputs });
}

/** A trained net and what it takes to ask it in the units of its data. */
export interface TrainedNet {
  readonly net: Net;
  readonly weights: Float32Array;
  readonly scaler: Scaler;
  readonly centre: Float32Array;
  readonly spread: Float32Array;
  readonly task: Task;
}

/**
 * The net as a model file: raw features in, [batch, features] where it takes one candle, else [batch, bars, features]; the task's raw
 * and mapped answers out.
 */
export function encodeNetModel(trained: TrainedNet, about: ModelText, map: OutputMap): Uint8Array<ArrayBuffer> {
  const { net, task } = trained;
  const { bars, features } = net.window;
  const graph = new Graph();
  const given = graph.input(MODEL_INPUT, bars === 1 ? [ANY, features] : [ANY, bars, features]);
  const scaled = scaleInGraph(given, trained.scaler);
  const windows = bars === 1 ? reshape(scaled, [ANY, 1, features]) : scaled;
  const { outputs, importance } = net.forward(windows, frozenParameters(netLayout(net), graph, trained.weights));
  const margin = add(
    multiply(outputs, graph.constant([net.outputs], trained.spread)),
    graph.constant([net.outputs], trained.centre),
  );
  const parts = graph.parts(importance ? { [MARGIN]: margin, [IMPORTANCE]: importance } : { [MARGIN]: margin });
  const head = outputHead(task, map);
  return encodeModel({
    ...about,
    inputs: parts.inputs,
    outputs: [...head.outputs, ...parts.outputs.slice(1)],
    initializers: [...parts.initializers, ...head.initializers],
    nodes: [...parts.nodes, ...head.nodes],
  });
}
