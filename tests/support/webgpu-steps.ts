/**
 * Trains each small net for some steps on the CPU and on WebGPU, strictly: a node without a kernel there is an error. Prints one line of
 * JSON per net. A process of its own, for the driver is chosen by its environment, and may end it.
 */
import { smallNets } from './small-nets.ts';
import { STEPS_WINDOW, trainSteps } from './training-steps.ts';

for (const [name, net] of Object.entries(smallNets(STEPS_WINDOW, 1))) {
  const startedMs = performance.now();
  const [cpu, gpu] = [await trainSteps(net, 'cpu'), await trainSteps(net, 'webgpu')];
  const apart = Math.max(...cpu.weights.map((weight, at) => Math.abs(weight - gpu.weights[at]!)));
  const lossApart = Math.max(...cpu.losses.map((loss, at) => Math.abs(loss - gpu.losses[at]!)));
  const [first, last] = [gpu.losses[0]!, gpu.losses.at(-1)!];
  process.stdout.write(
    `${JSON.stringify({ name, apart, lossApart, first, last, ms: Math.round(performance.now() - startedMs) })}\n`,
  );
}
