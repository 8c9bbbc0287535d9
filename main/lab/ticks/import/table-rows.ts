import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { FeedSourceError } from './feed-row.ts';

const LINES_PER_PIECE = 20_000;
/** A whole book as one message is a hundredth of it. */
const LINE_BYTES_MAX = 16_777_216;
const NEWLINE = 10;
const PARQUET_ROWS_PER_PIECE = 50_000;

/** A piece of a table as text cells, in the order of the file. */
export interface TablePiece {
  readonly cells: readonly (readonly string[])[];
  /** Row of the first one in the file; the first of all is 1. */
  readonly firstRow: number;
}

/** The lines of a text file, unpacked where its name ends with `.gz`, a piece at a time. @throws FeedSourceError */
export async function* linePieces(path: string): AsyncGenerator<{ lines: readonly string[]; firstRow: number }> {
  const file = createReadStream(path);
  const gzipped = path.toLowerCase().endsWith('.gz');
  const input = gzipped ? file.pipe(createGunzip()) : file;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  // What fails to open or to unpack ends the lines early, and is thrown once they have ended.
  let failure: NodeJS.ErrnoException | null = null;
  const stop = (error: NodeJS.ErrnoException): void => {
    failure ??= error;
    lines.close();
  };
  file.on('error', stop);
  input.on('error', stop);
  let unbroken = 0;
  input.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(NEWLINE);
    unbroken = end < 0 ? unbroken + chunk.length : chunk.length - end;
    if (unbroken > LINE_BYTES_MAX) {
      file.destroy();
      stop(new Error('a line without an end: it is no text'));
    }
  });
  let piece: string[] = [];
  let firstRow = 1;
  try {
    for await (const line of lines) {
      piece.push(line);
      if (piece.length < LINES_PER_PIECE) continue;
      yield { lines: piece, firstRow };
      firstRow += piece.length;
      piece = [];
    }
  } catch (error) {
    failure ??= error as NodeJS.ErrnoException;
  } finally {
    file.destroy();
  }
  if (failure !== null) throw unreadable(path, failure);
  if (piece.length > 0) yield { lines: piece, firstRow };
}

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): FeedSourceError {
  const cutOff = code === 'Z_BUF_ERROR';
  const why = cutOff ? 'the gzip data ends early: the file is cut off' : `cannot be read (${code ?? message})`;
  return new FeedSourceError(`${basename(path)}: ${why}`);
}

/** The rows of a CSV, gzipped CSV or Parquet file; a Parquet file's first piece begins with its column names. @throws FeedSourceError */
export async function* tablePieces(path: string): AsyncGenerator<TablePiece> {
  if (path.toLowerCase().endsWith('.parquet')) {
    yield* parquetPieces(path);
    return;
  }
  for await (const { lines, firstRow } of linePieces(path)) {
    yield { cells: lines.filter((line) => line !== '').map((line) => line.split(',')), firstRow };
  }
}

async function* parquetPieces(path: string): AsyncGenerator<TablePiece> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const names = metadata.schema.slice(1).map(({ name }) => name);
    yield { cells: [names], firstRow: 1 };
    const rows = Number(metadata.num_rows);
    for (let from = 0; from < rows; from += PARQUET_ROWS_PER_PIECE) {
      const rowEnd = Math.min(rows, from + PARQUET_ROWS_PER_PIECE);
      const objects = await parquetReadObjects({ file, metadata, rowStart: from, rowEnd });
      yield { cells: objects.map((row) => names.map((name) => cellText(row[name]))), firstRow: from + 2 };
    }
  } catch (error) {
    throw new FeedSourceError(`${basename(path)}: not a readable Parquet file (${(error as Error).message})`);
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? String(value.getTime()) : String(value);
}
