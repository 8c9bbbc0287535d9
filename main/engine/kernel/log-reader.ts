import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '../domain/events.ts';
import type { Lane } from './durability.ts';
import {
  chainHash,
  decodeHeader,
  decodeLine,
  GENESIS_HASH,
  type LogRecord,
  parseSegmentName,
  segmentName,
} from './log-format.ts';

/** What is wrong with a lane, and from which record on. `badSeq` is the first record that cannot be trusted. */
export interface LaneDamage {
  readonly badSeq: number;
  readonly file: string;
  readonly line: number;
  readonly what: string;
  /** The last line has no end: the process died while writing it. */
  readonly torn: boolean;
}

export interface LaneContents {
  readonly records: number;
  readonly lastSeq: number;
  readonly lastHash: string;
  readonly lastSegment: number;
  /** Bytes of the last segment that hold whole, valid records: a torn end starts here. */
  readonly lastSegmentBytes: number;
  readonly damage: LaneDamage | null;
}

export function segmentNumbers(dir: string, lane: Lane): number[] {
  return readdirSync(dir)
    .map(parseSegmentName)
    .filter((segment) => segment !== null && segment.lane === lane)
    .map((segment) => (segment as { number: number }).number)
    .sort((a, b) => a - b);
}

/**
 * Reads one lane in order, checking every link of the chain, and hands each valid record to `onRecord`. Stops at the
 * first damage. A ledger lane must begin at the genesis; a market lane may begin at the anchor of the first segment read.
 * `newest`: of a market lane only its newest segment, which is all that one who writes on needs to know.
 */
export function readLane(
  dir: string,
  lane: Lane,
  onRecord: (record: LogRecord, hash: string) => void,
  segments: 'all' | 'newest' = 'all',
): LaneContents {
  let hash = GENESIS_HASH;
  let seq = 0;
  let records = 0;
  let segment = 0;
  let validBytes = 0;
  const contents = (damage: LaneDamage | null): LaneContents => ({
    records,
    lastSeq: seq,
    lastHash: hash,
    lastSegment: segment,
    lastSegmentBytes: validBytes,
    damage,
  });
  for (const number of segmentNumbers(dir, lane).slice(segments === 'newest' ? -1 : 0)) {
    const file = segmentName(lane, number);
    const damaged = (line: number, what: string, torn = false): LaneContents =>
      contents({ badSeq: seq + 1, file, line, what, torn });
    if (segment !== 0 && number !== segment + 1) return damaged(0, `segment ${segment + 1} is missing`);
    const text = readFileSync(join(dir, file), 'utf8');
    const lines = text.split('\n');
    const header = decodeHeader(lines[0] ?? '');
    if (!header || header.lane !== lane || header.number !== number) return damaged(1, 'the segment header is damaged');
    const isFirst = segment === 0;
    if (isFirst && lane === 'market') {
      hash = header.previousHash;
      seq = header.previousSeq;
    } else if (header.previousHash !== hash || header.previousSeq !== seq) {
      return damaged(1, 'the segment does not continue the one before');
    }
    segment = number;
    validBytes = Buffer.byteLength(lines[0] as string) + 1;
    for (let index = 1; index < lines.length; index += 1) {
      const line = lines[index] as string;
      const isLast = index === lines.length - 1;
      if (isLast && line === '') break;
      const record = isLast ? null : decodeLine(line);
      if (!record) return damaged(index + 1, isLast ? 'the last record is torn' : 'not a record', isLast);
      if (record.seq <= seq || chainHash(hash, record.seq, record.timeMs, record.json) !== record.hash) {
        return damaged(index + 1, 'the hash chain is broken: this record or the one before was changed');
      }
      hash = record.hash;
      seq = record.seq;
      records += 1;
      validBytes += Buffer.byteLength(line) + 1;
      onRecord({ seq, timeMs: record.timeMs, event: JSON.parse(record.json) as EngineEvent }, hash);
    }
  }
  return contents(null);
}
