/**
 * Measures what scores of reversal models are made of and writes `docs/model-honesty.md`:
 * `npm run models:honesty -- <data dir>`. Some minutes on one core; the same each time on one machine.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { readTrainingSources } from '../training/training-sources.ts';
import { lastBars } from './last-bars.ts';
import { honestyPage } from './page.ts';
import { randomWalkCandles } from './random-walk.ts';
import { type Market, studyMarket } from './study.ts';

const PAGE = join(import.meta.dirname, '../../../docs/model-honesty.md');
const BARS = 20_000;
const WALK_SEEDS = [1, 2];
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];

const walk = (seed: number): Market => ({
  name: `random walk ${seed}`,
  timeframe: '5m',
  candles: randomWalkCandles(BARS, TIMEFRAME_MS['5m'], seed),
});

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) {
  console.error('usage: npm run models:honesty -- <data dir>');
  process.exit(2);
}
try {
  const { symbols } = await readTrainingSources(resolve(dataDir), 'candles/5m');
  const real = symbols.filter(({ symbol }) => SYMBOLS.includes(symbol));
  const markets: Market[] = [
    ...WALK_SEEDS.map(walk),
    ...real.map(({ symbol, candles }) => ({
      name: `${symbol} 5m`,
      timeframe: '5m' as const,
      candles: lastBars(candles, BARS),
    })),
  ];
  const studied = markets.map((market) => {
    console.error(`${market.name} …`);
    return studyMarket(market);
  });
  await writeFile(PAGE, honestyPage(studied, 'npm run models:honesty -- DATA'));
  console.error(`wrote ${PAGE}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
