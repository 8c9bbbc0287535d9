/** Keeps six runs and ends. */
import { workerData } from 'node:worker_threads';
import { ExperimentStore } from '../../../../main/lab/experiments/experiment-store.ts';
import { inputsOf, resultOf } from './sample-runs.ts';

const { root, first } = workerData as { root: string; first: number };
for (let run = 0; run < 6; run += 1) {
  // Opened anew each time: opening sweeps.
  const store = new ExperimentStore(root, () => Date.UTC(2026, 10, 21));
  store.record(inputsOf(first + run), resultOf([0.01 * run]));
  store.close();
}
