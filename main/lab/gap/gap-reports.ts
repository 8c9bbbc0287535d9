import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type GapReport, gapMeterSchema } from '../../../preload/gap-contract.ts';
import { formatDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import { symbolOf } from '../../engine/domain/instrument.ts';
import { replaceFile } from '../experiments/master-list.ts';
import type { MeasuredGap } from './measure-gap.ts';
import type { PerpetualRerun } from './rerun-markets.ts';
import { GAP_PARTS, type GapSplit } from './split-gap.ts';

const LARGEST = 12;
/** Of each account; older ones go. */
const KEPT = 120;

const reportSchema = gapMeterSchema.shape.report.unwrap();

/** Gaps that were measured: `gaps/<account>/<time>.json`, and every order of each in `<time>.csv` beside it. */
export class GapReports {
  readonly #dir: string;

  constructor(resultsDir: string, account: string) {
    this.#dir = join(resultsDir, 'gaps', account);
  }

  /** @throws where it cannot be written */
  keep(measured: MeasuredGap, measuredAtMs: number): GapReport {
    mkdirSync(this.#dir, { recursive: true });
    const name = new Date(measuredAtMs).toISOString().slice(0, 19).replaceAll(':', '-');
    const file = join(this.#dir, `${name}.csv`);
    const report = summaryOf(measured, measuredAtMs, file);
    replaceFile(file, ordersCsv(measured));
    replaceFile(join(this.#dir, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
    for (const old of this.#names().slice(0, -KEPT))
      for (const ending of ['json', 'csv']) rmSync(join(this.#dir, `${old}.${ending}`), { force: true });
    return report;
  }

  /** The last one, a small file; null where there is none that can be read. */
  newest(): GapReport | null {
    for (const name of this.#names().reverse()) {
      try {
        const read = reportSchema.safeParse(JSON.parse(readFileSync(join(this.#dir, `${name}.json`), 'utf8')));
        if (read.success) return { ...read.data, file: join(this.#dir, `${name}.csv`) };
      } catch {
        // Damaged, or gone meanwhile: the one before.
      }
    }
    return null;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#dir)
        .flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))
        .sort();
    } catch {
      return [];
    }
  }
}

/** A row of each order, then one of what came of each perpetual without a trade: together they are the whole. */
function ordersCsv({ orders, incomes, toMs }: MeasuredGap): string {
  const row = (timeMs: number, names: readonly string[], { live, rerun, gap, parts }: GapSplit) => [
    new Date(timeMs).toISOString(),
    ...names,
    live,
    rerun,
    gap,
    ...GAP_PARTS.map((part) => parts[part]),
  ];
  const rows = [
    ...orders.map((order) => row(order.timeMs, [order.instrumentId, order.side, order.id], order)),
    ...incomes.map((income) => row(toMs, [income.instrumentId, '', income.kind], income)),
  ];
  const header = ['time', 'instrument', 'side', 'id', 'live', 'rerun', 'gap', ...GAP_PARTS];
  return `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

function summaryOf(measured: MeasuredGap, measuredAtMs: number, file: string): GapReport {
  const { fromMs, toMs, quote, live, rerun, gap, parts, bars, missed, orders } = measured;
  const largest = orders
    .filter((order) => Number(order.gap) !== 0)
    .sort((a, b) => Math.abs(Number(b.gap)) - Math.abs(Number(a.gap)))
    .slice(0, LARGEST)
    .map(({ id, instrumentId, timeMs, side, gap: own, parts: split }) => ({
      id,
      instrumentId,
      timeMs,
      side,
      gap: own,
      parts: split,
    }));
  const decided = orders.length;
  const funding = fundingOf(measured);
  const notes = gapNotes(measured);
  return {
    measuredAtMs,
    fromMs,
    toMs,
    quote,
    live,
    rerun,
    gap,
    parts,
    funding,
    decided,
    missed,
    bars,
    notes,
    largest,
    file,
  };
}

/** What funding came to in both, over all perpetuals. */
export function fundingOf({ incomes }: MeasuredGap): GapReport['funding'] {
  const sum = (of: 'live' | 'rerun'): string => {
    const amounts = incomes.flatMap((income) => (income.kind === 'funding' ? [parseDecimal(income[of])] : []));
    return formatDecimal(amounts.reduce((total, amount) => total + amount, 0n));
  };
  return { live: sum('live'), rerun: sum('rerun') };
}

const WHY_NOT: Readonly<Record<Exclude<PerpetualRerun, 'run'>, (names: string) => string>> = {
  'not-named': (names) => `no strategy names ${names}`,
  'no-candles': (names) => `of ${names} no candles were kept`,
  'no-wallet': (names) => `when the time began no wallet of perpetuals was open for ${names}`,
};

/** Orders on perpetuals that life alone has, and why. */
function notRerunNote(notRerun: MeasuredGap['notRerun']): string[] {
  if (notRerun.length === 0) return [];
  const byReason = Map.groupBy(notRerun, ({ why }) => why);
  const namesOf = (of: MeasuredGap['notRerun']) => of.map(({ instrumentId }) => symbolOf(instrumentId)).join(', ');
  const why = Array.from(byReason, ([reason, of]) => WHY_NOT[reason](namesOf(of)));
  return [`Orders on perpetuals were not run again: ${why.join('; ')}. They are own orders.`];
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What a reader has to know of a gap, a sentence each. */
export function gapNotes(measured: MeasuredGap): string[] {
  const { withoutArrival, feesUnpriced, answers, models, notRerun, liquidations, fundingUnknown } = measured;
  const notes = notRerunNote(notRerun);
  if (liquidations.live + liquidations.rerun > 0)
    notes.push(
      `The venue closed by itself for want of margin: ${countOf(liquidations.live, 'position')} in life, ${liquidations.rerun} in the re-run. What one of them lost alone is signal, and an own order where you had opened it.`,
    );
  if (fundingUnknown > 0)
    notes.push(
      `What funding was is not known for ${countOf(fundingUnknown, 'time')} at which the re-run alone held a perpetual: it counts as none.`,
    );
  if (withoutArrival > 0)
    notes.push(`No quote was kept from when ${withoutArrival} orders were sent: their latency counts as none.`);
  if (feesUnpriced > 0) notes.push(`${feesUnpriced} fees in an asset that nothing here prices are left out.`);
  if (models > 0 && answers === 0)
    notes.push('No answer of a model was kept from those days: in the re-run the models are silent.');
  return notes;
}
