/**
 * Asks every family the same question of several markets and writes `docs/model-edges.md`:
 * `npm run models:edges -- <data dir> [work dir]`. An hour or two on one core; what is done is kept in the work folder, and a run that was broken
 * off goes on from there. The same each time on one machine.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FAMILIES } from '../families/families.ts';
import { readTrainingSources } from '../training/training-sources.ts';
import { askMarket, claimOf, type EdgeClaim } from './edges.ts';
import { edgesPage } from './edges-page.ts';
import { lastBars } from './last-bars.ts';

const PAGE = join(import.meta.dirname, '../../../docs/model-edges.md');
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
/** Ten weeks of 5-minute candles. */
const BARS = 20_000;

const [dataDir, workDir = join(tmpdir(), 'countersign-model-edges')] = process.argv.slice(2);
if (dataDir === undefined) {
  console.error('usage: npm run models:edges -- <data dir> [work dir]');
  process.exit(2);
}

/** Kept whole or not at all. */
async function keep(file: string, claim: EdgeClaim): Promise<void> {
  await writeFile(`${file}.part`, JSON.stringify(claim));
  await rename(`${file}.part`, file);
}

try {
  await mkdir(workDir, { recursive: true });
  const { symbols } = await readTrainingSources(resolve(dataDir), 'candles/5m');
  const claims: EdgeClaim[] = [];
  for (const { symbol, candles } of symbols.filter(({ symbol }) => SYMBOLS.includes(symbol))) {
    const market = askMarket({ instrument: symbol, candles: lastBars(candles, BARS) });
    for (const family of FAMILIES) {
      const file = join(workDir, `${symbol}-${family.name}.json`);
      if (!existsSync(file)) await keep(file, await claimOf(family, market));
      const claim = JSON.parse(await readFile(file, 'utf8')) as EdgeClaim;
      claims.push(claim);
      console.error(`${symbol}, ${family.name}: ${claim.edge}, AUC ${claim.auc.value.toFixed(3)}`);
    }
  }
  await writeFile(PAGE, edgesPage(claims));
  console.error(`wrote ${PAGE}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
