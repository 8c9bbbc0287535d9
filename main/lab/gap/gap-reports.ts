import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type GapReport, gapMeterSchema } from '../../../preload/gap-contract.ts';
import { replaceFile } from '../experiments/master-list.ts';
import type { MeasuredGap } from './measure-gap.ts';
import { GAP_PARTS } from './split-gap.ts';

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

function ordersCsv({ orders }: MeasuredGap): string {
  const rows = orders.map(({ timeMs, instrumentId, side, id, live, rerun, gap, parts }) => [
    new Date(timeMs).toISOString(),
    instrumentId,
    side,
    id,
    live,
    rerun,
    gap,
    ...GAP_PARTS.map((part) => parts[part]),
  ]);
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
  const notes = gapNotes(measured);
  return { measuredAtMs, fromMs, toMs, quote, live, rerun, gap, parts, decided, missed, bars, notes, largest, file };
}

/** What a reader has to know of a gap, a sentence each. */
export function gapNotes({ withoutArrival, feesUnpriced, answers, models }: MeasuredGap): string[] {
  const notes: string[] = [];
  if (withoutArrival > 0)
    notes.push(`No quote was kept from when ${withoutArrival} orders were sent: their latency counts as none.`);
  if (feesUnpriced > 0) notes.push(`${feesUnpriced} fees in an asset that nothing here prices are left out.`);
  if (models > 0 && answers === 0)
    notes.push('No answer of a model was kept from those days: in the re-run the models are silent.');
  return notes;
}
