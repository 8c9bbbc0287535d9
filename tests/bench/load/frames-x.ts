/**
 * `npm run frames`: the desk in a real Chromium on a feed recorded under 10,000 messages a second, merged as the engine merges
 * it: intervals of its animation frames, and how much of its main thread it needs. Last line: JSON.
 */
import '../../../main/require-node.ts';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { textTable } from '../../../main/commands/output.ts';
import { ensureScreenBuilt } from '../../../main/screen-build.ts';
import { startWebServer } from '../../../main/web/server.ts';
import { launchChromium } from '../../support/browser.ts';
import { openDesk } from '../../support/desk-page.ts';
import { summarise } from '../statistics.ts';
import { startLoadHost } from './load-host.ts';
import { recordFeed, replayRouter } from './recorded-feed.ts';

const RECORDED_MS = 24_000;
/** A feed thinner than this says nothing about a screen of 60 frames a second. */
const RECORDED_PER_SECOND_MIN = 30;
const SETTLE_MS = 5_000;
const MEASURED_MS = 15_000;
const FRAME_MS = 1_000 / 60;
const TOKEN = 'frames-bench-token';

interface FrameFigures {
  readonly perSecond: number;
  readonly intervalMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Of the frames that a 60 Hz screen would have shown. */
  readonly droppedShare: number;
  /** Of the page's main thread, everything included: script, style, layout, paint. */
  readonly mainThreadShare: number;
  readonly scriptShare: number;
}

async function measure(page: Page, ms: number): Promise<FrameFigures> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const metrics = async (): Promise<Map<string, number>> =>
    new Map((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  const intervals = await page.evaluate(
    (untilMs) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        const startedMs = performance.now();
        let lastMs = startedMs;
        const next = (nowMs: number): void => {
          found.push(nowMs - lastMs);
          lastMs = nowMs;
          if (nowMs - startedMs < untilMs) requestAnimationFrame(next);
          else resolve(found.slice(1));
        };
        requestAnimationFrame(next);
      }),
    ms,
  );
  const after = await metrics();
  const share = (name: string): number => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / (ms / 1_000);
  const shown = intervals.length;
  const wanted = intervals.reduce((sum, interval) => sum + Math.max(1, Math.round(interval / FRAME_MS)), 0);
  const { p50, p99, max } = summarise(intervals);
  return {
    perSecond: Math.round((shown / intervals.reduce((sum, interval) => sum + interval, 0)) * 10_000) / 10,
    intervalMs: { p50, p99, max },
    droppedShare: Math.round((1 - shown / wanted) * 1_000) / 1_000,
    mainThreadShare: Math.round(share('TaskDuration') * 100) / 100,
    scriptShare: Math.round(share('ScriptDuration') * 100) / 100,
  };
}

async function main(): Promise<void> {
await ensureScreenBuilt((text) => process.stderr.write(`${text}\n`));
process.stderr.write(`Recording ${RECORDED_MS / 1_000} s under load …\n`);
const load = await startLoadHost();
const feed = await recordFeed(load.host.gateway.router, () => load.run(10_000, RECORDED_MS));
await load.close();
const recordedPerSecond = (feed.frames.length * 1_000) / RECORDED_MS;
if (recordedPerSecond < RECORDED_PER_SECOND_MIN) {
  console.error(
    `Only ${recordedPerSecond.toFixed(1)} frames a second came to be recorded: the machine is too busy to measure the desk on it.`,
  );
  process.exit(1);
}
process.stderr.write(`Replaying ${feed.frames.length} frames and ${feed.desk.length} desk messages …\n`);
let ended = (): void => {};
const replayed = new Promise<void>((resolve) => {
  ended = resolve;
});
const server = await startWebServer({
  router: replayRouter(feed, () => ended()),
  rendererDir: join(import.meta.dirname, '../../../dist/renderer'),
  port: 0,
  token: TOKEN,
  onProblem: (text) => process.stderr.write(`${text}\n`),
});
const browser = await launchChromium();
const { page, errors } = await openDesk(browser, server.url);
await page.waitForTimeout(SETTLE_MS);

const client = await page.context().newCDPSession(page);
const events: any[] = [];
client.on('Tracing.dataCollected', (d: any) => events.push(...d.value));
await client.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel', 'blink', 'cc', 'v8'] } } as any);
await page.waitForTimeout(8000);
const done = new Promise((r) => client.once('Tracing.tracingComplete', r));
await client.send('Tracing.end'); await done;
const names = new Map<string, string>();
for (const e of events) if (e.name === 'thread_name') names.set(e.pid + ':' + e.tid, e.args.name);
const byThread = new Map<string, any[]>();
for (const e of events) if (e.ph === 'X') { const k = e.pid + ':' + e.tid; if (!byThread.has(k)) byThread.set(k, []); byThread.get(k)!.push(e); }
for (const [k, list] of byThread) {
  list.sort((x, y) => x.ts - y.ts || y.dur - x.dur);
  const self = new Map<string, [number, number]>(); const stack: any[] = [];
  for (const e of list) { e.self = e.dur ?? 0; while (stack.length && stack.at(-1).ts + stack.at(-1).dur <= e.ts) stack.pop(); if (stack.length) stack.at(-1).self -= e.dur ?? 0; stack.push(e); }
  for (const e of list) { const c = self.get(e.name) ?? [0, 0]; c[0] += e.self; c[1] += 1; self.set(e.name, c); }
  const total = [...self.values()].reduce((a, b) => a + b[0], 0);
  if (total < 300000) continue;
  console.log('---', names.get(k), (total / 8e6 * 100).toFixed(1) + '%');
  for (const [n, [us, c]] of [...self].sort((a, b) => b[1][0] - a[1][0]).slice(0, 22)) console.log('  ', n.padEnd(50), (us / 8e6 * 100).toFixed(2) + '%', c);
}
process.exit(0);
}
main();
