/** A run's returns by month or day, laid out as a table. Pure. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showDay } from '../format/time.ts';

export interface CalendarRow {
  readonly name: string;
  /** One for each column; null where the run has none. */
  readonly cells: readonly (number | null)[];
  /** Compounded over the row. */
  readonly all: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAY_MS = 86_400_000;

/** Years of months, or weeks of days, oldest first. */
export function calendarRows({ kind, fromMs, returnShare }: LabRunDetail['calendar']): {
  readonly columns: readonly string[];
  readonly rows: readonly CalendarRow[];
} {
  const columns = kind === 'month' ? MONTHS : DAYS;
  const found = new Map<string, (number | null)[]>();
  for (const [at, timeMs] of fromMs.entries()) {
    const { name, column } = kind === 'month' ? monthPlace(timeMs) : dayPlace(timeMs);
    const cells = found.get(name) ?? columns.map(() => null);
    cells[column] = returnShare[at] ?? null;
    found.set(name, cells);
  }
  const rows = [...found].map(([name, cells]) => ({
    name,
    cells,
    all: cells.reduce<number>((product, value) => product * (1 + (value ?? 0)), 1) - 1,
  }));
  return { columns, rows };
}

function monthPlace(timeMs: number): { name: string; column: number } {
  const at = new Date(timeMs);
  return { name: String(at.getUTCFullYear()), column: at.getUTCMonth() };
}

/** Weeks begin on Monday. */
function dayPlace(timeMs: number): { name: string; column: number } {
  const column = (new Date(timeMs).getUTCDay() + 6) % 7;
  return { name: showDay(timeMs - column * DAY_MS).slice(5), column };
}
