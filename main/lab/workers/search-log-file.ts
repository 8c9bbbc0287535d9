import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunPlan } from '../../../preload/lab-contract.ts';
import { runPlanSchema } from '../../../preload/lab-plan-contract.ts';
import { openSearchLog, type SearchLog } from '../../search/search-log.ts';
import { canonicalJson, type Plain } from '../experiments/canonical-json.ts';
import type { DataUsed } from '../experiments/experiment.ts';
import { EVALUATION_TEXT, type Evaluation } from '../search/trial.ts';

/** A search that was broken off: asked for again, it goes on. */
export interface UnfinishedSearch {
  /** The same for the same plan. */
  readonly key: string;
  readonly plan: RunPlan;
  readonly trialsDone: number;
  /** When its last trial ended. */
  readonly atMs: number;
}

const EXTENSION = '.jsonl';
/** What nobody went on with for so long is given up. */
const KEPT_MS = 14 * 86_400_000;

const folderOf = (results: string): string => join(results, 'searches');

export function searchKey(plan: RunPlan): string {
  const text = canonicalJson(plan as unknown as Plain);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * The trials of a search so far, in a file of its own. Where the candles are not those of before it begins anew.
 * @throws where the file cannot be written
 */
export function openSearchFile(results: string, plan: RunPlan, data: readonly DataUsed[]): SearchLog<Evaluation> {
  mkdirSync(folderOf(results), { recursive: true });
  const path = pathOf(results, plan);
  const header = { plan, data: data.map(({ sha256 }) => sha256) };
  const log = openSearchLog(path, header, EVALUATION_TEXT);
  if (log.ok) return log.value;
  rmSync(path, { force: true });
  const fresh = openSearchLog(path, header, EVALUATION_TEXT);
  if (!fresh.ok) throw new Error(fresh.error.message);
  return fresh.value;
}

/** A search that has ended needs its log no more. */
export const endSearchFile = (results: string, plan: RunPlan): void => rmSync(pathOf(results, plan), { force: true });

const pathOf = (results: string, plan: RunPlan): string => join(folderOf(results), `${searchKey(plan)}${EXTENSION}`);

/** Those that were begun and have not ended; what is too old is removed. */
export function unfinishedSearches(results: string, nowMs: number): readonly UnfinishedSearch[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(results)).filter((name) => name.endsWith(EXTENSION));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const path = join(folderOf(results), name);
    const atMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    const text = atMs === undefined ? null : textOf(path);
    // It has ended meanwhile.
    if (atMs === undefined || text === null) return [];
    if (nowMs - atMs > KEPT_MS) {
      rmSync(path, { force: true });
      return [];
    }
    const [header = '', ...trials] = text.split('\n');
    const plan = readPlan(header);
    return plan
      ? [{ key: name.slice(0, -EXTENSION.length), plan, trialsDone: trials.length - 1, atMs: Math.floor(atMs) }]
      : [];
  });
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readPlan(header: string): RunPlan | null {
  try {
    const read = runPlanSchema.safeParse((JSON.parse(header) as { plan?: unknown }).plan);
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
