import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { isProcessAlive } from '../process-alive.ts';
import { type DayReturns, dayReturns } from './day-returns.ts';
import type { Experiment, ExperimentInputs, ExperimentResult } from './experiment.ts';
import { ExperimentDatabase, type Trial } from './experiment-database.ts';
import { experimentId, resultHash } from './experiment-id.ts';
import { masterList, replaceFile } from './master-list.ts';
import { writeRunFolder } from './run-folder.ts';

export interface StoreError {
  readonly kind: 'unknown' | 'ambiguous' | 'not-reproducible';
  readonly message: string;
}

export interface Recorded {
  readonly experiment: Experiment;
  /** Whether the same run was there already, and came to the same. */
  readonly isKnown: boolean;
}

const NO_RETURNS: DayReturns = { day: new Int32Array(0), returns: new Float64Array(0) };
/** Folders that are still being written end so. */
const UNFINISHED = '.part';
/** Workers of one process keep runs at the same time. */
const WRITER = `${process.pid}-${threadId}`;

/** What tries have in common that are counted together: the strategy and the instruments and candle length it was tried on. */
export function familyOf({ strategy, data }: Pick<ExperimentInputs, 'strategy' | 'data'>): string {
  const on = data.map(({ instrument, timeframe }) => `${instrument} ${timeframe}`).sort();
  return [strategy, ...on].join(' · ');
}

/**
 * Every backtest that was run: a database, a folder a run that people can read (`backtests/<date>/<strategy>_<timeframe>_<id>/`), and
 * `experiments.csv`. A run is there whole or not at all. Every try counts, also those that nobody kept.
 */
export class ExperimentStore {
  readonly #root: string;
  readonly #database: ExperimentDatabase;
  readonly #nowMs: () => number;

  /** Makes the folder where it is missing, and removes what a crash left unfinished. @throws where it cannot be opened */
  constructor(root: string, nowMs: () => number) {
    mkdirSync(join(root, 'backtests'), { recursive: true });
    this.#root = root;
    this.#nowMs = nowMs;
    this.#database = new ExperimentDatabase(join(root, 'experiments.db'));
    this.#sweep();
  }

  /** Keeps a run. The same inputs must come to the same result: where they do not, that is the error and nothing is kept. */
  record(inputs: ExperimentInputs, result: ExperimentResult): Result<Recorded, StoreError> {
    const id = experimentId(inputs);
    const hash = resultHash(result.run);
    const known = this.#database.get(id);
    if (known?.status === 'done') {
      if (known.resultHash === hash) {
        for (const [name, content] of Object.entries(result.screens ?? {}))
          replaceFile(join(this.folderOf(known), name), content);
        return ok({ experiment: known, isKnown: true });
      }
      const message = `${id} ran before with the same strategy, settings, data, seed and build and came to another result: something in it is not deterministic`;
      return fail({ kind: 'not-reproducible', message });
    }
    const { run, statistics } = result;
    const returns = dayReturns(run.equityQuote, run.openTimeMs, statistics.initialCash);
    const experiment = this.#keep(
      { id, status: 'done', why: '', inputs, statistics, verdict: result.verdict ?? '', resultHash: hash },
      returns,
      result,
    );
    this.#database.insertTrials([
      { id, family: familyOf(inputs), createdMs: experiment.createdMs, search: '', returns },
    ]);
    return ok({ experiment, isKnown: false });
  }

  /** Keeps a run that came to nothing, with the sentence that says why. One that went well stands. */
  recordFailure(inputs: ExperimentInputs, why: string): Experiment {
    const id = experimentId(inputs);
    const known = this.#database.get(id);
    if (known?.status === 'done') return known;
    return this.#keep(
      { id, status: 'failed', why, inputs, statistics: null, verdict: '', resultHash: '' },
      NO_RETURNS,
      null,
    );
  }

  /** Counts tries of a search; the ids are those of their inputs. */
  recordTrials(
    search: string,
    tries: readonly { readonly inputs: ExperimentInputs; readonly returns: DayReturns }[],
  ): void {
    const createdMs = this.#nowMs();
    this.#database.insertTrials(
      tries.map(({ inputs, returns }) => ({
        id: experimentId(inputs),
        family: familyOf(inputs),
        createdMs,
        search,
        returns,
      })),
    );
  }

  /** Every try of a family, those of runs that were kept among them. */
  trials(family: string): readonly Trial[] {
    return this.#database.trials(family);
  }

  /** Newest first. */
  list(): readonly Experiment[] {
    return this.#database.all();
  }

  /** The newest so many, newest first. */
  newest(most: number): readonly Experiment[] {
    return this.#database.newest(most);
  }

  count(): number {
    return this.#database.count();
  }

  /** By its id, or as much of its beginning as belongs to one alone. */
  find(idOrPrefix: string): Result<Experiment, StoreError> {
    const found = idOrPrefix === '' ? [] : this.#database.beginningWith(idOrPrefix.toLowerCase());
    const [first] = found;
    if (first === undefined) return fail({ kind: 'unknown', message: `there is no experiment ${idOrPrefix}` });
    if (found.length > 1) {
      const message = `${idOrPrefix} is the beginning of ${found.length} experiments: ${found.map(({ id }) => id).join(', ')}`;
      return fail({ kind: 'ambiguous', message });
    }
    return ok(first);
  }

  returnsOf(id: string): DayReturns {
    return this.#database.returnsOf(id) ?? NO_RETURNS;
  }

  /** Where its files lie. */
  folderOf(experiment: Experiment): string {
    return join(this.#root, experiment.folder);
  }

  setTag(id: string, name: string, isOn: boolean): void {
    this.#database.setTag(id, name, isOn);
    this.#writeList();
  }

  setNote(id: string, note: string): void {
    this.#database.setNote(id, note);
    this.#writeList();
  }

  /** All of its tags, and its note, in place of those of before. */
  setMarks(id: string, tags: readonly string[], note: string): void {
    this.#database.setMarks(id, tags, note);
    this.#writeList();
  }

  close(): void {
    this.#database.close();
  }

  #keep(
    what: Pick<Experiment, 'id' | 'status' | 'why' | 'inputs' | 'statistics' | 'verdict' | 'resultHash'>,
    returns: DayReturns,
    result: ExperimentResult | null,
  ): Experiment {
    const createdMs = this.#nowMs();
    const folder = folderName(what.id, what.inputs, createdMs);
    const experiment: Experiment = { ...what, createdMs, folder, tags: [], note: '' };
    const before = this.#database.get(what.id);
    const final = join(this.#root, folder);
    const unfinished = `${final}.${WRITER}${UNFINISHED}`;
    mkdirSync(unfinished, { recursive: true });
    try {
      writeRunFolder(unfinished, experiment, result);
      // From here on the run counts; a crash before the folder has its name is made good when the store is opened.
      this.#database.insert(experiment, returns);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
    if (before !== null) rmSync(join(this.#root, before.folder), { recursive: true, force: true });
    renameSync(unfinished, final);
    this.#writeList();
    return this.#database.get(experiment.id)!;
  }

  #writeList(): void {
    // One writer at a time, or an older list could come last.
    this.#database.alone(() => replaceFile(join(this.#root, 'experiments.csv'), masterList(this.list())));
  }

  /** Folders of processes that are gone: the run counts, and they get their name, or it does not, and they go. */
  #sweep(): void {
    const counted = new Set(this.#database.folders());
    for (const date of readdirSync(join(this.#root, 'backtests'))) {
      for (const name of readdirSync(join(this.#root, 'backtests', date))) {
        const [, folder, pid, thread] = /^(.+)\.(\d+)-(\d+)\.part$/.exec(name) ?? [];
        if (folder === undefined || isAlive(Number(pid), Number(thread))) continue;
        const [unfinished, final] = [name, folder].map((each) => join(this.#root, 'backtests', date, each)) as [
          string,
          string,
        ];
        if (counted.has(`backtests/${date}/${folder}`) && !existsSync(final)) renameSync(unfinished, final);
        else rmSync(unfinished, { recursive: true, force: true });
      }
    }
  }
}

/** `backtests/2026-11-21/sma-cross_1h_0123456789ab`. */
function folderName(id: string, { strategy, data }: ExperimentInputs, createdMs: number): string {
  const date = new Date(createdMs).toISOString().slice(0, 10);
  const name = [strategy, data[0]?.timeframe ?? 'none', id].join('_').replace(/[^A-Za-z0-9._-]/g, '-');
  return `backtests/${date}/${name}`;
}

/** Another process that runs, or another thread of this one; this thread has nothing unfinished when it opens the store. */
const isAlive = (pid: number, thread: number): boolean =>
  pid === process.pid ? thread !== threadId : isProcessAlive(pid);
