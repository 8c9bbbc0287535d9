import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** What a hand says while it works, and at the end of each job. */
export type HandSaid<A, P> =
  | { readonly kind: 'progress'; readonly progress: P }
  | { readonly kind: 'answer'; readonly answer: A }
  /** In one sentence for the trader. */
  | { readonly kind: 'failed'; readonly text: string };

/** What does one job at a time away from this thread: a thread, or a process. */
export interface Hand<J> {
  give(job: J): void;
  /** Ends it where it stands; resolves when it is gone. */
  end(): Promise<unknown>;
}

export interface HandEvents<A, P> {
  said(message: HandSaid<A, P>): void;
  /** It is gone, or says what no hand of ours would say; one sentence. */
  lost(why: string): void;
}

export interface CrewOptions<J, A, P> {
  /** A fresh hand, wherever it works. */
  readonly hire: (events: HandEvents<A, P>) => Hand<J>;
  /** Hands at once; each is hired when there is something to do. */
  readonly size: number;
  /** Jobs that may wait; more are refused. */
  readonly waitingMax: number;
  /** A hand that says nothing for so long is ended, and its job has failed. */
  readonly silentMsMax: number;
  /** A hand with nothing to do is ended after so long, with the memory that it holds. */
  readonly idleMsMax: number;
}

export interface JobError {
  readonly kind: 'too-many' | 'cancelled' | 'failed' | 'silent';
  /** One sentence. */
  readonly text: string;
}

export interface Task<A> {
  readonly outcome: Promise<Result<A, JobError>>;
  /** False while it waits for a hand. */
  isUnderWay(): boolean;
  /** Its outcome is `cancelled` at once; what ran is ended where it stands. */
  cancel(): void;
}

export interface TaskEvents<P> {
  started?(): void;
  progress?(progress: P): void;
}

interface Kind {
  readonly kind: string;
}

/** What is answered to a job: what bears its name. */
export type AnswerTo<J extends Kind, A extends Kind> = Extract<A, { readonly kind: J['kind'] }>;

/**
 * Hands for jobs that compute: none works on the engine's own thread, each can be ended, and what fails takes nobody with it. Jobs of kinds
 * `J` are answered by `A` of the same kind, and tell `P` on the way.
 */
export interface WorkerCrew<J extends Kind, A extends Kind, P> {
  readonly size: number;
  ask<K extends J>(job: K, events?: TaskEvents<P>): Task<AnswerTo<K, A>>;
  /** Null while there is room for another; else a sentence. */
  fullText(): string | null;
  /** Ends everything; what was asked is cancelled. */
  close(): Promise<void>;
}

interface Order<J, A, P> {
  readonly job: J;
  readonly events: TaskEvents<P>;
  settle(outcome: Result<A, JobError>): void;
}

interface Place<J, A, P> {
  readonly hand: Hand<J>;
  order: Order<J, A, P> | null;
  timer: NodeJS.Timeout | null;
}

export function createWorkerCrew<J extends Kind, A extends Kind, P>(
  options: CrewOptions<J, A, P>,
): WorkerCrew<J, A, P> {
  const { hire, size, waitingMax, silentMsMax, idleMsMax } = options;
  const places = new Set<Place<J, A, P>>();
  const ending = new Set<Promise<unknown>>();
  const waiting: Order<J, A, P>[] = [];
  let closed = false;

  function begin(): Place<J, A, P> {
    const hand = hire({
      said: (message) => take(place, message),
      lost: (why) => end(place, why),
    });
    const place: Place<J, A, P> = { hand, order: null, timer: null };
    places.add(place);
    return place;
  }

  function take(place: Place<J, A, P>, message: HandSaid<A, P>): void {
    const { order } = place;
    if (!order) return;
    if (message.kind === 'progress') {
      watch(place);
      order.events.progress?.(message.progress);
      return;
    }
    place.order = null;
    order.settle(
      message.kind === 'answer' ? ok(message.answer) : fail({ kind: 'failed' as const, text: message.text }),
    );
    goOn();
    if (!place.order && places.has(place)) rest(place);
  }

  function give(place: Place<J, A, P>, order: Order<J, A, P>): void {
    place.order = order;
    watch(place);
    order.events.started?.();
    place.hand.give(order.job);
  }

  function watch(place: Place<J, A, P>): void {
    if (place.timer) clearTimeout(place.timer);
    const text = `Ended: it did not get on for ${silentMsMax / 1000} s, as a strategy that never returns does.`;
    place.timer = setTimeout(() => end(place, text, 'silent'), silentMsMax);
  }

  function rest(place: Place<J, A, P>): void {
    if (place.timer) clearTimeout(place.timer);
    place.timer = setTimeout(() => end(place, ''), idleMsMax).unref();
  }

  /** The hand is gone or to go; what it did has failed. */
  function end(place: Place<J, A, P>, text: string, kind: JobError['kind'] = 'failed'): void {
    if (!places.delete(place)) return;
    if (place.timer) clearTimeout(place.timer);
    const gone = place.hand.end().finally(() => ending.delete(gone));
    ending.add(gone);
    place.order?.settle(fail({ kind, text }));
    place.order = null;
    goOn();
  }

  function goOn(): void {
    while (waiting.length > 0 && !closed) {
      const idle = [...places].find(({ order }) => order === null);
      if (!idle && places.size >= size) return;
      give(idle ?? begin(), waiting.shift()!);
    }
  }

  function cancel(order: Order<J, A, P>): void {
    const at = waiting.indexOf(order);
    if (at >= 0) {
      waiting.splice(at, 1);
      order.settle(fail(CANCELLED));
      return;
    }
    const place = [...places].find((each) => each.order === order);
    if (place) end(place, CANCELLED.text, CANCELLED.kind);
  }

  const fullText = (): string | null =>
    waiting.length < waitingMax ? null : `${waitingMax} wait already: cancel some, or wait until one has ended.`;

  return {
    size,
    fullText,
    ask<K extends J>(job: K, events: TaskEvents<P> = {}) {
      type Outcome = Result<AnswerTo<K, A>, JobError>;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const order: Order<J, A, P> = { job, events, settle: (outcome) => resolve(outcome as Outcome) };
      const text = fullText();
      if (closed) order.settle(fail(CANCELLED));
      else if (text !== null) order.settle(fail({ kind: 'too-many', text }));
      else {
        waiting.push(order);
        goOn();
      }
      return { outcome: promise, isUnderWay: () => !waiting.includes(order), cancel: () => cancel(order) };
    },
    async close() {
      closed = true;
      for (const order of waiting.splice(0)) order.settle(fail(CANCELLED));
      for (const place of [...places]) end(place, CANCELLED.text, CANCELLED.kind);
      await Promise.all(ending);
    },
  };
}

const CANCELLED = { kind: 'cancelled', text: 'Cancelled.' } as const;
