import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

export interface InstanceLock {
  release(): void;
}

/**
 * Takes the data folder for this process. The lock is the operating system's, held through SQLite, so it is gone with
 * the process however that ends.
 * @throws Error in one sentence when another instance holds it
 */
export function lockInstance(path: string): InstanceLock {
  try {
    return takeLock(path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_NOTADB') throw error;
    // Nothing is kept in it: a damaged one is made anew.
    rmSync(path);
    return takeLock(path);
  }
}

function takeLock(path: string): InstanceLock {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `another Countersign is running on this data folder (${path} is locked); close it or use --data-dir`,
    );
  }
  return { release: () => database.close() };
}
