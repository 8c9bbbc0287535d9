/**
 * `npm run load -- --minutes 10`: the real host under 10,000 stream messages a second with a burst of 50,000 every minute,
 * and 2,000 proposals a minute beside it. Last line: JSON. Exit 1 when a message was lost, came twice or out of order.
 */
import '../../../main/require-node.ts';
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { textTable } from '../../../main/commands/output.ts';
import { summarise } from '../statistics.ts';
import { startLoadHost } from './load-host.ts';
import { SYMBOLS } from './load-wire.ts';
import { floorsOf, type MemorySample, megabytes, megabytesPerMinute } from './memory-trend.ts';
import { startProposalStream } from './proposal-stream.ts';

const PER_SECOND = 10_000;
const BURST_PER_SECOND = 50_000;
const PROPOSALS_PER_MINUTE = 2_000;
/** The book on screen changes this often, as with a person who looks through the list. */
const BOOK_MS = 10_000;
const SAMPLE_MS = 250;
const FLOOR_MS = 60_000;
/** Fills candle rings and caches; memory is judged after it. */
const WARM_UP_MS = 60_000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes must be a number above 0, not ${values.minutes}`);
  process.exit(2);
}

const load = await startLoadHost();
const proposals = startProposalStream();
const samples: MemorySample[] = [];
const healths = { printsWaitingMax: 0 };
const startedMs = performance.now();
const proposalDelaysMs: number[] = [];
const timers = [
  setInterval(() => {
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ atMs: performance.now() - startedMs, heapBytes: heapUsed, rssBytes: rss });
    healths.printsWaitingMax = Math.max(healths.printsWaitingMax, load.health()?.printsWaiting ?? 0);
  }, SAMPLE_MS),
  setInterval(() => {
    // One at a time: where the disk is slow there are fewer of them, and the core still hears the market.
    if (proposalDelaysMs.length > ((performance.now() - startedMs) * PROPOSALS_PER_MINUTE) / 60_000) return;
    const fromMs = performance.now();
    proposals.next();
    proposalDelaysMs.push(performance.now() - fromMs);
  }, 10),
];
const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();
const cpuBefore = { all: process.cpuUsage(), main: process.threadCpuUsage() };
const bursts: { behindMs: number; tookMs: number }[] = [];
const steady: { behindMs: number; waitingBytesMax: number }[] = [];
let book = 0;
for (let passedMs = 0; passedMs < minutes * 60_000; ) {
  const ms = Math.min(BOOK_MS, minutes * 60_000 - passedMs);
  steady.push(await load.run(PER_SECOND, ms));
  passedMs += ms;
  if (passedMs % 60_000 === 0 || passedMs >= minutes * 60_000) bursts.push(await load.run(BURST_PER_SECOND, 1_000));
  book += 1;
  load.showBook(SYMBOLS[book % SYMBOLS.length] as string);
  if (passedMs % 60_000 === 0) tellProgress(passedMs / 60_000);
  if (load.counts.fault) break;
}
const wallMs = performance.now() - startedMs;
const cpuAll = process.cpuUsage(cpuBefore.all);
const cpuMain = process.threadCpuUsage(cpuBefore.main);
for (const timer of timers) clearInterval(timer);
loop.disable();
const settled = await load.settle();
globalThis.gc?.();
const heapAfterMb = megabytes(process.memoryUsage().heapUsed);

function tellProgress(minute: number): void {
  const { heapUsed, rss } = process.memoryUsage();
  process.stderr.write(
    `minute ${minute}: ${load.counts.prints} prints in the core, heap ${megabytes(heapUsed)} MB, RSS ${megabytes(rss)} MB\n`,
  );
}

const { counts } = load;
const health = load.health();
const floors = floorsOf(
  samples.filter(({ atMs }) => atMs >= Math.min(WARM_UP_MS, wallMs / 2)),
  FLOOR_MS,
);
const latency = summarise(load.latenciesMs);
const share = (usage: { user: number; system: number }): number =>
  Math.round((usage.user + usage.system) / 10 / wallMs) / 100;
// A request for old candles that failed and was made again is no message.
const refused = (health?.quarantine ?? []).filter(({ why }) => !why.startsWith('backfill:'));
const faults = [
  counts.fault,
  settled.sent !== settled.intake ? `${settled.sent} messages sent, ${settled.intake} taken in` : null,
  settled.prints !== counts.prints ? `${settled.prints} prints sent, ${counts.prints} in the core` : null,
  (health?.printsDropped ?? 0) > 0 ? `${health?.printsDropped} prints dropped` : null,
  refused.length > 0 ? `messages put aside: ${JSON.stringify(refused)}` : null,
  settled.book === settled.bookShown ? null : `book at ${settled.bookShown}, the venue's at ${settled.book}`,
  counts.breaks.length > 0 ? `feeds broke: ${counts.breaks.slice(0, 3).join('; ')}` : null,
  proposals.counts.judged === proposals.counts.made ? null : 'proposals without a verdict',
].filter((fault) => fault !== null);
const figures = {
  machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node },
  minutes,
  sent: settled.sent,
  takenIn: settled.intake,
  printsSent: settled.prints,
  printsInCore: counts.prints,
  batches: counts.batches,
  closedCandles: counts.closedCandles,
  candlesFromVenue: counts.candlesFromVenue,
  correctedCandles: counts.correctedCandles,
  breaks: counts.breaks.length,
  printsDropped: health?.printsDropped ?? 0,
  printsWaitingMax: healths.printsWaitingMax,
  latencyMs: latency,
  burstBehindMsMax: Math.max(...bursts.map(({ behindMs }) => behindMs)),
  steadyBehindMsMax: Math.max(...steady.map(({ behindMs }) => behindMs)),
  venueBacklogBytesMax: Math.max(...steady.map(({ waitingBytesMax }) => waitingBytesMax)),
  cores: { all: share(cpuAll), mainThread: share(cpuMain) },
  loopDelayMs: { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
  proposals: { ...proposals.counts, perMinute: Math.round((proposals.counts.made * 60_000) / wallMs) },
  proposalMs: summarise(proposalDelaysMs),
  screen: load.screen,
  memory: {
    heapMb: floors.map(({ heapBytes }) => megabytes(heapBytes)),
    rssMb: floors.map(({ rssBytes }) => megabytes(rssBytes)),
    heapAfterMb,
    heapMbPerMinute: Math.round(megabytesPerMinute(floors, 'heapBytes') * 100) / 100,
    rssMbPerMinute: Math.round(megabytesPerMinute(floors, 'rssBytes') * 100) / 100,
  },
  faults,
};
await proposals.stop();
await load.close();
console.log(
  textTable([
    ['load', 'figure'],
    ['stream messages sent / taken in', `${figures.sent} / ${figures.takenIn}`],
    ['prints sent / in the core, in order', `${figures.printsSent} / ${figures.printsInCore}`],
    ['print made → core, p50 / p99', `${latency.p50} / ${latency.p99} ms`],
    ['core behind after a burst of 50,000/s, at most', `${figures.burstBehindMsMax.toFixed(0)} ms`],
    ['cores used: all / the core’s thread', `${figures.cores.all} / ${figures.cores.mainThread}`],
    ['proposals a minute', String(figures.proposals.perMinute)],
    ['heap floor first → last, slope', trend(figures.memory.heapMb, figures.memory.heapMbPerMinute)],
    ['heap at the end, after a full collection', `${heapAfterMb} MB`],
    ['RSS floor first → last, slope', trend(figures.memory.rssMb, figures.memory.rssMbPerMinute)],
    ['faults', faults.length === 0 ? 'none' : faults.join('; ')],
  ]),
);
console.log(JSON.stringify(figures));
process.exit(faults.length === 0 ? 0 : 1);

function trend(floorsMb: readonly number[], perMinute: number): string {
  return `${floorsMb[0] ?? 0} → ${floorsMb.at(-1) ?? 0} MB, ${perMinute} MB/min`;
}
