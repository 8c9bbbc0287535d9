import type { CandleSource, LabCatalogue, LabRun, RunPlan } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import type { KeptRun, LabCrew, OpenedRun, RunResult } from '../workers/job.ts';
import { NOTHING_YET } from '../workers/job.ts';
import { searchKey, type UnfinishedSearch } from '../workers/search-log-file.ts';
import type { JobError, Task } from '../workers/worker-crew.ts';
import { checkPlan, checkShape } from './check-plan.ts';
import {
  comparedOf,
  hasMarks,
  isOwnStrategy,
  keptPart,
  newRow,
  pinned,
  SHIPPED_CATALOGUE,
  strategyRow,
  titleOf,
} from './lab-rows.ts';
import { type CandlesAsked, candlesBetween, tradesPage } from './run-pages.ts';

export interface LabDeskOptions {
  /** For runs: as many at once as there are cores to spare. */
  readonly runners: LabCrew;
  /** For looks at candles, so that they do not wait behind runs. */
  readonly readers: LabCrew;
  readonly nowMs: () => number;
  /** A name for a run that no other has. */
  readonly newId: () => string;
  /** Tells when runs are kept by somebody else: a command, another terminal. */
  readonly onKept: (listener: () => void) => () => void;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

interface Listed {
  row: LabRun;
  /** What a screen shows of it; null until it is done, or was asked for. */
  view: OpenedRun | null;
  /** In the experiment store; null where it is not there. */
  experimentId: string | null;
  readonly task: Task<RunResult> | null;
  /** When its tags and note were last set here, by the count of readings; for ever while they are on their way to the store. */
  markedAt: number;
}

/** Of the store, so many are listed at first, and so many more each time somebody asks for older ones. */
const PAGE_RUNS = 200;
/** Runs listed beyond those; the oldest that has ended leaves when another comes, and stays in the store. */
const RUNS_AHEAD = 100;
/** Runs whose views are held ready. */
const VIEWS_MAX = 24;

const refuse = (kind: string, text: string): Result<never, Refusal> => fail({ kind, text });
const GONE = refuse('not-found', 'That run is no longer here.');

/** The lab as screens see it: what may be run, runs as they go, and what came of them. */
export function createLabDesk({ runners, readers, nowMs, newId, onKept }: LabDeskOptions) {
  /** Oldest first. */
  const listed = new Map<string, Listed>();
  const listeners = new Set<() => void>();
  let pages = 1;
  /** How many the store holds. */
  let kept = 0;
  /** Readings of the list that were begun. */
  let readings = 0;
  let isReading = false;
  let isStale = false;
  /** The last mark on its way to the store: readers answer side by side, and of two marks the newer must stand. */
  let marking: Promise<unknown> = Promise.resolve();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function change(runId: string, part: Partial<LabRun>): void {
    const run = listed.get(runId);
    if (!run) return;
    run.row = { ...run.row, ...part };
    tell();
  }

  function makeRoom(): void {
    const ended = [...listed.values()].filter(({ row }) => row.endedAtMs !== null);
    if (listed.size >= pages * PAGE_RUNS + RUNS_AHEAD && ended[0]) listed.delete(ended[0].row.id);
  }

  function hold(run: Listed, view: OpenedRun): void {
    run.view = view;
    const holding = [...listed.values()].filter((each) => each.view !== null && each !== run);
    // One that was kept can be read again.
    if (holding.length >= VIEWS_MAX) holding.find(({ experimentId }) => experimentId !== null)!.view = null;
  }

  /** The same inputs come to the same run: the newer row stands for both. */
  function dropTwin(runId: string, experimentId: string): void {
    for (const [id, each] of listed) if (id !== runId && each.experimentId === experimentId) listed.delete(id);
  }

  function end(runId: string, outcome: Result<RunResult, JobError>): void {
    const run = listed.get(runId);
    if (!run) return;
    const ended = { endedAtMs: nowMs() };
    if (outcome.ok) {
      const { kept, view } = outcome.value;
      dropTwin(runId, kept.experimentId);
      run.experimentId = kept.experimentId;
      if (view) hold(run, view);
      const { tags, note } = run.row;
      change(runId, { ...ended, ...keptPart(kept), progress: null });
      // Marked while it ran: there was nothing in the store to mark.
      if (tags.length > 0 || note !== '') mark(run, tags, note);
    } else if (outcome.error.kind === 'cancelled') change(runId, { ...ended, state: 'cancelled' });
    else change(runId, { ...ended, state: 'failed', error: outcome.error.text });
  }

  function mark(run: Listed, tags: readonly string[], note: string): void {
    const marks = { tags: [...new Set(tags)], note };
    change(run.row.id, marks);
    const { experimentId } = run;
    if (experimentId === null) return;
    run.markedAt = Number.POSITIVE_INFINITY;
    marking = marking.then(async () => {
      await readers.ask({ kind: 'mark', experimentId, ...marks }).outcome;
      if (hasMarks(run.row, marks.tags, note)) run.markedAt = readings;
    });
  }

  /** What the store has, below what was asked for since. */
  async function readList(): Promise<void> {
    isStale = isReading;
    if (isReading) return;
    isReading = true;
    readings += 1;
    const found = await readers.ask({ kind: 'list', most: pages * PAGE_RUNS }).outcome;
    isReading = false;
    if (found.ok) {
      kept = found.value.kept;
      takeList(found.value.runs);
      takeUnfinished(found.value.unfinished);
      tell();
    }
    if (isStale) await readList();
  }

  function takeList(runs: readonly KeptRun[]): void {
    const before = [...listed];
    const known = new Map(before.flatMap(([id, run]) => (run.experimentId === null ? [] : [[run.experimentId, id]])));
    listed.clear();
    for (const kept of runs.toReversed())
      if (!known.has(kept.experimentId)) listed.set(kept.experimentId, listedFrom(kept));
    for (const [id, run] of before) listed.set(id, run);
    for (const { experimentId, tags, note } of runs) {
      const run = listed.get(known.get(experimentId) ?? '');
      // Marked by a command meanwhile; what was marked here since the reading began stands.
      if (run && run.markedAt < readings && !hasMarks(run.row, tags, note))
        run.row = { ...run.row, tags: [...tags], note };
    }
  }

  /** Searches that were broken off, by a crash or by an end of the program: each can go on. */
  function takeUnfinished(searches: readonly UnfinishedSearch[]): void {
    const known = new Set([...listed.values()].map(({ row }) => row.plan.search && searchKey(row.plan)));
    for (const { key, plan, trialsDone, atMs } of searches) {
      if (known.has(key)) continue;
      const progress = {
        ...NOTHING_YET,
        phase: 'searching',
        done: trialsDone,
        total: plan.search?.trials ?? 0,
      } as const;
      const row = {
        ...newRow(`search-${key}`, plan, titleOf(plan), atMs),
        state: 'cancelled',
        endedAtMs: atMs,
      } as const;
      listed.set(row.id, { row: { ...row, progress }, view: null, experimentId: null, task: null, markedAt: 0 });
    }
  }

  /** What goes on stands in the place of what was broken off. */
  function dropUnfinished(plan: RunPlan): void {
    const key = searchKey(plan);
    for (const [id, { row }] of listed) {
      if (row.state === 'cancelled' && row.plan.search && searchKey(row.plan) === key) listed.delete(id);
    }
  }

  /** Two of one search would write their trials into one log. */
  function isUnderWay(plan: RunPlan): boolean {
    const key = plan.search && searchKey(plan);
    const isIt = ({ row }: { readonly row: LabRun }): boolean =>
      row.endedAtMs === null && row.plan.search !== null && searchKey(row.plan) === key;
    return key !== null && [...listed.values()].some(isIt);
  }

  async function viewOf(runId: string): Promise<Result<{ row: LabRun; view: OpenedRun }, Refusal>> {
    const run = listed.get(runId);
    if (!run) return GONE;
    if (run.view === null && run.experimentId !== null) {
      const found = await readers.ask({ kind: 'open', experimentId: run.experimentId }).outcome;
      if (!found.ok) return found;
      hold(run, found.value);
    }
    return run.view ? ok({ row: run.row, view: run.view }) : refuse('not-done', 'That run has no result.');
  }

  return {
    catalogue: (): LabCatalogue => SHIPPED_CATALOGUE,
    async shelves() {
      const found = await readers.ask({ kind: 'shelves' }).outcome;
      if (!found.ok) return found;
      const { stored, models } = found.value;
      return ok({ stored: [...stored], models: [...models] });
    },
    async ownStrategies() {
      const asked = await readers.ask({ kind: 'own' }).outcome;
      if (!asked.ok) return asked;
      const { folder, found, problems } = asked.value.own;
      const strategies = found.map(({ file, outline }) => ({ ...strategyRow(outline), name: file, isOwn: true }));
      return ok({ folder, strategies, problems: [...problems] });
    },
    async look(source: CandleSource) {
      const found = await readers.ask({ kind: 'look', source }).outcome;
      return found.ok ? ok(found.value.there) : found;
    },
    start(asked: RunPlan): Result<string, Refusal> {
      const plan = pinned(asked, nowMs());
      // Parameters of the user's own are checked where it runs: its code is not ours to load.
      const checked = isOwnStrategy(plan.strategy) ? checkShape(plan) : checkPlan(plan, strategyNamed(plan.strategy));
      if (!checked.ok) return checked;
      if (isUnderWay(plan)) return refuse('under-way', 'That very search is under way already.');
      const full = runners.fullText();
      if (full !== null) return refuse('too-many', full);
      const id = newId();
      makeRoom();
      if (plan.search) dropUnfinished(plan);
      const task = runners.ask(
        { kind: 'run', plan },
        { started: () => change(id, { state: 'running' }), progress: (progress) => change(id, { progress }) },
      );
      const row = newRow(id, plan, titleOf(plan), nowMs());
      listed.set(id, { row, view: null, experimentId: null, task, markedAt: 0 });
      if (task.isUnderWay()) change(id, { state: 'running' });
      tell();
      void task.outcome.then((outcome) => end(id, outcome));
      return ok(id);
    },
    cancel(runId: string): Result<null, Refusal> {
      const run = listed.get(runId);
      if (!run) return GONE;
      if (run.row.endedAtMs !== null) return refuse('ended', 'That run has ended already.');
      run.task?.cancel();
      return ok(null);
    },
    runs: (): readonly LabRun[] => [...listed.values()].map(({ row }) => row).reverse(),
    /** Runs of the store that are not listed. */
    older: (): number =>
      Math.max(0, kept - [...listed.values()].filter(({ experimentId }) => experimentId !== null).length),
    /** Lists older ones too. */
    async more(): Promise<void> {
      pages += 1;
      await readList();
    },
    /** Whoever begins to listen has the list read anew, and again whenever somebody else keeps a run. */
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      void readList();
      const stop = onKept(() => void readList());
      return () => {
        stop();
        listeners.delete(listener);
      };
    },
    async detail(runId: string) {
      const found = await viewOf(runId);
      return found.ok ? ok(found.value.view.detail) : found;
    },
    async trades(runId: string, from: number, limit: number) {
      const found = await viewOf(runId);
      return found.ok ? ok(tradesPage(found.value.view.trades, from, limit)) : found;
    },
    async candles(runId: string, asked: CandlesAsked) {
      const found = await viewOf(runId);
      return found.ok ? candlesBetween(found.value.row, found.value.view, asked, readers) : found;
    },
    async compare(runIds: readonly string[]) {
      const found = await Promise.all(runIds.map(viewOf));
      const missing = found.find((each) => !each.ok);
      if (missing && !missing.ok) return missing;
      const experimentIds = runIds.map((id) => listed.get(id)?.experimentId ?? '');
      const compared = await readers.ask({ kind: 'compare', experimentIds }).outcome;
      const tests = compared.ok ? compared.value.tests : [];
      return ok(found.flatMap((each, at) => (each.ok ? comparedOf(each.value.row, each.value.view, tests[at]) : [])));
    },
    async report(runId: string): Promise<Result<{ name: string; html: string }, Refusal>> {
      const run = listed.get(runId);
      if (!run) return GONE;
      const { experimentId, row } = run;
      if (experimentId === null) return refuse('not-done', 'That run has no report.');
      const found = await readers.ask({ kind: 'report', experimentId }).outcome;
      return found.ok ? ok({ name: `${row.plan.strategy}_${experimentId}.html`, html: found.value.html }) : found;
    },
    mark(runId: string, tags: readonly string[], note: string): Result<null, Refusal> {
      const run = listed.get(runId);
      if (!run) return GONE;
      mark(run, tags, note);
      return ok(null);
    },
    async close(): Promise<void> {
      await Promise.all([runners.close(), readers.close()]);
    },
  };
}

function listedFrom(kept: KeptRun): Listed {
  const { experimentId, createdMs, plan } = kept;
  const row = { ...newRow(experimentId, plan, titleOf(plan), createdMs), ...keptPart(kept), endedAtMs: createdMs };
  return { row, view: null, experimentId, task: null, markedAt: 0 };
}
