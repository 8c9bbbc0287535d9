import type { PredictMessage } from '../../engine/inference/protocol.ts';

/** One question to one model, as it came. */
export interface Question {
  readonly key: string;
  readonly asked: PredictMessage;
  readonly receivedMs: number;
  /** It was told that its answer comes after the others. */
  deferred: boolean;
}

/**
 * Which model is asked next, and with which of its waiting questions. Native inference blocks its thread, so models are
 * asked one after the other: the quickest first, all rows of a model in one run, and those that would hold the others up
 * beyond the deadline after them.
 */
export class QuestionQueue {
  readonly #waiting = new Map<string, Question[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(question: Question): void {
    const queue = this.#waiting.get(question.key);
    if (queue) queue.push(question);
    else this.#waiting.set(question.key, [question]);
    this.#size += 1;
  }

  /**
   * Questions of one model, oldest first and at most `rowsMax(key)`; empty where none waits.
   * @param expectedMs what a run of the model takes, 0 where it is not known
   * @param onDeferred told once of every question that will not make it within `answerWithinMs` of its arrival
   */
  next(
    nowMs: number,
    answerWithinMs: number,
    expectedMs: (key: string) => number,
    rowsMax: (key: string) => number,
    onDeferred: (question: Question, expectedMs: number) => void,
  ): readonly Question[] {
    const quickestFirst = [...this.#waiting.keys()].sort((a, b) => expectedMs(a) - expectedMs(b));
    let begunMs = nowMs;
    for (const key of quickestFirst) {
      begunMs += expectedMs(key);
      for (const question of this.#waiting.get(key) as Question[]) {
        if (question.deferred || begunMs - question.receivedMs <= answerWithinMs || expectedMs(key) === 0) continue;
        question.deferred = true;
        onDeferred(question, expectedMs(key));
      }
    }
    const inTime = quickestFirst.find((key) => this.#waiting.get(key)?.some(({ deferred }) => !deferred));
    const key = inTime ?? quickestFirst[0];
    return key === undefined ? [] : this.#take(key, rowsMax(key), inTime !== undefined);
  }

  /** All that wait, taken out. */
  drain(): Question[] {
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    this.#size = 0;
    return all;
  }

  #take(key: string, rowsMax: number, inTimeFirst: boolean): readonly Question[] {
    const queue = this.#waiting.get(key) as Question[];
    // What is in time comes first; a deferred row of the same model goes along where there is room.
    const ordered = inTimeFirst ? [...queue.filter((q) => !q.deferred), ...queue.filter((q) => q.deferred)] : queue;
    const taken = new Set(ordered.slice(0, rowsMax));
    const left = queue.filter((question) => !taken.has(question));
    if (left.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, left);
    this.#size -= taken.size;
    return [...taken];
  }
}
