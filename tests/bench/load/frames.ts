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

const RECORDED_MS = 30_000;
/** A feed thinner than this says nothing about a screen of 60 frames a second. */
const RECORDED_PER_SECOND_MIN = 30;
const SETTLE_MS = 6_000;
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
const busy = await measure(page, MEASURED_MS);
await replayed;
await page.waitForTimeout(1_000);
const idle = await measure(page, MEASURED_MS / 3);
await browser.close();
await server.close();

const row = (name: string, { perSecond, intervalMs, droppedShare, mainThreadShare }: FrameFigures): string[] => [
  name,
  String(perSecond),
  `${intervalMs.p50.toFixed(1)} / ${intervalMs.p99.toFixed(1)} ms`,
  `${(droppedShare * 100).toFixed(1)} %`,
  `${Math.round(mainThreadShare * 100)} %`,
];
console.log(
  textTable([
    ['desk, software rendering', 'frames/s', 'interval p50 / p99', 'dropped of 60 Hz', 'main thread busy'],
    row('feed of 10,000 messages/s', busy),
    row('same page, feed at rest', idle),
  ]),
);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, load: loadavg()[0] };
console.log(JSON.stringify({ machine, engineFrames: feed.frames.length, recordedMs: RECORDED_MS, busy, idle, errors }));
process.exit(0);
