/** Entry of a lab worker thread: backtests and what charts of them need, one thing at a time, away from the engine. */

import type { RunPlan, RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { systemClock } from '../../engine/kernel/clock.ts';
import type { StoredCandles } from '../data/candle-column-file.ts';
import { LabCandles } from '../data/lab-candles.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { LabAnswer, LabJob, LabWorkerStart } from './job.ts';
import { joinCandles } from './join-candles.ts';
import { createCandleReader, type NoCandles, sourceName, spanOf } from './read-candles.ts';
import { CHART_CANDLES_MAX, NOTHING_YET, runJob, TRADES_KEPT_MAX } from './run-job.ts';
import { RunKeeper } from './run-keeper.ts';
import { type AnswerJob, workOnThread } from './thread-hand.ts';

interface RunFailed {
  readonly kind: 'no-strategy' | 'run-failed' | 'not-kept';
  readonly text: string;
}

type Answered = Result<LabAnswer, NoCandles | RunFailed>;

function openLabWorker({
  candleStore,
  labCandles,
  results,
  version,
}: LabWorkerStart): AnswerJob<LabJob, LabAnswer, RunProgress> {
  const candles = new LabCandles(labCandles);
  const reader = createCandleReader(candleStore, candles);
  let opened: RunKeeper | null = null;
  const keeper = (): RunKeeper => {
    opened ??= new RunKeeper(results, version, systemClock.nowMs);
    return opened;
  };

  async function answer(job: LabJob, tell: (progress: RunProgress) => void): Promise<Answered> {
    switch (job.kind) {
      case 'run':
        return run(job.plan, tell);
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

  async function run(plan: RunPlan, tell: (progress: RunProgress) => void): Promise<Answered> {
    tell(NOTHING_YET);
    const strategy = strategyNamed(plan.strategy);
    if (!strategy) return fail({ kind: 'no-strategy', text: `There is no strategy ${plan.strategy}.` });
    const read = await reader.read(plan.source, plan.fromMs, plan.toMs);
    if (!read.ok) return read;
    const span = spanOf(read.value, sourceName(plan.source));
    if (!span.ok) return span;
    const asked = { plan, strategy, candles: read.value, barMs: span.value.barMs };
    try {
      return ok(runJob(asked, keeper(), tell, () => performance.now()));
    } catch (error) {
      const text = saidBy(strategy, error);
      keeper().recordFailure(keeper().inputsOf(asked), text);
      return fail({ kind: 'run-failed', text });
    }
  }

  return answer;
}

const storedRow = ({ instrumentId, timeframe, rows }: StoredCandles) => ({ instrumentId, timeframe, bars: rows });

/** What was thrown, with the strategy's name before it. */
function saidBy({ name }: StrategyDefinition, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${name}:`) ? message : `${name} failed: ${message}`;
}

workOnThread(openLabWorker);
