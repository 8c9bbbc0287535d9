import { basename } from 'node:path';
import { accountFolders } from '../data-folder.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { measureGap } from '../lab/gap/measure-gap.ts';
import { GAP_PARTS, type GapPart } from '../lab/gap/split-gap.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

const DAY_MS = 86_400_000;
const NAMES: Readonly<Record<GapPart, string>> = {
  signal: 'signal',
  missedApprovals: 'missed approvals',
  latency: 'latency',
  slippage: 'slippage',
  fees: 'fees',
};

/** `gap DATA_DIR --days N`: what each account did beside what the robot would have done, and why it differs. */
export function gap(dataDir: string, options: { days: number; feeRate: number; until?: string }): Outcome {
  const folders = accountFolders(dataDir);
  if (folders.length === 0) return badInput(`${dataDir} holds no journal`);
  const toMs = options.until === undefined ? systemClock.nowMs() : Date.parse(options.until);
  if (Number.isNaN(toMs)) return badInput(`--until ${options.until} is no date: 2024-01-31T12:00Z is one`);
  const window = { fromMs: toMs - options.days * DAY_MS, toMs, feeRate: options.feeRate.toFixed(9) };
  const accounts = folders.map((folder) => {
    const account = basename(folder.root);
    const measured = measureGap(folder, window);
    return measured.ok
      ? { account, ok: true as const, ...measured.value }
      : { account, ok: false as const, error: measured.error.message };
  });
  const text = accounts.map((each) => {
    if (!each.ok) return `${each.account}: ${each.error}`;
    if (each.orders.length === 0) return `${each.account}: nothing was decided in that time`;
    const rows = GAP_PARTS.map((part) => [NAMES[part], each.parts[part]]);
    const notes = [
      each.withoutArrival > 0
        ? `sent when no quote was kept, so that latency counts as none: ${each.withoutArrival}`
        : '',
      each.feesUnpriced > 0 ? `fees in an asset that nothing here prices, left out: ${each.feesUnpriced}` : '',
    ].filter(Boolean);
    const head = `${each.account}: ${each.orders.length} decided, ${each.live} beside the robot's ${each.rerun}`;
    return [head, textTable([['', 'in quote'], ...rows, ['gap', each.gap]]), ...notes].join('\n');
  });
  const isWhole = accounts.every(({ ok }) => ok);
  const value = { ok: isWhole, ...window, accounts };
  return isWhole ? done(value, text.join('\n\n')) : failed(value, text.join('\n\n'));
}
