import { basename } from 'node:path';
import type { CandleColumns } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { type CandleFileError, fileError, type RowFault } from './candle-file-error.ts';
import { CANDLE_FIELDS, TIME_FIELDS } from './candle-rules.ts';
import { readNumber, whyNotANumber } from './number-text.ts';

const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const FIELD_COUNT = 6;
/** Mantissas below 2^53 over powers of ten up to 10^22 divide to the correctly rounded number. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, places) => 10 ** places);

export interface ParsedCandles {
  readonly columns: CandleColumns;
  /** Line of each candle; the header is line 1. */
  readonly rows: Int32Array;
  /** Most decimal places seen in a price and in a volume. */
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
  readonly faults: readonly RowFault[];
}

export interface ParseOptions {
  /** Reading stops once this many rows could not be read. */
  readonly faultsMax: number;
  /** Only rows with `fromMs <= time < toMs`, found by bisection: the file must be in order and begin with its time. */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
}

interface Header {
  /** For each column of the file, which of our six it is, or -1. */
  readonly targets: Int8Array;
  readonly timeField: string;
  readonly bodyStart: number;
}

/**
 * Reads the text of a candle CSV. Rows whose fields are no numbers are left out and reported in `faults`; whether the
 * numbers make sense as candles is for `eachFault`.
 */
export function parseCandleCsv(
  bytes: Uint8Array,
  file: string,
  options: ParseOptions,
): Result<ParsedCandles, CandleFileError> {
  const header = readHeader(bytes, file);
  if (!header.ok) return header;
  const { fromByte, toByte } = options.window
    ? windowBytes(bytes, header.value.bodyStart, options.window)
    : { fromByte: header.value.bodyStart, toByte: bytes.length };
  const parser = new RowParser(bytes, header.value, countLines(bytes, fromByte, toByte));
  const firstLine = 1 + countLines(bytes, header.value.bodyStart, fromByte);
  parser.parse(fromByte, toByte, firstLine, options.faultsMax);
  return ok(parser.result());
}

function readHeader(bytes: Uint8Array, file: string): Result<Header, CandleFileError> {
  const lineEnd = indexOfNewline(bytes, 0);
  const line = Buffer.from(bytes.subarray(0, Math.min(lineEnd, 4096)))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (line === '')
    return fail(
      fileError('empty', file, bytes.length === 0 ? 'the file is empty' : 'the first line, the header, is empty'),
    );
  const names = line.split(',').map((name) => name.trim().replace(/^"|"$/g, '').toLowerCase());
  const timeField = TIME_FIELDS.find((name) => names.includes(name));
  const wanted: string[] = [timeField ?? 'timestamp_ms', ...CANDLE_FIELDS];
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) {
    const detail = `row 1, the header, has no column ${missing}; expected timestamp_ms (or timestamp),open,high,low,close,volume`;
    return fail({ kind: 'bad-header', file, row: 1, field: missing, message: `${basename(file)} ${detail}` });
  }
  const targets = Int8Array.from(names, (name, at) => (names.indexOf(name) === at ? wanted.indexOf(name) : -1));
  return ok({ targets, timeField: wanted[0] as string, bodyStart: Math.min(bytes.length, lineEnd + 1) });
}

class RowParser {
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #columns: Float64Array[];
  readonly #rows: Int32Array;
  readonly #faults: RowFault[] = [];
  #count = 0;
  #priceDecimals = 0;
  #volumeDecimals = 0;
  /** Decimal places of the number read last. */
  #decimals = 0;

  constructor(bytes: Uint8Array, header: Header, rowsMax: number) {
    this.#bytes = bytes;
    this.#header = header;
    this.#columns = Array.from({ length: FIELD_COUNT }, () => new Float64Array(rowsMax));
    this.#rows = new Int32Array(rowsMax);
  }

  parse(fromByte: number, toByte: number, firstLine: number, faultsMax: number): void {
    let line = firstLine;
    for (let start = fromByte; start < toByte; line++) {
      const newline = Math.min(toByte, indexOfNewline(this.#bytes, start));
      const end = newline > start && this.#bytes[newline - 1] === RETURN ? newline - 1 : newline;
      if (end > start) {
        const fault = this.#parseRow(start, end, line);
        if (fault) this.#faults.push(fault);
        if (this.#faults.length >= faultsMax) return;
      }
      start = newline + 1;
    }
  }

  #parseRow(start: number, end: number, line: number): RowFault | null {
    const { targets } = this.#header;
    let field = 0;
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && this.#bytes[at] !== COMMA) continue;
      const target = field < targets.length ? (targets[field] as number) : -1;
      if (target >= 0) {
        const value = this.#readNumber(from, at);
        if (Number.isNaN(value)) return this.#badNumber(from, at, target, line);
        (this.#columns[target] as Float64Array)[this.#count] = value;
        if (target === 5) this.#volumeDecimals = Math.max(this.#volumeDecimals, this.#decimals);
        else if (target > 0) this.#priceDecimals = Math.max(this.#priceDecimals, this.#decimals);
      }
      field += 1;
      from = at + 1;
    }
    if (field !== targets.length) {
      const missing = targets.findIndex((target, column) => column >= field && target >= 0);
      const name = missing < 0 ? 'line' : this.#fieldName(targets[missing] as number);
      return {
        kind: 'bad-value',
        row: line,
        field: name,
        detail: `the row has ${field} fields where the header has ${targets.length}`,
      };
    }
    this.#rows[this.#count] = line;
    this.#count += 1;
    return null;
  }

  #badNumber(from: number, to: number, target: number, row: number): RowFault {
    return { kind: 'bad-value', row, field: this.#fieldName(target), detail: whyNotANumber(this.#text(from, to)) };
  }

  #fieldName(target: number): string {
    return target === 0 ? this.#header.timeField : (CANDLE_FIELDS[target - 1] as string);
  }

  #text(from: number, to: number): string {
    return Buffer.from(this.#bytes.subarray(from, to)).toString('utf8');
  }

  /** Plain digits by hand, anything else (signs, exponents, blanks, very long numbers) the slow way. */
  #readNumber(from: number, to: number): number {
    let mantissa = 0;
    let dot = -1;
    if (to === from || to - from > EXACT_DIGITS + 1) return this.#readSlowly(from, to);
    for (let at = from; at < to; at++) {
      const byte = this.#bytes[at] as number;
      const digit = byte - ZERO;
      if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
      else if (byte === DOT && dot < 0 && to - from > 1) dot = at;
      else return this.#readSlowly(from, to);
    }
    this.#decimals = dot < 0 ? 0 : to - dot - 1;
    return this.#decimals === 0 ? mantissa : mantissa / (POWERS_OF_TEN[this.#decimals] as number);
  }

  #readSlowly(from: number, to: number): number {
    const text = this.#text(from, to);
    this.#decimals = /\.(\d*)$/.exec(text.trim())?.[1]?.length ?? 0;
    return readNumber(text);
  }

  result(): ParsedCandles {
    const [openTimeMs, open, high, low, close, volume] = this.#columns.map((column) =>
      column.subarray(0, this.#count),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    return {
      columns: { openTimeMs, open, high, low, close, volume },
      rows: this.#rows.subarray(0, this.#count),
      priceDecimals: this.#priceDecimals,
      volumeDecimals: this.#volumeDecimals,
      faults: this.#faults,
    };
  }
}

function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 1;
  for (let at = indexOfNewline(bytes, from); at < to; at = indexOfNewline(bytes, at + 1)) lines += 1;
  return lines;
}

function indexOfNewline(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at < 0 ? bytes.length : at;
}

function windowBytes(
  bytes: Uint8Array,
  bodyStart: number,
  window: { fromMs: number; toMs: number },
): { fromByte: number; toByte: number } {
  const fromByte = firstLineFrom(bytes, bodyStart, window.fromMs);
  return { fromByte, toByte: firstLineFrom(bytes, fromByte, window.toMs) };
}

/** Start of the first line at or after `bodyStart` whose leading number is at least `timeMs`. */
function firstLineFrom(bytes: Uint8Array, bodyStart: number, timeMs: number): number {
  let low = bodyStart;
  let high = bytes.length;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const lineStart = middle === bodyStart ? bodyStart : bytes.lastIndexOf(NEWLINE, middle - 1) + 1;
    const start = Math.max(lineStart, low);
    if (leadingNumber(bytes, start) < timeMs) low = Math.min(bytes.length, indexOfNewline(bytes, start) + 1);
    else high = start;
  }
  return low;
}

function leadingNumber(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}
