import { describe, expect, it } from 'vitest';
import { ADAM } from '../../../../main/ml/autodiff/training-step.ts';
import { squaredError } from '../../../../main/ml/nets/losses.ts';
import { encodeNetStep } from '../../../../main/ml/nets/net-graphs.ts';
import { readFields } from '../../../../main/ml/onnx/protobuf-reader.ts';
import { smallNets } from '../../../support/small-nets.ts';

/** No kernel on WebGPU. */
const WITHOUT_KERNEL = ['Sign', 'LogSoftmax', 'Scan', 'TreeEnsemble', 'Loop', 'If'];
/** A shader may bind eight buffers at least, and no more can be counted on. */
const BUFFERS_MAX = 8;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Operator, number of inputs and number of outputs of every node of a model file. */
function nodesOf(model: Uint8Array): { op: string; inputs: number; outputs: number }[] {
  const graph = [...readFields(model)].find(({ number }) => number === 7)!.bytes!;
  const nodes = [...readFields(graph)].filter(({ number }) => number === 1);
  return nodes.map(({ bytes }) => {
    const fields = [...readFields(bytes!)];
    const count = (number: number): number => fields.filter((field) => field.number === number).length;
    return { op: text(fields.find(({ number }) => number === 4)!.bytes!), inputs: count(1), outputs: count(2) };
  });
}

describe.each(Object.entries(smallNets({ bars: 40, features: 9 })))('the training step of %s', (_, net) => {
  const unit = { centre: new Float32Array(2), spread: new Float32Array(2).fill(1) };
  const objective = { outputs: 2, loss: squaredError, targetWidth: 2, targetsOf: () => new Float32Array(), ...unit };
  const nodes = nodesOf(encodeNetStep(net, objective, 4, { ...ADAM, gradientLengthMax: 1 }));

  it('has no operator that a GPU has no kernel for', () => {
    expect(nodes.length).toBeGreaterThan(50);
    expect(nodes.filter(({ op }) => WITHOUT_KERNEL.includes(op))).toEqual([]);
  });

  it('has no node that binds more buffers than a shader may', () => {
    expect(nodes.filter(({ inputs, outputs }) => inputs + outputs > BUFFERS_MAX)).toEqual([]);
  });
});
