import { expect, it } from 'vitest';
import { inspectModel } from '../../../main/ml/onnx/inspect-model.ts';
import { bytesField, concatBytes, intField, textField } from '../../../main/ml/onnx/protobuf-writer.ts';
import { externalTensor, hollowTensor, smallGraph, withHeader } from '../../support/onnx-bytes.ts';
import { exportSmallModel } from '../../support/small-model.ts';

const sound = smallGraph();
const operators = (domain: string, version: number): Uint8Array =>
  bytesField(8, concatBytes([textField(1, domain), intField(2, version)]));

const foreign = concatBytes([textField(4, 'Twice'), textField(7, 'evil.corp')]);
const foreignNode = (): Uint8Array => concatBytes([intField(1, 9), bytesField(7, bytesField(1, foreign))]);

/** The tensor as the attribute of a node, or a foreign node, inside the graph of a branch. */
function inBranch(tensor: Uint8Array | 'foreign'): Uint8Array<ArrayBuffer> {
  const constant =
    tensor === 'foreign' ? foreign : concatBytes([textField(4, 'Constant'), bytesField(5, bytesField(5, tensor))]);
  const branch = bytesField(6, bytesField(1, constant));
  return smallGraph({ nodes: [{ op: 'If', inputs: ['a'], outputs: ['b'], attributes: [branch] }] });
}

function nested(depth: number): Uint8Array<ArrayBuffer> {
  let graph: Uint8Array = new Uint8Array(0);
  for (let level = 0; level < depth; level += 1) graph = bytesField(1, bytesField(5, bytesField(6, graph)));
  return concatBytes([intField(1, 9), bytesField(7, graph)]);
}

it.each([
  ['a sound one', sound, null],
  ['trees', exportSmallModel(), null],
  ['graphs in graphs', nested(15), null],
  [
    'data elsewhere',
    smallGraph({ initializers: [externalTensor('w', '../../../etc/passwd')] }),
    /tensor "w" lies in another file/,
  ],
  ['data elsewhere, in a branch', inBranch(externalTensor('w', 'weights.bin')), /tensor "w" lies in another file/],
  [
    'a shape without values',
    smallGraph({ initializers: [hollowTensor('z', 1e12)] }),
    /tensor "z" is said to hold 1000000000000 values, and has 0 bytes/,
  ],
  ['a shape without values, in a branch', inBranch(hollowTensor('z', 1e9)), /tensor "z" is said to hold/],
  [
    'newer operators',
    withHeader(sound, operators('', 27)),
    /uses version 27 of the operators, the runtime has up to 26/,
  ],
  ['newer tree operators', withHeader(sound, operators('ai.onnx.ml', 6)), /version 6 of the operators of "ai.onnx.ml"/],
  ['foreign operators named, and none of them used', withHeader(sound, operators('evil.corp', 1)), null],
  [
    'foreign operators',
    withHeader(foreignNode(), operators('evil.corp', 1)),
    /operators of "evil.corp", which are not/,
  ],
  ['foreign operators, in a branch', inBranch('foreign'), /operators of "evil.corp", which are not part/],
  ['functions of its own', withHeader(sound, bytesField(25, textField(1, 'twice'))), /defines functions of its own/],
  ['a newer format', withHeader(sound, intField(1, 14)), /IR version 14, the runtime reads up to 13/],
  ['graphs without end', nested(5_000), /nested more than 16 deep/],
  ['two graphs', concatBytes([sound, sound]), /holds 2 graphs/],
  ['nothing', new Uint8Array(0), /holds 0 graphs/],
  ['half of a model', sound.slice(0, sound.length - 20), /is no ONNX model: a field in it says/],
  ['a web page', new TextEncoder().encode('<html>502 Bad Gateway</html>'), /is no ONNX model/],
] as const)('%s', (_, bytes, reason) => {
  const found = inspectModel(bytes);
  if (reason === null) expect(found).toBeNull();
  else expect(found).toMatch(reason);
});
