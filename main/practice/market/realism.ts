/**
 * `node main/practice/market/realism.ts <data dir> [--seed N]`: measures the real recordings and the generated market the
 * same way, prints the table and, for the default seed, writes it to `REALISM.md`. Exit 1 when a figure is out of tolerance.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareLargeOrders } from '../large-orders.ts';
import { createGeneratedSource } from './generated.ts';
import { measureReal, type RealFacts } from './real-facts.ts';
import { compareRealism, type RealismRow, toleranceText } from './realism-facts.ts';

const DEFAULT_SEED = '7';

function renderReport(real: RealFacts, rows: readonly RealismRow[], seed: string): string {
  const { book } = real;
  const outside = rows.filter(({ within }) => !within).length;
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  const table = (picked: readonly RealismRow[]): string[] => [
    '| symbol | figure | from | real | ours | tolerance | |',
    '| --- | --- | --- | ---: | ---: | --- | --- |',
    ...picked.map(
      ({ symbol, figure, basis, real: theirs, ours, tolerance, within }) =>
        `| ${symbol} | ${figure} | ${basis} | ${number(theirs)} | ${number(ours)} | ${toleranceText(tolerance)} | ${within ? 'yes' : '**no**'} |`,
    ),
  ];
  return [
    '# How real the generated market is',
    '',
    `\`node main/practice/market/realism.ts <data dir> --seed ${seed}\`: ${rows.length} figures, ${outside} out of tolerance.`,
    '168 generated days are measured exactly as the recordings are. Kurtosis and variation are medians of fortnights, so that',
    'one crash does not decide them. Where no 1m recording of a symbol exists, its 5m or 1h candles are compared with ours',
    'put together to the same length. Range is high − low, body is |close − open|.',
    '',
    '## Each symbol',
    ...table(rows.filter(({ symbol, basis }) => !symbol.includes(' ') && !basis.includes('feed'))),
    '',
    '## Pairs',
    ...table(rows.filter(({ symbol }) => symbol.includes(' '))),
    '',
    '## Book and prints',
    `Real figures: ${book.symbol}, ${number(book.facts.minutes)} minutes of a busy night. No other symbol has a depth feed: the`,
    'others take its spread in ticks, its depth in minutes of mean volume and its refill time, which is a guess.',
    '',
    ...table(rows.filter(({ basis }) => basis.includes('feed'))),
    '',
    `Prints a minute: real ${number(book.facts.printsPerMinute)} (${number(book.facts.eventsPerMinute)} distinct milliseconds); ours are`,
    'thinned on purpose to at most 160, so only the shape of the waiting times is compared, not their length.',
    `Large takers (top two per cent of seconds, median ${number(book.facts.shockBase)} base): ${number(book.facts.shockDepthLeft * 100)} % of the depth within 10 bps`,
    `remained on the side that was hit, and half of the loss was back after ${number(book.facts.refillHalfLifeSec)} s. Ours is measured on the`,
    'running exchange: market orders of that size from either side, the published book sampled every 100 ms like the feed.',
    'The reach is how far such an order eats into the book at once, without the price moving on by itself.',
    '',
    '## Recordings',
    ...Object.entries(real.symbols).map(([symbol, { source, facts }]) => `- ${symbol}: ${source}, ${facts.bars} bars`),
    `- correlations: ${real.correlations.source}`,
    `- book: ${book.source}`,
    '',
  ].join('\n');
}

const [dataDir, flag, seedText] = process.argv.slice(2);
if (dataDir === undefined || (flag !== undefined && (flag !== '--seed' || seedText === undefined))) {
  process.stderr.write('usage: node main/practice/market/realism.ts <data dir> [--seed N]\n');
  process.exitCode = 2;
} else {
  const seed = seedText ?? DEFAULT_SEED;
  const real = await measureReal(dataDir);
  const source = createGeneratedSource({ seed });
  const rows = [...compareRealism(real, source), ...compareLargeOrders(real, source)];
  const report = renderReport(real, rows, seed);
  process.stdout.write(report);
  if (seed === DEFAULT_SEED) writeFileSync(join(import.meta.dirname, 'REALISM.md'), report);
  if (rows.some(({ within }) => !within)) process.exitCode = 1;
}
