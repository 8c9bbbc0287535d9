import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCandleFile } from '../../candle-files/index.ts';
import type { SymbolCandles } from './reversal-dataset.ts';

/** Where a training series comes from, as the card will name it. */
export interface TrainingSource {
  readonly path: string;
  readonly symbol: string;
  readonly rows: number;
  readonly sha256: string;
  readonly licence: string;
  readonly source: string;
}

/** Licences under which a model trained on the data may be shipped. */
const LICENCES_ALLOWED: ReadonlySet<string> = new Set(['MIT', 'Apache-2.0']);

/**
 * Reads every candle file that `<dataDir>/MANIFEST.csv` lists below `folder`, by symbol.
 * @throws Error with one sentence when a file is not what the manifest says, has a fault, or its licence forbids it
 */
export async function readTrainingSources(
  dataDir: string,
  folder: string,
): Promise<{ symbols: SymbolCandles[]; sources: TrainingSource[] }> {
  const listed = await readManifest(dataDir, folder);
  if (listed.length === 0) throw new Error(`MANIFEST.csv lists no file below ${folder}`);
  const symbols: SymbolCandles[] = [];
  const sources: TrainingSource[] = [];
  for (const entry of listed) {
    if (!LICENCES_ALLOWED.has(entry.licence)) {
      throw new Error(`${entry.path}: licence "${entry.licence}" does not allow a shipped model`);
    }
    const file = join(dataDir, entry.path);
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    if (sha256 !== entry.sha256) throw new Error(`${entry.path}: sha256 is not the one in MANIFEST.csv`);
    const read = await readCandleFile(file);
    if (!read.ok) throw new Error(read.error.message);
    symbols.push({ symbol: entry.symbol, candles: read.value.columns });
    sources.push({ ...entry, rows: read.value.columns.close.length });
  }
  return { symbols, sources };
}

async function readManifest(dataDir: string, folder: string): Promise<Omit<TrainingSource, 'rows'>[]> {
  const [header, ...lines] = (await readFile(join(dataDir, 'MANIFEST.csv'), 'utf8')).trim().split(/\r?\n/);
  const columns = (header ?? '').split(',');
  return lines
    .map((line) => {
      const cells = line.split(',');
      const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
      return {
        path: cell('path'),
        symbol: cell('symbol'),
        sha256: cell('sha256'),
        licence: cell('licence'),
        source: cell('source'),
      };
    })
    .filter((entry) => entry.path.startsWith(`${folder}/`))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
