import type { Result } from '../../engine/domain/result.ts';
import type { HandSaid } from './worker-crew.ts';

interface Failure {
  readonly kind: string;
  /** One sentence. */
  readonly text: string;
}

/** Answers one job: `tell` says how far it is. What it throws is the sentence of its failure. */
export type AnswerJob<J, A, P> = (
  job: J,
  tell: (progress: P) => void,
) => Result<A, Failure> | Promise<Result<A, Failure>>;

/** Longer sentences than this are cut off: what is thrown may be anything. */
const TEXT_MAX = 500;

/** What is said at the end of a job, however it ends. */
export async function saidOf<J, A, P>(
  answer: AnswerJob<J, A, P>,
  job: J,
  tell: (progress: P) => void,
): Promise<HandSaid<A, P>> {
  try {
    const outcome = await answer(job, tell);
    return outcome.ok ? { kind: 'answer', answer: outcome.value } : { kind: 'failed', text: outcome.error.text };
  } catch (error) {
    return { kind: 'failed', text: textOf(error) };
  }
}

/** What is thrown may itself throw when it is looked at. */
function textOf(error: unknown): string {
  try {
    const text = String(error instanceof Error ? error.message : error);
    return (text.split('\n')[0] as string).slice(0, TEXT_MAX);
  } catch {
    return 'what it threw cannot be read';
  }
}
