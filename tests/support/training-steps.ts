/** Some steps of training a small net, on the same batch from the same weights whatever the provider is. */
import { createRandom } from '../../main/engine/kernel/random.ts';
import { initialWeights } from '../../main/ml/autodiff/parameters.ts';
import { freshState, TrainingSession } from '../../main/ml/autodiff/training-session.ts';
import { ADAM } from '../../main/ml/autodiff/training-step.ts';
import { squaredError } from '../../main/ml/nets/losses.ts';
import type { Net } from '../../main/ml/nets/net.ts';
import { BATCH, encodeNetStep, netLayout } from '../../main/ml/nets/net-graphs.ts';
import { Tensor } from '../../main/ml/onnx-runtime.ts';
import type { TrainingProvider } from '../../main/ml/providers/provider.ts';

const STEPS = 15;
const SAMPLES = 4;
export const STEPS_WINDOW = { bars: 3, features: 2 };
const ADAM_CLIPPED = { ...ADAM, weightDecay: 0.01, gradientLengthMax: 1 };

const random = createRandom(1);
const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * random.next() - 1);
const batch = {
  [BATCH.windows]: new Tensor('float32', draw(SAMPLES * STEPS_WINDOW.bars * STEPS_WINDOW.features), [
    SAMPLES,
    STEPS_WINDOW.bars,
    STEPS_WINDOW.features,
  ]),
  [BATCH.targets]: new Tensor('float32', draw(SAMPLES * 2), [SAMPLES, 2]),
  [BATCH.sampleWeights]: new Tensor('float32', new Float32Array(SAMPLES).fill(1), [SAMPLES]),
};

export async function trainSteps(
  net: Net,
  provider: TrainingProvider,
): Promise<{ losses: number[]; weights: Float32Array }> {
  const unit = { centre: new Float32Array(2), spread: new Float32Array(2).fill(1) };
  const objective = { outputs: 2, loss: squaredError, targetWidth: 2, targetsOf: () => new Float32Array(), ...unit };
  const bytes = encodeNetStep(net, objective, SAMPLES, ADAM_CLIPPED);
  const state = freshState(initialWeights(netLayout(net), createRandom(2)));
  const session = await TrainingSession.open(bytes, ADAM_CLIPPED, state, provider);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push(await session.step(batch, 0.01));
  const { weights } = session.state;
  await session.release();
  return { losses, weights };
}
