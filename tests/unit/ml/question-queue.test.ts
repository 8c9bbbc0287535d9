import { expect, it } from 'vitest';
import { type Question, QuestionQueue } from '../../../main/ml/host/question-queue.ts';

const DEADLINE_MS = 20;
/** What a run of each takes; `new` has not run yet. */
const TAKES: Record<string, number> = { quick: 1, medium: 8, slow: 30, new: 0 };

function question(key: string, receivedMs = 0, id = key): Question {
  return { key, receivedMs, deferred: false, asked: { requestId: id } as Question['asked'] };
}

/** Takes everything out, a run at a time, on a clock that moves by what each run takes. */
function play(queue: QuestionQueue, rowsMax = 64): { order: string[]; deferred: string[] } {
  const order: string[] = [];
  const deferred: string[] = [];
  let nowMs = 0;
  for (;;) {
    const run = queue.next(
      nowMs,
      DEADLINE_MS,
      (key) => TAKES[key]!,
      () => rowsMax,
      ({ asked }) => deferred.push(asked.requestId),
    );
    if (run.length === 0) return { order, deferred };
    order.push(run.map(({ asked }) => asked.requestId).join('+'));
    nowMs += TAKES[run[0]!.key]!;
  }
}

it('asks the quickest first; who would break the deadline is told so, once, and comes last', () => {
  const queue = new QuestionQueue();
  for (const key of ['slow', 'medium', 'quick', 'new']) queue.add(question(key));
  expect(play(queue)).toEqual({ order: ['new', 'quick', 'medium', 'slow'], deferred: ['slow'] });
  expect(queue.size).toBe(0);
});

it('counts what stands before a model: two that fit alone do not both fit', () => {
  TAKES['half'] = 15;
  const queue = new QuestionQueue();
  for (const key of ['half', 'medium']) queue.add(question(key));
  expect(play(queue)).toEqual({ order: ['medium', 'half'], deferred: ['half'] });
});

it('puts the rows of a model in one run, as many as it takes', () => {
  const queue = new QuestionQueue();
  for (const id of ['a', 'b', 'c']) queue.add(question('quick', 0, id));
  expect(play(queue, 2)).toEqual({ order: ['a+b', 'c'], deferred: [] });
});

it('asks one that is never quick enough all the same, when nothing else waits', () => {
  const queue = new QuestionQueue();
  queue.add(question('slow'));
  expect(play(queue)).toEqual({ order: ['slow'], deferred: ['slow'] });
});
