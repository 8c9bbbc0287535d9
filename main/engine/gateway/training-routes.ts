import { implement } from '@orpc/server';
import { type ModelVersion, modelsContract, type TrainingMessage } from '../../../preload/models-contract.ts';
import type { Result } from '../domain/result.ts';
import type { Timers } from '../kernel/clock.ts';
import { answer, done } from './lab-answer.ts';
import type { LabRefusal } from './lab-port.ts';
import { watchRows } from './row-feed.ts';
import type { TrainingPort } from './training-port.ts';

/** The part of the contract that trains models. */
export function trainingRoutes(training: TrainingPort, timers: Timers) {
  const os = implement(modelsContract);
  const source = { rows: () => training.jobs(), onChange: (listener: () => void) => training.onChange(listener) };
  async function* watch(signal: AbortSignal | undefined): AsyncGenerator<TrainingMessage> {
    for await (const { first, rows, removed } of watchRows(source, timers, signal))
      yield { first, jobs: rows, removed };
  }
  return {
    modelsCatalogue: os.modelsCatalogue.handler(async () => answer(await training.catalogue())),
    exploreData: os.exploreData.handler(async ({ input }) => answer(await training.explore(input))),
    startTraining: os.startTraining.handler(async ({ input }) => answer(withId(await training.start(input)))),
    pauseTraining: os.pauseTraining.handler(({ input }) => done(training.pause(input.jobId))),
    resumeTraining: os.resumeTraining.handler(({ input }) => done(training.resume(input.jobId))),
    cancelTraining: os.cancelTraining.handler(({ input }) => done(training.cancel(input.jobId))),
    publishTraining: os.publishTraining.handler(async ({ input }) => answer(await training.publish(input.jobId))),
    bringModel: os.bringModel.handler(async ({ input }) => {
      const brought = await training.bring(input);
      return answer(brought.ok ? { ok: true as const, value: { file: brought.value } } : brought);
    }),
    importModel: os.importModel.handler(async ({ input }) =>
      answer(withId(await training.judgeBrought(input.fileId, input.plan))),
    ),
    watchTraining: os.watchTraining.handler(({ signal }) => watch(signal)),
    modelVersions: os.modelVersions.handler(async () => answer(mutable(await training.versions()))),
  };
}

const withId = (started: Result<string, LabRefusal>): Result<{ jobId: string }, LabRefusal> =>
  started.ok ? { ok: true, value: { jobId: started.value } } : started;

const mutable = (found: Result<readonly ModelVersion[], LabRefusal>): Result<ModelVersion[], LabRefusal> =>
  found.ok ? { ok: true, value: [...found.value] } : found;
