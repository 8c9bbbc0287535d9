import Database from 'better-sqlite3';
import type { RunStatistics } from '../backtest/run-statistics.ts';
import type { DayReturns } from './day-returns.ts';
import type { Experiment, ExperimentInputs, ExperimentStatus } from './experiment.ts';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS experiment (
    id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
    why TEXT NOT NULL,
    inputs TEXT NOT NULL,
    statistics TEXT,
    verdict TEXT NOT NULL,
    result_hash TEXT NOT NULL,
    folder TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    days BLOB NOT NULL,
    day_returns BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS experiment_created ON experiment (created_ms);
  CREATE TABLE IF NOT EXISTS tag (
    experiment TEXT NOT NULL REFERENCES experiment (id),
    name TEXT NOT NULL,
    PRIMARY KEY (experiment, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trial (
    id TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    search TEXT NOT NULL,
    days BLOB NOT NULL,
    day_returns BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS trial_family ON trial (family);
`;

const NEWEST_FIRST = 'ORDER BY created_ms DESC, id';

interface ExperimentRow {
  readonly id: string;
  readonly created_ms: number;
  readonly status: ExperimentStatus;
  readonly why: string;
  readonly inputs: string;
  readonly statistics: string | null;
  readonly verdict: string;
  readonly result_hash: string;
  readonly folder: string;
  readonly note: string;
  readonly tags: string | null;
}

/** A try of a strategy: what counts when the luck of the best is judged. */
export interface Trial {
  readonly id: string;
  /** What was searched over: tries of one strategy on the same data are of one family. */
  readonly family: string;
  readonly createdMs: number;
  /** Which search made it; empty for a run by itself. */
  readonly search: string;
  readonly returns: DayReturns;
}

/** The tables of the experiment store. @throws what SQLite throws */
export class ExperimentDatabase {
  readonly #database: Database.Database;

  constructor(path: string) {
    this.#database = new Database(path, { timeout: 5_000 });
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('foreign_keys = ON');
    const version = this.#database.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION) {
      this.#database.close();
      throw new Error(`${path} was written by a later version of the program`);
    }
    this.#database.exec(SCHEMA);
    this.#database.pragma(`user_version = ${SCHEMA_VERSION}`);
  }

  /** Puts a run in; one of the same id gives way to it. */
  insert(experiment: Experiment, returns: DayReturns): void {
    const { id, createdMs, status, why, inputs, statistics, verdict, resultHash, folder } = experiment;
    this.#database
      .prepare(
        `INSERT INTO experiment (id, created_ms, status, why, inputs, statistics, verdict, result_hash, folder, days, day_returns)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET created_ms = excluded.created_ms, status = excluded.status, why = excluded.why,
           statistics = excluded.statistics, verdict = excluded.verdict, result_hash = excluded.result_hash, folder = excluded.folder,
           days = excluded.days, day_returns = excluded.day_returns`,
      )
      .run(
        id,
        createdMs,
        status,
        why,
        JSON.stringify(inputs, wordsForInfinity),
        statistics === null ? null : JSON.stringify(statistics),
        verdict,
        resultHash,
        folder,
        blobOf(returns.day),
        blobOf(returns.returns),
      );
  }

  get(id: string): Experiment | null {
    return this.#experiments('WHERE id = ? ORDER BY id', id)[0] ?? null;
  }

  /** Newest first. */
  all(): readonly Experiment[] {
    return this.#experiments(NEWEST_FIRST);
  }

  /** The newest so many, newest first. */
  newest(most: number): readonly Experiment[] {
    return this.#experiments(`${NEWEST_FIRST} LIMIT ?`, most);
  }

  /** Whose ids begin so, newest first. */
  beginningWith(prefix: string): readonly Experiment[] {
    return this.#experiments(`WHERE substr(id, 1, ?) = ? ${NEWEST_FIRST}`, prefix.length, prefix);
  }

  count(): number {
    return this.#database.prepare('SELECT count(*) FROM experiment').pluck().get() as number;
  }

  folders(): readonly string[] {
    return this.#database.prepare('SELECT folder FROM experiment').pluck().all() as string[];
  }

  /** Of a run; null where there is none. */
  returnsOf(id: string): DayReturns | null {
    const row = this.#database.prepare('SELECT days, day_returns FROM experiment WHERE id = ?').get(id);
    return row === undefined ? null : readReturns(row as ReturnsRow);
  }

  setTag(id: string, name: string, isOn: boolean): void {
    const text = isOn ? 'INSERT OR IGNORE INTO tag VALUES (?, ?)' : 'DELETE FROM tag WHERE experiment = ? AND name = ?';
    this.#database.prepare(text).run(id, name);
  }

  setNote(id: string, note: string): void {
    this.#database.prepare('UPDATE experiment SET note = ? WHERE id = ?').run(note, id);
  }

  /** In place of every tag and the note of before, all of it or nothing. */
  setMarks(id: string, tags: readonly string[], note: string): void {
    this.#database.transaction(() => {
      this.#database.prepare('DELETE FROM tag WHERE experiment = ?').run(id);
      for (const name of tags) this.setTag(id, name, true);
      this.setNote(id, note);
    })();
  }

  /** The same try again is not another one. */
  insertTrials(trials: readonly Trial[]): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO trial VALUES (?, ?, ?, ?, ?, ?)');
    this.#database.transaction(() => {
      for (const { id, family, createdMs, search, returns } of trials)
        insert.run(id, family, createdMs, search, blobOf(returns.day), blobOf(returns.returns));
    })();
  }

  /** In the order in which they were made. */
  trials(family: string): readonly Trial[] {
    const rows = this.#database
      .prepare(
        'SELECT id, created_ms AS createdMs, search, days, day_returns FROM trial WHERE family = ? ORDER BY created_ms, id',
      )
      .all(family) as (Pick<Trial, 'id' | 'createdMs' | 'search'> & ReturnsRow)[];
    return rows.map(({ id, createdMs, search, ...row }) => ({
      id,
      family,
      createdMs,
      search,
      returns: readReturns(row),
    }));
  }

  /** Does something while no other process or thread writes. */
  alone(work: () => void): void {
    this.#database.transaction(work).immediate();
  }

  close(): void {
    this.#database.close();
  }

  #experiments(which: string, ...args: readonly (string | number)[]): readonly Experiment[] {
    const rows = this.#database
      .prepare(
        `SELECT id, created_ms, status, why, inputs, statistics, verdict, result_hash, folder, note,
           (SELECT json_group_array(name ORDER BY name) FROM tag WHERE experiment = id) AS tags
         FROM experiment ${which}`,
      )
      .all(...args) as ExperimentRow[];
    return rows.map((row) => ({
      id: row.id,
      createdMs: row.created_ms,
      status: row.status,
      why: row.why,
      inputs: JSON.parse(row.inputs, infinityOfWords) as ExperimentInputs,
      statistics: row.statistics === null ? null : (JSON.parse(row.statistics) as RunStatistics),
      verdict: row.verdict,
      resultHash: row.result_hash,
      folder: row.folder,
      tags: JSON.parse(row.tags ?? '[]') as string[],
      note: row.note,
    }));
  }
}

interface ReturnsRow {
  readonly days: Buffer;
  readonly day_returns: Buffer;
}

const blobOf = (column: ArrayBufferView): Buffer => Buffer.from(column.buffer, column.byteOffset, column.byteLength);

/** Copied: a blob need not begin where its numbers could. */
function readReturns({ days, day_returns }: ReturnsRow): DayReturns {
  return {
    day: new Int32Array(Uint8Array.from(days).buffer),
    returns: new Float64Array(Uint8Array.from(day_returns).buffer),
  };
}

const wordsForInfinity = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const infinityOfWords = (_name: string, value: unknown): unknown =>
  value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : value;
