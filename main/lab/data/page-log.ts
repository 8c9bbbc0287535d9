import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { CandleRow } from '../../engine/domain/events.ts';
import type { Period } from './candle-column-file.ts';

const HEAD_NUMBERS = 3;
const ROW_NUMBERS = 6;

/** One answer of a venue: the period that it was asked for, and its candles in order. */
export interface Page {
  readonly asked: Period;
  readonly rows: readonly CandleRow[];
}

/** Answers as they come, so that a download that breaks off is gone on with: float64 of from, to, count, then the candles. */
export class PageLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What an earlier download left; a page that was cut off is left out. */
  read(): readonly Page[] {
    if (!existsSync(this.#path)) return [];
    const bytes = readFileSync(this.#path);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 8));
    const numbers = new Float64Array(whole.length / 8);
    new Uint8Array(numbers.buffer).set(whole);
    const pages: Page[] = [];
    for (let at = 0; at + HEAD_NUMBERS <= numbers.length; ) {
      const [fromMs, toMs, count] = [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];
      const end = at + HEAD_NUMBERS + count * ROW_NUMBERS;
      if (!(end <= numbers.length)) break;
      const rows: CandleRow[] = [];
      for (let row = at + HEAD_NUMBERS; row < end; row += ROW_NUMBERS)
        rows.push(Array.from(numbers.subarray(row, row + ROW_NUMBERS)) as unknown as CandleRow);
      pages.push({ asked: { fromMs, toMs }, rows });
      at = end;
    }
    return pages;
  }

  append({ asked, rows }: Page): void {
    const numbers = Float64Array.from([asked.fromMs, asked.toMs, rows.length, ...rows.flat()]);
    const file = openSync(this.#path, 'a');
    try {
      writeSync(file, new Uint8Array(numbers.buffer));
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
