import { basename } from 'node:path';
import { accountFolders, openDataFolder } from '../data-folder.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { readLibrary, readModelCards } from '../engine/model-cards.ts';
import { fundingOf, gapNotes } from '../lab/gap/gap-reports.ts';
import { type MeasuredGap, measureGap } from '../lab/gap/measure-gap.ts';
import { GAP_PARTS, type GapPart } from '../lab/gap/split-gap.ts';
import { MODELS_DIR } from '../product.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

const DAY_MS = 86_400_000;
const NAMES: Readonly<Record<GapPart, string>> = {
  signal: 'signal',
  ownOrders: 'own orders',
  missedApprovals: 'missed approvals',
  latency: 'latency',
  slippage: 'slippage',
  fees: 'fees',
  funding: 'funding',
};

/** `gap DATA_DIR --days N`: what each account did beside what the exact gear does by itself over the same candles, and why it differs. */
export async function gap(
  dataDir: string,
  options: { days: number; feeRate: number; perpetualFeeRate?: number; until?: string },
): Promise<Outcome> {
  const folders = accountFolders(dataDir);
  if (folders.length === 0) return badInput(`${dataDir} holds no journal`);
  const toMs = options.until === undefined ? systemClock.nowMs() : Date.parse(options.until);
  if (Number.isNaN(toMs)) return badInput(`--until ${options.until} is no date: 2024-01-31T12:00Z is one`);
  const feesOf = (rate: number) => ({ makerFee: rate, takerFee: rate });
  const settings = feesOf(options.feeRate);
  const { perpetualFeeRate } = options;
  const cards = readModelCards(MODELS_DIR);
  const library = readLibrary([MODELS_DIR, openDataFolder(dataDir).models]).all();
  const asked = {
    fromMs: toMs - options.days * DAY_MS,
    toMs,
    cards,
    library,
    settings,
    ...(perpetualFeeRate !== undefined && { perpetualFees: feesOf(perpetualFeeRate) }),
  };
  const accounts: ({ account: string } & ({ ok: false; error: string } | ({ ok: true } & MeasuredGap)))[] = [];
  for (const folder of folders) {
    const account = basename(folder.root);
    const measured = await measureGap(folder, asked);
    accounts.push(
      measured.ok
        ? { account, ok: true, ...measured.value }
        : { account, ok: false, error: `${measured.error.message}.` },
    );
  }
  const text = accounts.map((each) => (each.ok ? accountText(each) : `${each.account}: ${each.error}`));
  const isWhole = accounts.every(({ ok }) => ok);
  const value = { ok: isWhole, days: options.days, feeRate: options.feeRate, accounts };
  return isWhole ? done(value, text.join('\n\n')) : failed(value, text.join('\n\n'));
}

const fundingText = ({ live, rerun }: ReturnType<typeof fundingOf>): string =>
  `Funding came to ${live} in life and to ${rerun} in the re-run.`;

function accountText(measured: { account: string } & MeasuredGap): string {
  const { account, orders, live, rerun, gap: whole, parts, bars, missed } = measured;
  const ran = `${bars.toLocaleString('en')} candles re-run`;
  if (orders.length === 0) return `${account}: nothing was decided in that time; ${ran}`;
  const rows = GAP_PARTS.map((part) => [NAMES[part], parts[part]]);
  const funding = fundingOf(measured);
  const paid = funding.live === '0' && funding.rerun === '0' ? [] : [fundingText(funding)];
  const notes = [
    ...paid,
    ...(missed > 0 ? [`${missed} questions to enter that nobody took.`] : []),
    ...gapNotes(measured),
  ];
  const head = `${account}: ${orders.length} decided, ${live} beside the re-run’s ${rerun}; ${ran}`;
  return [head, textTable([['', `in ${measured.quote}`], ...rows, ['gap', whole]]), ...notes].join('\n');
}
