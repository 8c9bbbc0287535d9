/**
 * `npm run day -- --hours 24`: so many hours of trading in minutes. Prints the heap by the hour and whether ledger and venue
 * agree to the last digit at the end. Last line: JSON. Exit 1 when they do not.
 */
import '../../../main/require-node.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../../../main/commands/output.ts';
import { megabytes, megabytesPerMinute } from './memory-trend.ts';
import { tradeHours } from './trading-day.ts';

const { values } = parseArgs({ options: { hours: { type: 'string', default: '24' } } });
const hours = Number(values.hours);
if (!Number.isSafeInteger(hours) || hours < 1) {
  console.error(`--hours must be a whole number above 0, not ${values.hours}`);
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'countersign-day-'));
const startedMs = performance.now();
const day = await tradeHours(dir, hours, ({ hour, fills, heapBytes }) =>
  process.stderr.write(`hour ${hour}: ${fills} fills, heap ${megabytes(heapBytes)} MB\n`),
);
rmSync(dir, { recursive: true, force: true });
// The first hours fill candle rings and lists that are kept to a length.
const settled = day.hours.slice(Math.floor(day.hours.length / 2));
const slope = megabytesPerMinute(
  settled.map(({ hour, heapBytes }) => ({ atMs: hour * 3_600_000, heapBytes, rssBytes: 0 })),
  'heapBytes',
);
const figures = {
  machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node },
  hours,
  seconds: Math.round((performance.now() - startedMs) / 1_000),
  orders: day.orders,
  fills: day.fills,
  heapMb: day.hours.map(({ heapBytes }) => megabytes(heapBytes)),
  heapMbPerHour: Math.round(slope * 60 * 1_000) / 1_000,
  differences: day.differences,
};
console.log(
  textTable([
    ['trading in accelerated time', 'figure'],
    ['simulated hours / real seconds', `${hours} / ${figures.seconds}`],
    ['orders / fills', `${figures.orders} / ${figures.fills}`],
    ['heap after the first → last hour', `${figures.heapMb[0]} → ${figures.heapMb.at(-1)} MB`],
    ['slope over the second half', `${figures.heapMbPerHour} MB an hour`],
    ['ledger against venue and fills', day.differences.length === 0 ? 'equal' : day.differences.join('; ')],
  ]),
);
console.log(JSON.stringify(figures));
process.exit(day.differences.length === 0 ? 0 : 1);
