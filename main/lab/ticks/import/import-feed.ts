import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, ok, type Result } from '../../../engine/domain/result.ts';
import { type FeedInfo, FeedWriter } from '../feed-file.ts';
import type { TickFault } from '../tick-feed.ts';
import { type FeedRow, FeedSourceError } from './feed-row.ts';
import { PriceGrid } from './price-grid.ts';
import { RecordedStream } from './recorded-stream.ts';
import { layoutOf, type TableLayout } from './table-layouts.ts';
import { linePieces, tablePieces } from './table-rows.ts';

export interface FeedImport {
  /** Files of one layout follow each other in time; files of different layouts are merged by time of receipt. A folder is its Parquet files by name. */
  readonly files: readonly string[];
  readonly out: string;
  /** From the exchange's time to ours, for sources that do not say when a row was received. Microseconds. */
  readonly delayUs: number;
  /** Told now and then how many rows are written. */
  readonly onProgress?: (rows: number) => void;
  readonly signal?: AbortSignal;
}

/** Rows of one source in the order in which they were received, a piece at a time. */
interface Source {
  readonly name: string;
  readonly pieces: AsyncGenerator<readonly FeedRow[]>;
  sequenceGaps(): number;
}

const PROGRESS_EVERY = 500_000;

/**
 * Makes one feed file of recordings: of vendors' CSV or Parquet (Tardis, Binance's dumps) or of recorded streams. Memory stays
 * bounded however long they are.
 * @returns what the file says of itself; the error names the file, row and field, and no file is left behind
 */
export async function importFeed(options: FeedImport): Promise<Result<FeedInfo, TickFault>> {
  let writer: FeedWriter | null = null;
  try {
    const sources = await openSources(options);
    writer = new FeedWriter(options.out);
    const info = await writeMerged(sources, writer, options);
    writer = null;
    return ok(info);
  } catch (error) {
    writer?.abandon();
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof FeedSourceError) return fail({ kind: 'bad-feed', message: error.message });
    if (code !== undefined)
      return fail({ kind: 'bad-feed', message: `${basename(options.out)}: cannot be written (${code})` });
    throw error;
  }
}

/** Groups files by layout: those of one layout are one source. */
async function openSources({ files, delayUs }: FeedImport): Promise<readonly Source[]> {
  const groups = new Map<string, string[]>();
  for (const file of files.flatMap(partsOf)) {
    const name = await layoutName(file);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return [...groups].map(([name, paths]) =>
    name === RECORDED ? recordedSource(paths) : { name, pieces: tableFiles(paths, delayUs), sequenceGaps: () => 0 },
  );
}

/** The parts of a recording are named by when they begin. */
function partsOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const parts = readdirSync(path).filter((name) => name.endsWith('.parquet'));
  if (parts.length === 0) throw new FeedSourceError(`${basename(path)}: the folder holds no Parquet files`);
  return parts.sort().map((name) => join(path, name));
}

const RECORDED = 'recorded stream';
const isRecorded = (file: string): boolean => /\.(jsonl|log|txt)(\.gz)?$/i.test(file);

/** Whether a file is laid out as depth or trades are by somebody known, or is a recording. */
export async function isTickFile(file: string): Promise<boolean> {
  if (isRecorded(file)) return true;
  try {
    await layoutName(partsOf(file)[0]!);
    return true;
  } catch {
    return false;
  }
}

async function layoutName(file: string): Promise<string> {
  if (isRecorded(file)) return RECORDED;
  for await (const { cells } of tablePieces(file)) {
    const found = cells[0] && layoutOf(cells[0]);
    if (!found) break;
    return found.layout.name;
  }
  throw new FeedSourceError(
    `${basename(file)}: nobody known lays out a file so; known are Tardis (incremental_book_L2, trades), Binance (trades, aggTrades, T_DEPTH), recorded streams (.jsonl) and our own recordings (a folder of .parquet)`,
  );
}

async function* tableFiles(paths: readonly string[], delayUs: number): AsyncGenerator<readonly FeedRow[]> {
  for (const path of paths) {
    const file = basename(path);
    let layout: TableLayout | null = null;
    for await (const { cells, firstRow } of tablePieces(path)) {
      const out: FeedRow[] = [];
      for (const [index, row] of cells.entries()) {
        if (layout === null) {
          const found = layoutOf(row)!;
          layout = found.layout;
          if (found.hasHeader) continue;
        }
        out.push(...layout.read(row, { file, row: firstRow + index, delayUs }));
      }
      yield out;
    }
  }
}

function recordedSource(paths: readonly string[]): Source {
  let stream: RecordedStream | null = null;
  async function* pieces(): AsyncGenerator<readonly FeedRow[]> {
    for (const path of paths) {
      stream = stream?.continueIn(basename(path)) ?? new RecordedStream(basename(path));
      for await (const { lines, firstRow } of linePieces(path)) {
        const out: FeedRow[] = [];
        for (const [index, line] of lines.entries()) {
          if (line === '') continue;
          for (const { rows } of stream.read(line, firstRow + index)) out.push(...rows);
        }
        yield out;
      }
    }
  }
  return { name: RECORDED, pieces: pieces(), sequenceGaps: () => stream?.sequenceGaps ?? 0 };
}

/** A source with the row that comes next. */
class Cursor {
  readonly #source: Source;
  #rows: readonly FeedRow[] = [];
  #at = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Undefined at the end of a piece: `refill` then. */
  get row(): FeedRow | undefined {
    return this.#rows[this.#at];
  }

  step(): void {
    this.#at += 1;
  }

  /** @returns false where nothing is left */
  async refill(): Promise<boolean> {
    for (;;) {
      const next = await this.#source.pieces.next();
      if (next.done === true) return false;
      this.#rows = next.value;
      this.#at = 0;
      if (this.#rows.length > 0) return true;
    }
  }
}

async function writeMerged(sources: readonly Source[], writer: FeedWriter, options: FeedImport): Promise<FeedInfo> {
  const prices = new PriceGrid();
  const quantities = new PriceGrid();
  let cursors = sources.map((source) => new Cursor(source));
  for (const cursor of [...cursors]) if (!(await cursor.refill())) cursors = cursors.filter((each) => each !== cursor);
  let [fromUs, toUs, shortestUs] = [0, 0, Number.POSITIVE_INFINITY];
  while (cursors.length > 0) {
    let first = cursors[0]!;
    for (const cursor of cursors) if (cursor.row!.localUs < first.row!.localUs) first = cursor;
    const { kind, exchangeUs, localUs, price, qty } = first.row!;
    if (localUs < toUs)
      throw new FeedSourceError(
        `row ${writer.rows + 1} of the feed: received at ${localUs} µs, before the row above at ${toUs} µs: sort the files by time`,
      );
    if (fromUs === 0) fromUs = localUs;
    toUs = localUs;
    shortestUs = Math.min(shortestUs, localUs - exchangeUs);
    if (price !== 0) prices.add(price);
    if (qty !== 0) quantities.add(qty);
    writer.add(kind, exchangeUs, localUs, price, qty);
    if (writer.rows % PROGRESS_EVERY === 0) {
      options.onProgress?.(writer.rows);
      if (options.signal?.aborted) throw new FeedSourceError('the import was cancelled');
    }
    first.step();
    if (first.row === undefined && !(await first.refill())) cursors = cursors.filter((each) => each !== first);
  }
  const [tick, lot] = [prices.step, quantities.step];
  if (tick === null || lot === null) throw new FeedSourceError('the files hold no depth and no trades');
  return writer.finish({
    sources: sources.map(({ name }) => name),
    tick,
    lot,
    fromUs,
    toUs,
    clockShiftUs: shortestUs < 0 ? -shortestUs : 0,
    sequenceGaps: sources.reduce((sum, source) => sum + source.sequenceGaps(), 0),
  });
}
