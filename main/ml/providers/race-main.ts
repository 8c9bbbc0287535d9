import { performance } from 'node:perf_hooks';
import { freshState, TrainingSession } from '../autodiff/training-session.ts';
import { Tensor } from '../onnx-runtime.ts';
import type { TrainingProvider } from './provider.ts';
import type { RaceSaid, RaceTask } from './race-task.ts';

/**
 * Takes the same training steps on a GPU and on the processor and tells the pace of both and how far apart they end. A process of its own:
 * a driver may end it, and that is then no more than an answer.
 */

interface Pace {
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly weights: Float32Array;
}

async function take(task: RaceTask, provider: TrainingProvider, steps: number, budgetMs: number): Promise<Pace> {
  const batch = Object.fromEntries(
    task.batch.map(({ name, data, dims }) => [name, new Tensor('float32', data, [...dims])]),
  );
  const session = await TrainingSession.open(task.graph, task.adam, freshState(task.weights), provider);
  try {
    // The first one compiles kernels and fills caches.
    await session.step(batch, task.learningRate);
    const startedMs = performance.now();
    let taken = 0;
    while (taken === 0 || (taken < steps && performance.now() - startedMs < budgetMs)) {
      await session.step(batch, task.learningRate);
      taken += 1;
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    return { steps: taken, stepsPerSecond: taken / seconds, weights: session.state.weights };
  } finally {
    await session.release();
  }
}

const lengthOf = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0));

async function race(task: RaceTask): Promise<RaceSaid> {
  try {
    const gpu = await take(task, task.provider as TrainingProvider, task.steps, task.budgetMs);
    const cpu = await take(task, 'cpu', gpu.steps, Number.POSITIVE_INFINITY);
    return {
      kind: 'ran',
      stepsPerSecond: gpu.stepsPerSecond,
      cpuStepsPerSecond: cpu.stepsPerSecond,
      apartShare: lengthOf(gpu.weights, cpu.weights) / Math.max(Number.MIN_VALUE, lengthOf(cpu.weights, task.weights)),
    };
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { kind: 'refused', why: first };
  }
}

process.once('message', async (task: RaceTask) => {
  const said = await race(task);
  process.send?.(said, () => process.exit(0));
});
// Nobody is there any more who would hear of it.
process.once('disconnect', () => process.exit(0));
