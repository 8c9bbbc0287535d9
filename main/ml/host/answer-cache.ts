import { hash } from 'node:crypto';
import type { ModelAnswer } from './model-session.ts';

/** Of one model: a day of 5-minute candles of a dozen instruments. */
const ANSWERS_MAX = 4_096;

/** What identifies a row of features: the hash of its values as the model sees them, in single precision. */
export const rowKeyOf = (features: readonly number[]): string =>
  hash('sha256', new Uint8Array(Float32Array.from(features).buffer), 'base64');

/** A model's answers by the features they were given on; those not asked for the longest make room. */
export class AnswerCache {
  readonly #answers = new Map<string, ModelAnswer>();

  get(rowKey: string): ModelAnswer | null {
    const answer = this.#answers.get(rowKey);
    if (!answer) return null;
    this.#answers.delete(rowKey);
    this.#answers.set(rowKey, answer);
    return answer;
  }

  put(rowKey: string, answer: ModelAnswer): void {
    this.#answers.set(rowKey, answer);
    if (this.#answers.size > ANSWERS_MAX) this.#answers.delete(this.#answers.keys().next().value as string);
  }
}
