import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import type { Trial } from './trial.ts';

/** One sentence that names the file. */
export interface SearchLogError {
  readonly kind: 'other-search' | 'bad-log';
  readonly message: string;
}

/** The trials of one search as lines of JSON, so that it can go on where it broke off. The first line says which search it is. */
export interface SearchLog<E> {
  readonly earlier: readonly Trial<E>[];
  /** Written before it returns. */
  append(trial: Trial<E>): void;
}

/** What a setting came to, as JSON and back. */
export interface EvaluationText<E> {
  write(evaluation: E): unknown;
  /** @throws Error for what was not written by it */
  read(written: unknown): E;
}

/**
 * Opens the log or begins it. A last line that a crash cut off is not counted.
 * @param search what makes a search this one: another one's log is refused
 * @throws where the file cannot be read or written
 */
export function openSearchLog<E>(
  path: string,
  search: object,
  text: EvaluationText<E>,
): Result<SearchLog<E>, SearchLogError> {
  const header = JSON.stringify(search);
  const append = (trial: Trial<E>): void => appendFileSync(path, `${lineOf(trial, text)}\n`);
  if (!existsSync(path)) {
    writeFileSync(path, `${header}\n`);
    return ok({ earlier: [], append });
  }
  const read = readFileSync(path, 'utf8');
  const whole = read.slice(0, read.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  if (first !== header)
    return fail({ kind: 'other-search', message: `${path} is the log of another search: this one is ${header}` });
  const earlier: Trial<E>[] = [];
  for (const [at, line] of lines.entries()) {
    const trial = readLine(line, text);
    if (trial === null) return fail({ kind: 'bad-log', message: `${path}: line ${at + 2} is no trial` });
    earlier.push(trial);
  }
  if (whole !== read) writeFileSync(path, whole);
  return ok({ earlier, append });
}

/** A standing without a value is null. */
const lineOf = <E>({ evaluation, ...trial }: Trial<E>, { write }: EvaluationText<E>): string =>
  JSON.stringify({ ...trial, evaluation: evaluation && write(evaluation) });

function readLine<E>(line: string, { read }: EvaluationText<E>): Trial<E> | null {
  try {
    const found: unknown = JSON.parse(line);
    if (typeof found !== 'object' || found === null || !('setting' in found) || !('evaluation' in found)) return null;
    const { evaluation, standings, ...trial } = found as Logged;
    return {
      ...trial,
      standings: (standings ?? []).map((value) => value ?? Number.NEGATIVE_INFINITY),
      evaluation: evaluation === null ? null : read(evaluation),
    };
  } catch {
    return null;
  }
}

interface Logged extends Omit<Trial<unknown>, 'standings'> {
  readonly standings?: readonly (number | null)[];
}
