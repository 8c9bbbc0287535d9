import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Trial, TrialFigures } from './trial.ts';

/** One sentence that names the file. */
export interface SearchLogError {
  readonly kind: 'other-search' | 'bad-log';
  readonly message: string;
}

/** The trials of one search as lines of JSON, so that it can go on where it broke off. The first line says which search it is. */
export interface SearchLog {
  readonly earlier: readonly Trial[];
  /** Written before it returns. */
  append(trial: Trial): void;
}

/**
 * Opens the log or begins it. A last line that a crash cut off is not counted.
 * @param search what makes a search this one: another one's log is refused
 * @throws where the file cannot be read or written
 */
export function openSearchLog(path: string, search: object): Result<SearchLog, SearchLogError> {
  const header = JSON.stringify(search);
  const append = (trial: Trial): void => appendFileSync(path, `${lineOf(trial)}\n`);
  if (!existsSync(path)) {
    writeFileSync(path, `${header}\n`);
    return ok({ earlier: [], append });
  }
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  if (first !== header)
    return fail({ kind: 'other-search', message: `${path} is the log of another search: this one is ${header}` });
  const earlier: Trial[] = [];
  for (const [at, line] of lines.entries()) {
    const trial = readLine(line);
    if (trial === null) return fail({ kind: 'bad-log', message: `${path}: line ${at + 2} is no trial` });
    earlier.push(trial);
  }
  if (whole !== text) writeFileSync(path, whole);
  return ok({ earlier, append });
}

/** Arrays as lists; a figure without a value is null. */
const lineOf = ({ evaluation, ...trial }: Trial): string =>
  JSON.stringify({
    ...trial,
    evaluation: evaluation && {
      figures: evaluation.figures,
      day: [...evaluation.day],
      returns: [...evaluation.returns],
    },
  });

function readLine(line: string): Trial | null {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null || !('setting' in read) || !('evaluation' in read)) return null;
  const { evaluation, ...trial } = read as Omit<Trial, 'evaluation'> & { readonly evaluation: LoggedEvaluation | null };
  return {
    ...trial,
    evaluation: evaluation && {
      figures: Object.fromEntries(
        Object.entries(evaluation.figures).map(([name, value]) => [name, value ?? Number.NaN]),
      ) as unknown as TrialFigures,
      day: Int32Array.from(evaluation.day),
      returns: Float64Array.from(evaluation.returns, (value) => value ?? Number.NaN),
    },
  };
}

interface LoggedEvaluation {
  readonly figures: Readonly<Record<string, number | null>>;
  readonly day: readonly number[];
  readonly returns: readonly (number | null)[];
}
