import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '../domain/events.ts';
import { type Lane, laneOf } from './durability.ts';
import { chainHash, encodeHeader, encodeRecord, type LogRecord, segmentName } from './log-format.ts';
import { type LaneHead, openHeadFile } from './log-head.ts';
import { type LaneContents, readLane, segmentNumbers, wasNeverPromised } from './log-reader.ts';

export interface EventLogOptions {
  /** Folder of the segments; made where missing. */
  readonly dir: string;
  /** File of the heads, outside that folder. */
  readonly headFile: string;
  readonly segmentBytesMax: number;
  /** The market lane keeps its newest segments up to this many bytes. */
  readonly marketBytesMax: number;
}

/** Append-only; one `seq` over two lanes, each with a hash chain of its own. */
export interface EventLog {
  readonly lastSeq: number;
  /** Adds an event; nothing is promised until `commit`. */
  append(event: EngineEvent, timeMs: number): number;
  /** Writes all that was appended; where a ledger event is among it, returns only when it is on the disk. @throws LogWriteError */
  commit(): void;
  /** Puts the market lane on the disk too (called about once a second). */
  sync(): void;
  close(): void;
}

export interface OpenedLog {
  readonly log: EventLog;
  /** Every ledger event so far, oldest first. */
  readonly ledger: readonly LogRecord[];
  /** What was put right on opening, in words; empty after a clean stop. */
  readonly repairs: readonly string[];
}

/** The log cannot be trusted: `message` names file, line and record. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}

interface LaneWriter {
  file: number;
  segment: number;
  bytes: number;
  seq: number;
  hash: string;
  pending: string[];
}

/** The log takes no more records: nothing that follows from them may happen. */
export class LogWriteError extends Error {
  override readonly name = 'LogWriteError';

  constructor(dir: string, cause: Error) {
    super(
      `the journal in ${dir} cannot be written (${cause.message}): nothing more is sent; what works at the venue, stops too, stays there. Make room and start again`,
      { cause },
    );
  }
}

/** In a function of its own: a closure beside those of the log would keep the records for as long as the log is open. */
function readLedger(dir: string): { ledger: readonly LogRecord[]; ledgerContents: LaneContents } {
  const ledger: LogRecord[] = [];
  return { ledger, ledgerContents: readLane(dir, 'ledger', (record) => ledger.push(record)) };
}

/**
 * Opens or makes the log. A half-written end beyond the recorded head (the process died while writing, or the power went)
 * is cut and reported; any other damage is an error, for the books could be wrong.
 * @throws LogDamagedError
 */
export function openEventLog(options: EventLogOptions): OpenedLog {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const headFile = openHeadFile(options.headFile);
  const repairs: string[] = [];
  const { ledger, ledgerContents } = readLedger(options.dir);
  // What the market did is asked anew at every start: hours of it are not read for the sake of the last link.
  const marketContents = readLane(options.dir, 'market', () => {}, 'newest');
  checkAgainstHead('ledger', ledgerContents, headFile.heads.ledger, repairs);
  checkAgainstHead('market', marketContents, headFile.heads.market, repairs);
  const lanes: Record<Lane, LaneWriter> = {
    ledger: openLane(options.dir, 'ledger', ledgerContents),
    market: openLane(options.dir, 'market', marketContents),
  };
  let seq = Math.max(lanes.ledger.seq, lanes.market.seq);

  const writeLane = (name: Lane): boolean => {
    const lane = lanes[name];
    if (lane.pending.length === 0) return false;
    const bytes = Buffer.from(lane.pending.join(''), 'utf8');
    writeFully(lane.file, bytes);
    lane.bytes += bytes.length;
    lane.pending = [];
    return true;
  };
  const recordHeads = (market: LaneHead): void =>
    headFile.write({ ledger: { seq: lanes.ledger.seq, hash: lanes.ledger.hash }, market });
  const rotateIfFull = (name: Lane): void => {
    if (lanes[name].bytes < options.segmentBytesMax) return;
    const lane = lanes[name];
    fsyncSync(lane.file);
    closeSync(lane.file);
    lanes[name] = startSegment(options.dir, name, lane.segment + 1, lane.seq, lane.hash);
    if (name === 'market') dropOldSegments(options.dir, options.marketBytesMax);
  };

  const commit = (): void => {
    // Market first: a ledger record never stands in a file without what led to it.
    const wroteMarket = writeLane('market');
    if (writeLane('ledger')) {
      fdatasyncSync(lanes.ledger.file);
      recordHeads(headFile.heads.market);
      rotateIfFull('ledger');
    }
    if (wroteMarket) rotateIfFull('market');
  };
  let failure: LogWriteError | null = null;
  /** After a write that failed nobody knows what stands in the files: this process writes no more. */
  const writing = (write: () => void): void => {
    if (failure) throw failure;
    try {
      write();
    } catch (error) {
      failure = new LogWriteError(options.dir, error as Error);
      throw failure;
    }
  };

  const log: EventLog = {
    get lastSeq() {
      return seq;
    },
    append(event, timeMs) {
      const lane = lanes[laneOf(event)];
      const json = JSON.stringify(event);
      seq += 1;
      lane.hash = chainHash(lane.hash, seq, timeMs, json);
      lane.seq = seq;
      lane.pending.push(encodeRecord(seq, timeMs, lane.hash, json));
      return seq;
    },
    commit: () => writing(commit),
    sync() {
      writing(() => {
        commit();
        if (lanes.market.seq === headFile.heads.market.seq) return;
        fdatasyncSync(lanes.market.file);
        recordHeads({ seq: lanes.market.seq, hash: lanes.market.hash });
      });
    },
    close() {
      log.sync();
      closeSync(lanes.ledger.file);
      closeSync(lanes.market.file);
      headFile.close();
    },
  };
  return { log, ledger, repairs };
}

function checkAgainstHead(lane: Lane, contents: LaneContents, head: LaneHead, repairs: string[]): void {
  const { damage } = contents;
  if (damage?.how === 'newer') {
    throw new LogDamagedError(
      `${damage.file} line ${damage.line} was written by a newer Countersign (${damage.what}); start that version, or use --data-dir`,
    );
  }
  if (contents.lastSeq < head.seq) {
    const where = contents.damage
      ? `${contents.damage.file} line ${contents.damage.line}: ${contents.damage.what}`
      : 'records at its end are gone';
    throw new LogDamagedError(
      `the ${lane} log is damaged from record ${contents.lastSeq + 1} on (${where}); its recorded head is ${head.seq}`,
    );
  }
  if (!damage) return;
  if (!wasNeverPromised(contents, head)) {
    throw new LogDamagedError(
      `the ${lane} log is damaged from record ${damage.badSeq} on: ${damage.file} line ${damage.line}: ${damage.what}`,
    );
  }
  // Power that fails may leave anything behind what had reached the disk: nobody has acted on it.
  repairs.push(`Cut a half-written record off the ${lane} log (${damage.file} line ${damage.line}).`);
}

function openLane(dir: string, lane: Lane, contents: LaneContents): LaneWriter {
  // Begun, and the process died before anything was in it.
  for (const number of segmentNumbers(dir, lane)) {
    if (number > contents.lastSegment) unlinkSync(join(dir, segmentName(lane, number)));
  }
  if (contents.lastSegment === 0) return startSegment(dir, lane, 1, contents.lastSeq, contents.lastHash);
  const path = join(dir, segmentName(lane, contents.lastSegment));
  const file = openSync(path, 'r+');
  if (statSync(path).size > contents.lastSegmentBytes) ftruncateSync(file, contents.lastSegmentBytes);
  closeSync(file);
  return {
    file: openSync(path, 'a'),
    segment: contents.lastSegment,
    bytes: contents.lastSegmentBytes,
    seq: contents.lastSeq,
    hash: contents.lastHash,
    pending: [],
  };
}

function startSegment(dir: string, lane: Lane, number: number, seq: number, hash: string): LaneWriter {
  const file = openSync(join(dir, segmentName(lane, number)), 'ax', 0o600);
  const header = encodeHeader({ lane, number, previousSeq: seq, previousHash: hash });
  writeFully(file, Buffer.from(header, 'utf8'));
  fsyncSync(file);
  syncFolder(dir);
  return { file, segment: number, bytes: header.length, seq, hash, pending: [] };
}

/** Makes a new file's name durable. Windows keeps directory entries by itself and cannot open a folder. */
function syncFolder(dir: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function writeFully(file: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
}

function dropOldSegments(dir: string, bytesMax: number): void {
  const numbers = segmentNumbers(dir, 'market').reverse();
  let kept = 0;
  for (const number of numbers) {
    const path = join(dir, segmentName('market', number));
    kept += statSync(path).size;
    if (kept > bytesMax && number !== numbers[0]) unlinkSync(path);
  }
}
