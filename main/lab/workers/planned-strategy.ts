import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import { outlineOf, type StrategyOutline } from '../strategy/outline.ts';
import { type ParameterError, readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { answerOf, openStrategyCrew, type StrategySource } from './strategy-crew.ts';

/** A strategy that ships or of the user's own. */
export interface PlannedStrategy {
  readonly outline: StrategyOutline;
  readonly source: StrategySource;
  /** Null where its code is not ours to run. */
  readonly definition: StrategyDefinition | null;
  /** Of its files; null where it ships. */
  readonly codeSha256: string | null;
}

interface StrategyFailed {
  readonly kind: 'strategy-failed';
  /** One sentence. */
  readonly message: string;
}

/** A file that does not even load within this never will. */
const LOADING_MS_MAX = 20_000;

/** Null where none ships under that name. */
export function planShipped(name: string): PlannedStrategy | null {
  const definition = strategyNamed(name);
  if (!definition) return null;
  return { outline: outlineOf(definition), source: { kind: 'shipped', name }, definition, codeSha256: null };
}

/** A user's own strategy is asked what it is where it can do no harm. @param path of a file that is there; absolute */
export async function planOwn(path: string): Promise<Result<PlannedStrategy, StrategyFailed>> {
  // Where the folder really is: of one that is a link, what is loaded has another name.
  const source = { kind: 'file', path: join(realpathSync(dirname(path)), basename(path)) } as const;
  const crew = openStrategyCrew(source, { markets: [], settings: REALISTIC }, { size: 1, silentMsMax: LOADING_MS_MAX });
  try {
    const { outline, code } = await answerOf(crew, { kind: 'describe' });
    return ok({ outline, source, definition: null, codeSha256: await hashOf(code, dirname(source.path)) });
  } catch (error) {
    return fail({ kind: 'strategy-failed', message: (error as Error).message });
  } finally {
    await crew.close();
  }
}

/**
 * Whether values in their ranges fit together, asked of one of the user's own where that is safe.
 * @returns the sentence that says what does not, null where all does
 */
export async function ownConflict(
  source: StrategySource,
  params: Readonly<Record<string, number>>,
): Promise<string | null> {
  const crew = openStrategyCrew(source, { markets: [], settings: REALISTIC }, { size: 1, silentMsMax: LOADING_MS_MAX });
  try {
    return (await answerOf(crew, { kind: 'fit', params })).conflict;
  } finally {
    await crew.close();
  }
}

/** Of files beside the strategy, by their names. */
async function hashOf(files: readonly string[], folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of files.toSorted()) {
    if (!resolve(path).startsWith(`${folder}${sep}`)) continue;
    hash.update(relative(folder, path)).update(await readFile(path));
  }
  return hash.digest('hex');
}

/** Values of a strategy's parameters: in their ranges and, where its code is ours, fitting together. */
export const readParams = (
  { outline, definition }: PlannedStrategy,
  given: Readonly<Record<string, number>>,
): Result<Readonly<Record<string, number>>, ParameterError> => readSetting(definition ?? outline, given);
