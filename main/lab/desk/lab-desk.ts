import type { CandleSource, LabCatalogue, LabRun, RunPlan } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { SHIPPED, strategyNamed } from '../strategies/shipped.ts';
import type { RunResult } from '../workers/job.ts';
import type { JobError, Task, WorkerCrew } from '../workers/worker-crew.ts';
import { checkPlan } from './check-plan.ts';
import { candlesBetween, tradesPage } from './run-pages.ts';

export interface LabDeskOptions {
  /** For runs: as many at once as there are cores to spare. */
  readonly runners: WorkerCrew;
  /** For looks at candles, so that they do not wait behind runs. */
  readonly readers: WorkerCrew;
  readonly nowMs: () => number;
  /** A name for a run that no other has. */
  readonly newId: () => string;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

interface Kept {
  row: LabRun;
  result: RunResult | null;
  readonly task: Task<RunResult> | null;
}

/** Runs that are listed; the oldest that has ended leaves when another comes. */
const RUNS_MAX = 100;

const refuse = (kind: string, text: string): Result<never, Refusal> => fail({ kind, text });
const GONE = refuse('not-found', 'That run is no longer here.');

/** The lab as screens see it: what may be run, runs as they go, and what came of them. */
export function createLabDesk({ runners, readers, nowMs, newId }: LabDeskOptions) {
  const kept = new Map<string, Kept>();
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function change(runId: string, part: Partial<LabRun>): void {
    const run = kept.get(runId);
    if (!run) return;
    run.row = { ...run.row, ...part };
    tell();
  }

  function makeRoom(): void {
    const ended = [...kept.values()].filter(({ row }) => row.endedAtMs !== null);
    if (kept.size >= RUNS_MAX && ended[0]) kept.delete(ended[0].row.id);
  }

  function end(runId: string, outcome: Result<RunResult, JobError>): void {
    const run = kept.get(runId);
    if (!run) return;
    const ended = { endedAtMs: nowMs() };
    if (outcome.ok) {
      const { figures, verdict } = outcome.value;
      run.result = outcome.value;
      change(runId, { ...ended, state: 'done', progress: null, figures, verdict });
    } else if (outcome.error.kind === 'cancelled') change(runId, { ...ended, state: 'cancelled' });
    else change(runId, { ...ended, state: 'failed', error: outcome.error.text });
  }

  const resultOf = (runId: string): Result<{ row: LabRun; result: RunResult }, Refusal> => {
    const run = kept.get(runId);
    if (!run) return GONE;
    const { row, result } = run;
    return result ? ok({ row, result }) : refuse('not-done', 'That run has no result.');
  };

  return {
    catalogue: (): LabCatalogue => CATALOGUE,
    async look(source: CandleSource) {
      const found = await readers.ask({ kind: 'look', source }).outcome;
      return found.ok ? ok(found.value.span) : found;
    },
    start(plan: RunPlan): Result<string, Refusal> {
      const checked = checkPlan(plan, strategyNamed(plan.strategy));
      if (!checked.ok) return checked;
      const full = runners.fullText();
      if (full !== null) return refuse('too-many', full);
      const id = newId();
      makeRoom();
      const task = runners.ask(
        { kind: 'run', plan },
        { started: () => change(id, { state: 'running' }), progress: (progress) => change(id, { progress }) },
      );
      kept.set(id, { row: newRow(id, plan, checked.value.title, nowMs()), result: null, task });
      if (task.isUnderWay()) change(id, { state: 'running' });
      tell();
      void task.outcome.then((outcome) => end(id, outcome));
      return ok(id);
    },
    cancel(runId: string): Result<null, Refusal> {
      const run = kept.get(runId);
      if (!run) return GONE;
      if (run.row.endedAtMs !== null) return refuse('ended', 'That run has ended already.');
      run.task?.cancel();
      return ok(null);
    },
    runs: (): readonly LabRun[] => [...kept.values()].map(({ row }) => row).reverse(),
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async detail(runId: string) {
      const found = resultOf(runId);
      return found.ok ? ok(found.value.result.detail) : found;
    },
    async trades(runId: string, from: number, limit: number) {
      const found = resultOf(runId);
      return found.ok ? ok(tradesPage(found.value.result.trades, from, limit)) : found;
    },
    async candles(runId: string, span: { readonly fromMs: number | null; readonly toMs: number | null }) {
      const found = resultOf(runId);
      return found.ok ? candlesBetween(found.value.row.plan, found.value.result, span, readers) : found;
    },
    async compare(runIds: readonly string[]) {
      const found = runIds.map((runId) => ({ runId, ...resultOf(runId) }));
      const missing = found.find((each) => !each.ok);
      if (missing && !missing.ok) return fail(missing.error);
      return ok(
        found.flatMap((each) => {
          if (!each.ok) return [];
          const { figures, detail } = each.value.result;
          const cash = each.value.row.plan.settings.cashQuote;
          const returnShare = detail.equityQuote.map((equity) => equity / cash - 1);
          return [{ runId: each.runId, timeMs: detail.timeMs, returnShare, figures }];
        }),
      );
    },
    mark(runId: string, tags: readonly string[], note: string): Result<null, Refusal> {
      if (!kept.has(runId)) return GONE;
      change(runId, { tags: [...new Set(tags)], note });
      return ok(null);
    },
    async close(): Promise<void> {
      await Promise.all([runners.close(), readers.close()]);
    },
  };
}

const CATALOGUE: LabCatalogue = {
  strategies: SHIPPED.map(({ name, title, about, params, instruments = 1 }) => ({
    name,
    title,
    about,
    instruments,
    params: Object.entries(params).map(([key, parameter]) => ({ name: key, ...parameter })),
  })),
  settings: {
    cashQuote: REALISTIC.cashQuote,
    makerFee: REALISTIC.makerFee,
    takerFee: REALISTIC.takerFee,
    slippageBps: REALISTIC.slippageBps,
    impact: REALISTIC.impact,
    latencyMs: REALISTIC.latencyMs,
    shorts: REALISTIC.shorts,
    leverageMax: REALISTIC.leverageMax,
  },
};

const newRow = (id: string, plan: RunPlan, title: string, askedAtMs: number): LabRun => ({
  id,
  plan,
  title,
  state: 'waiting',
  askedAtMs,
  endedAtMs: null,
  progress: null,
  figures: null,
  verdict: null,
  error: '',
  tags: [],
  note: '',
  folder: null,
});
