import { Worker } from 'node:worker_threads';
import type { RunProgress } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { AnswerTo, FromLabWorker, LabAnswer, LabJob, LabWorkerStart } from './job.ts';

export interface CrewOptions {
  /** The worker's code. */
  readonly workerUrl: URL;
  readonly start: LabWorkerStart;
  /** Workers at once; each is started when there is something to do. */
  readonly size: number;
  /** Jobs that may wait; more are refused. */
  readonly waitingMax: number;
  /** A worker that says nothing for so long is ended, and its job has failed. */
  readonly silentMsMax: number;
  /** A worker with nothing to do is ended after so long, with the memory that it holds. */
  readonly idleMsMax: number;
  /** Memory of a worker's own heap; columns of candles lie outside it. */
  readonly heapMbMax: number;
}

export interface JobError {
  readonly kind: 'too-many' | 'cancelled' | 'failed' | 'silent';
  /** One sentence. */
  readonly text: string;
}

export interface Task<A> {
  readonly outcome: Promise<Result<A, JobError>>;
  /** False while it waits for a worker. */
  isUnderWay(): boolean;
  /** Its outcome is `cancelled` at once; what ran is ended where it stands. */
  cancel(): void;
}

export interface TaskEvents {
  started?(): void;
  progress?(progress: RunProgress): void;
}

/** Worker threads for jobs that compute: none is on the engine's own thread, each can be ended, and what throws ends alone. */
export interface WorkerCrew {
  ask<J extends LabJob>(job: J, events?: TaskEvents): Task<AnswerTo<J>>;
  /** Null while there is room for another; else a sentence. */
  fullText(): string | null;
  /** Ends everything; what was asked is cancelled. */
  close(): Promise<void>;
}

interface Order {
  readonly job: LabJob;
  readonly events: TaskEvents;
  settle(outcome: Result<LabAnswer, JobError>): void;
}

interface Hand {
  readonly worker: Worker;
  order: Order | null;
  timer: NodeJS.Timeout | null;
}

export function createWorkerCrew(options: CrewOptions): WorkerCrew {
  const hands = new Set<Hand>();
  const waiting: Order[] = [];
  let closed = false;

  function begin(): Hand {
    const worker = new Worker(options.workerUrl, {
      workerData: options.start,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMbMax },
    });
    const hand: Hand = { worker, order: null, timer: null };
    hands.add(hand);
    worker.on('message', (message: FromLabWorker) => take(hand, message));
    worker.on('error', (error) => end(hand, sentenceOf(error, options.heapMbMax)));
    worker.on('exit', () => end(hand, 'The lab’s worker ended before the run did.'));
    return hand;
  }

  function take(hand: Hand, message: FromLabWorker): void {
    const { order } = hand;
    if (!order) return;
    if (message.kind === 'progress') {
      watch(hand);
      order.events.progress?.(message.progress);
      return;
    }
    hand.order = null;
    order.settle(
      message.kind === 'answer' ? ok(message.answer) : fail({ kind: 'failed' as const, text: message.text }),
    );
    goOn();
    if (!hand.order) rest(hand);
  }

  function give(hand: Hand, order: Order): void {
    hand.order = order;
    watch(hand);
    order.events.started?.();
    hand.worker.postMessage(order.job);
  }

  function watch(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer);
    const seconds = Math.round(options.silentMsMax / 1000);
    hand.timer = setTimeout(() => {
      const text = `Ended: it did not get on for ${seconds} s, as a strategy that never returns does.`;
      end(hand, text, 'silent');
    }, options.silentMsMax);
  }

  function rest(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer);
    hand.timer = setTimeout(() => end(hand, ''), options.idleMsMax).unref();
  }

  /** The hand is gone or to go; what it did has failed. */
  function end(hand: Hand, text: string, kind: JobError['kind'] = 'failed'): void {
    if (!hands.delete(hand)) return;
    if (hand.timer) clearTimeout(hand.timer);
    void hand.worker.terminate();
    hand.order?.settle(fail({ kind, text }));
    hand.order = null;
    goOn();
  }

  function goOn(): void {
    while (waiting.length > 0 && !closed) {
      const idle = [...hands].find(({ order }) => order === null);
      if (!idle && hands.size >= options.size) return;
      give(idle ?? begin(), waiting.shift()!);
    }
  }

  function cancel(order: Order): void {
    const at = waiting.indexOf(order);
    if (at >= 0) {
      waiting.splice(at, 1);
      order.settle(fail(CANCELLED));
      return;
    }
    const hand = [...hands].find((each) => each.order === order);
    if (hand) end(hand, CANCELLED.text, CANCELLED.kind);
  }

  const fullText = (): string | null =>
    waiting.length < options.waitingMax
      ? null
      : `${options.waitingMax} wait already: cancel some, or wait until one has ended.`;

  return {
    fullText,
    ask<J extends LabJob>(job: J, events: TaskEvents = {}) {
      const { promise, resolve } = Promise.withResolvers<Result<AnswerTo<J>, JobError>>();
      const order: Order = { job, events, settle: (outcome) => resolve(outcome as Result<AnswerTo<J>, JobError>) };
      const text = fullText();
      if (text !== null) {
        order.settle(fail({ kind: 'too-many', text }));
      } else {
        waiting.push(order);
        goOn();
      }
      return { outcome: promise, isUnderWay: () => !waiting.includes(order), cancel: () => cancel(order) };
    },
    async close() {
      closed = true;
      for (const order of waiting.splice(0)) order.settle(fail(CANCELLED));
      const ending = [...hands];
      for (const hand of ending) end(hand, CANCELLED.text, CANCELLED.kind);
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}

const CANCELLED = { kind: 'cancelled', text: 'Cancelled.' } as const;

function sentenceOf(error: unknown, heapMbMax: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return `Ended: it wanted more than ${heapMbMax} MB of memory.`;
  return `The lab’s worker failed: ${message}`;
}
