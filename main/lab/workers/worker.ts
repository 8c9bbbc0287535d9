/** Entry of a lab worker thread: backtests and what charts of them need, one thing at a time, away from the engine. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { systemClock } from '../../engine/kernel/clock.ts';
import type { StoredCandles } from '../data/candle-column-file.ts';
import { LabCandles } from '../data/lab-candles.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { FromLabWorker, LabAnswer, LabJob, LabWorkerStart } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { createCandleReader, type NoCandles, sourceName, spanOf } from './read-candles.ts';
import { CHART_CANDLES_MAX, NOTHING_YET, runJob, TRADES_KEPT_MAX } from './run-job.ts';
import { RunKeeper } from './run-keeper.ts';

if (!parentPort) throw new Error('lab/workers/worker.ts runs as a worker thread');
const port = parentPort;
const post = (message: FromLabWorker): void => port.postMessage(message);
const { candleStore, labCandles, results, version } = workerData as LabWorkerStart;
const candles = new LabCandles(labCandles);
const reader = createCandleReader(candleStore, candles);
let opened: RunKeeper | null = null;
const keeper = (): RunKeeper => {
  opened ??= new RunKeeper(results, version, systemClock.nowMs);
  return opened;
};

// Trading comes first. Elsewhere a priority is the whole process's.
if (process.platform === 'linux') setPriority(10);

interface RunFailed {
  readonly kind: 'no-strategy' | 'run-failed' | 'not-kept';
  readonly text: string;
}

async function answerTo(job: LabJob): Promise<Result<LabAnswer, NoCandles | RunFailed>> {
  switch (job.kind) {
    case 'run':
      return run(job.plan);
    case 'look': {
      const read = await reader.read(job.source, null, null);
      if (!read.ok) return read;
      const span = spanOf(read.value, sourceName(job.source));
      return span.ok ? ok({ kind: 'look', span: span.value }) : span;
    }
    case 'candles': {
      const read = await reader.read(job.source, job.fromMs, job.toMs);
      if (!read.ok) return read;
      const span = spanOf(read.value, sourceName(job.source));
      if (!span.ok) return span;
      return ok({ kind: 'candles', candles: joinCandles(read.value, span.value.barMs, CHART_CANDLES_MAX) });
    }
    case 'stored':
      return ok({ kind: 'stored', stored: candles.list().map(storedRow) });
    case 'list':
      return ok({ kind: 'list', runs: keeper().list() });
    case 'open': {
      const found = await keeper().open(job.experimentId, TRADES_KEPT_MAX);
      return found.ok ? ok({ kind: 'open', ...found.value }) : found;
    }
    case 'report': {
      const found = keeper().report(job.experimentId);
      return found.ok ? ok({ kind: 'report', html: found.value }) : found;
    }
    case 'mark':
      keeper().mark(job.experimentId, job.tags, job.note);
      return ok({ kind: 'mark' });
  }
}

const storedRow = ({ instrumentId, timeframe, rows }: StoredCandles) => ({ instrumentId, timeframe, bars: rows });

async function run(plan: RunPlan): ReturnType<typeof answerTo> {
  post({ kind: 'progress', progress: NOTHING_YET });
  const strategy = strategyNamed(plan.strategy);
  if (!strategy) return fail({ kind: 'no-strategy', text: `There is no strategy ${plan.strategy}.` });
  const read = await reader.read(plan.source, plan.fromMs, plan.toMs);
  if (!read.ok) return read;
  const span = spanOf(read.value, sourceName(plan.source));
  if (!span.ok) return span;
  const asked = { plan, strategy, candles: read.value, barMs: span.value.barMs };
  try {
    const tell = (progress: RunProgress): void => post({ kind: 'progress', progress });
    return ok(runJob(asked, keeper(), tell, () => performance.now()));
  } catch (error) {
    const text = saidBy(strategy, error);
    keeper().recordFailure(keeper().inputsOf(asked), text);
    return fail({ kind: 'run-failed', text });
  }
}

/** What was thrown, with the strategy's name before it. */
function saidBy({ name }: StrategyDefinition, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${name}:`) ? message : `${name} failed: ${message}`;
}

port.on('message', async (job: LabJob) => {
  try {
    const answer = await answerTo(job);
    if (answer.ok) post({ kind: 'answer', answer: answer.value });
    else post({ kind: 'failed', text: answer.error.text });
  } catch (error) {
    post({ kind: 'failed', text: error instanceof Error ? error.message : String(error) });
  }
});
