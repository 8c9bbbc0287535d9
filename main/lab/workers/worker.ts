/** Entry of a lab worker thread: backtests and what charts of them need, one thing at a time, away from the engine. */

import type { RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { systemClock } from '../../engine/kernel/clock.ts';
import type { StoredCandles } from '../data/candle-column-file.ts';
import { LabCandles } from '../data/lab-candles.ts';
import { ExperimentStore } from '../experiments/experiment-store.ts';
import { shelvedModels } from '../predictions/ask-model.ts';
import { lookAtTicks } from '../ticks/read-ticks.ts';
import type { AnswerJob } from './answer-job.ts';
import type { KeptRun, LabAnswer, LabJob, LabWorkerStart } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { CHART_CANDLES_MAX, TRADES_KEPT_MAX } from './keep-study.ts';
import { compareKept, createRunLister, openKept, reportOf } from './kept-runs.ts';
import { createOwnStrategies } from './own-strategies.ts';
import { createCandleReader, type NoCandles, sourceName, spanOf } from './read-candles.ts';
import { type RunFailed, runPlan } from './run-plan.ts';
import { unfinishedSearches } from './search-log-file.ts';
import { workOnThread } from './thread-hand.ts';

type Answered = Result<LabAnswer, NoCandles | RunFailed>;

function openLabWorker({
  candleStore,
  perpetualCandleStore,
  labCandles,
  results,
  strategies,
  models,
  version,
}: LabWorkerStart): AnswerJob<LabJob, LabAnswer, RunProgress> {
  const candles = new LabCandles(labCandles);
  const reader = createCandleReader({ candleStore, perpetualCandleStore }, candles);
  const own = createOwnStrategies(strategies);
  let opened: ExperimentStore | null = null;
  const store = (): ExperimentStore => {
    opened ??= new ExperimentStore(results, systemClock.nowMs);
    return opened;
  };

  let lister: ((most: number) => readonly KeptRun[]) | null = null;
  const listRuns = (most: number): readonly KeptRun[] => {
    lister ??= createRunLister(store());
    return lister(most);
  };

  return async (job, tell): Promise<Answered> => {
    switch (job.kind) {
      case 'run':
        return runPlan(job.plan, {
          reader,
          store: store(),
          results,
          strategies,
          models,
          version,
          tell,
          nowMs: () => performance.now(),
        });
      case 'look': {
        if (job.source.kind === 'ticks') {
          const ticks = await lookAtTicks(job.source.paths);
          if (!ticks.ok) return fail({ kind: 'no-candles', text: `${ticks.error.message}.` });
          return ok({ kind: 'look', there: { of: 'ticks', span: ticks.value } });
        }
        const read = await reader.read(job.source, null, null);
        if (!read.ok) return read;
        const span = spanOf(read.value, sourceName(job.source));
        return span.ok ? ok({ kind: 'look', there: { of: 'candles', span: span.value } }) : span;
      }
      case 'candles': {
        const read = await reader.read(job.source, job.fromMs, job.toMs);
        if (!read.ok) return read;
        const span = spanOf(read.value, sourceName(job.source));
        if (!span.ok) return span;
        return ok({ kind: 'candles', candles: joinCandles(read.value, span.value.barMs, CHART_CANDLES_MAX) });
      }
      case 'shelves':
        return ok({
          kind: 'shelves',
          stored: candles.list().map(storedRow),
          models: shelvedModels(models).map(modelRow),
        });
      case 'own':
        return ok({ kind: 'own', own: await own() });
      case 'list':
        return ok({
          kind: 'list',
          runs: listRuns(job.most),
          kept: store().count(),
          unfinished: unfinishedSearches(results, systemClock.nowMs()),
        });
      case 'compare':
        return ok({ kind: 'compare', tests: compareKept(store(), job.experimentIds) });
      case 'open': {
        const found = await openKept(store(), job.experimentId, TRADES_KEPT_MAX);
        return found.ok ? ok({ kind: 'open', ...found.value }) : found;
      }
      case 'report': {
        const found = reportOf(store(), job.experimentId);
        return found.ok ? ok({ kind: 'report', html: found.value }) : found;
      }
      case 'mark':
        store().setMarks(job.experimentId, job.tags, job.note);
        return ok({ kind: 'mark' });
    }
  };
}

const modelRow = ({ card: { name, version, title, timeframe } }: ReturnType<typeof shelvedModels>[number]) => ({
  name,
  version,
  title,
  timeframe,
});

const storedRow = ({ instrumentId, timeframe, rows }: StoredCandles) => ({ instrumentId, timeframe, bars: rows });

workOnThread(openLabWorker);
