import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { asc, desc, lt, max } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { JournalEntry } from '../../../preload/contract.ts';
import type { LogRecord } from '../kernel/log-format.ts';
import { createProposalNames, journalEntry } from './journal-text.ts';

const journal = sqliteTable('journal', {
  seq: integer('seq').primaryKey(),
  timeMs: integer('time_ms').notNull(),
  kind: text('kind').notNull(),
  text: text('text').notNull(),
  instrumentId: text('instrument_id'),
  severity: text('severity').$type<JournalEntry['severity']>().notNull(),
});

/** Raised whenever the table or the sentences change: what an older build wrote is made again. */
const SCHEMA_VERSION = 3;
const CREATE_SQL = `CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  instrument_id TEXT, severity TEXT NOT NULL
) STRICT`;

/** The journal as people page through it: a projection of the log's ledger lane that can always be made again. */
export interface JournalStore {
  add(record: LogRecord): void;
  /** Newest first. */
  page(beforeSeq: number | undefined, limit: number): { entries: JournalEntry[]; more: boolean };
  close(): void;
}

/**
 * Opens the projection and brings it up to date with the log. A file that is damaged or of another schema is set aside
 * and made again; `repairs` says so.
 */
export function openJournalStore(
  path: string,
  ledger: readonly LogRecord[],
): { store: JournalStore; repairs: readonly string[] } {
  const repairs: string[] = [];
  const database = openOrRebuild(path, repairs);
  const db = drizzle(database);
  const names = createProposalNames();
  const add = (record: LogRecord): void => {
    const entry = journalEntry(record, names);
    if (entry) db.insert(journal).values(entry).onConflictDoNothing().run();
  };
  const known =
    db
      .select({ seq: max(journal.seq) })
      .from(journal)
      .get()?.seq ?? 0;
  database.transaction(() => {
    for (const record of ledger) {
      if (record.seq > known) add(record);
      else names.learn(record.event);
    }
  })();
  return {
    repairs,
    store: {
      add,
      page(beforeSeq, limit) {
        const rows = db
          .select()
          .from(journal)
          .where(beforeSeq === undefined ? undefined : lt(journal.seq, beforeSeq))
          .orderBy(desc(journal.seq))
          .limit(limit + 1)
          .all();
        return { entries: rows.slice(0, limit), more: rows.length > limit };
      },
      close: () => database.close(),
    },
  };
}

function openOrRebuild(path: string, repairs: string[]): Database.Database {
  try {
    return open(path);
  } catch (error) {
    const aside = `${path}.damaged`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    repairs.push(
      `The journal's database was unreadable (${(error as Error).message}); set aside as ${aside} and made again from the log.`,
    );
    return open(path);
  }
}

function open(path: string): Database.Database {
  const database = new Database(path);
  try {
    database.pragma('journal_mode = WAL');
    // Rebuilt from the log when lost, so it need not be synced on every row.
    database.pragma('synchronous = NORMAL');
    const check = database.pragma('quick_check', { simple: true });
    if (check !== 'ok') throw new Error(String(check).replaceAll('\n', '; '));
    const version = database.pragma('user_version', { simple: true });
    if (version !== 0 && version !== SCHEMA_VERSION) throw new Error(`schema version ${version}`);
    database.exec(CREATE_SQL);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * First row of the projection at `path` that differs from what the log says, or null; a projection that is not there or
 * lags behind the log is brought up to date at the next start and counts as right so far.
 */
export function firstWrongRow(path: string, ledger: readonly LogRecord[]): number | null {
  if (!existsSync(path)) return null;
  const database = new Database(path, { readonly: true });
  try {
    const rows = drizzle(database).select().from(journal).orderBy(asc(journal.seq)).all();
    // Another build's sentences: the next start makes them again.
    if (database.pragma('user_version', { simple: true }) !== SCHEMA_VERSION) return null;
    const names = createProposalNames();
    const expected = ledger.map((record) => journalEntry(record, names)).filter((entry) => entry !== null);
    const wrong = rows.findIndex((row, index) => {
      const wanted = expected[index];
      return !wanted || row.seq !== wanted.seq || row.text !== wanted.text || row.timeMs !== wanted.timeMs;
    });
    return wrong === -1 ? null : Math.min(rows[wrong]?.seq ?? 0, expected[wrong]?.seq ?? Number.MAX_SAFE_INTEGER);
  } finally {
    database.close();
  }
}
