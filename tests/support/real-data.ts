import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of real market data for tests; absent on most machines, and then the tests that need it say that they skip. */
const REAL_DATA_DIR: string = resolve(
  process.env['COUNTERSIGN_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
);

export const hasRealData: boolean = existsSync(join(REAL_DATA_DIR, 'candles'));

if (!hasRealData) console.warn(`real market data not found in ${REAL_DATA_DIR}: checks against it are skipped`);

/** Absolute path of one real data file. */
export function realData(path: string): string {
  return join(REAL_DATA_DIR, path);
}
