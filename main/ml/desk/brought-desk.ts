import type { BroughtFile, BroughtPart, ImportPlan, TrainingJob } from '../../../preload/models-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Task } from '../../lab/workers/worker-crew.ts';
import type { ModelsCrew } from './models-job.ts';

export interface BroughtDeskOptions {
  readonly crew: ModelsCrew;
  /** Lists a row, or another in its place. */
  readonly set: (row: TrainingJob) => void;
  readonly change: (id: string, part: Partial<TrainingJob>) => void;
  readonly nowMs: () => number;
  /** A version is on disk: whoever serves models looks. A sentence where it cannot be served. */
  readonly onPublished: (model: string, version: string) => Promise<string | null>;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

/** Models that were made elsewhere: their files come in parts, and each is judged as a job beside the trainings, one at a time. */
export function createBroughtDesk({ crew, set, change, nowMs, onPublished }: BroughtDeskOptions) {
  /** What is judged now: publishing two at once could take the same number. */
  let judging: { readonly id: string; readonly task: Task<unknown> } | null = null;

  const failed = (id: string, error: string): void => change(id, { state: 'failed', endedAtMs: nowMs(), error });

  return {
    async bring(part: BroughtPart): Promise<Result<BroughtFile | null, Refusal>> {
      const kept = await crew.ask({ kind: 'bring', part }).outcome;
      return kept.ok ? ok(kept.value.file) : kept;
    },
    /** Its row's id. */
    judge(id: string, fileId: string, plan: ImportPlan): Result<string, Refusal> {
      if (judging !== null)
        return fail({ kind: 'too-many', text: 'Another model is judged: wait until it has been, or cancel it.' });
      set(rowOf(id, plan, nowMs()));
      const task = crew.ask(
        { kind: 'judge-brought', fileId, plan, nowMs: nowMs() },
        {
          progress: ({ text, step, steps }) =>
            change(id, { state: 'running', step, steps, brought: { doing: text, versionId: null } }),
        },
      );
      judging = { id, task };
      void task.outcome.then(async (outcome) => {
        judging = null;
        if (!outcome.ok && outcome.error.kind === 'cancelled')
          return change(id, { state: 'cancelled', endedAtMs: nowMs() });
        if (!outcome.ok) return failed(id, outcome.error.text);
        const { model, version, verdict } = outcome.value;
        const problem = await onPublished(model, version);
        if (problem !== null) return failed(id, `${model} ${version} is published and not served: ${problem}`);
        const brought = { doing: 'published', versionId: `${model}/${version}` };
        change(id, { state: 'done', step: STEPS, steps: STEPS, endedAtMs: nowMs(), verdict, brought });
      });
      return ok(id);
    },
    /** Whether it was one of these. */
    cancel(id: string): boolean {
      if (judging?.id !== id) return false;
      judging.task.cancel();
      return true;
    },
  };
}

/** As the process that judges counts them. */
const STEPS = 4;

const rowOf = (id: string, { title }: ImportPlan, askedAtMs: number): TrainingJob => ({
  id,
  plan: null,
  title: `${title}, made elsewhere`,
  state: 'running',
  askedAtMs,
  endedAtMs: null,
  steps: STEPS,
  step: 0,
  curve: { step: [], training: [], stopping: [] },
  search: null,
  remainingMs: null,
  trainedOn: null,
  error: '',
  verdict: null,
  brought: { doing: 'starting', versionId: null },
});
