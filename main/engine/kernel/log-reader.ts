import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '../domain/events.ts';
import { isKnownKind, type Lane } from './durability.ts';
import {
  chainHash,
  decodeHeader,
  decodeLine,
  GENESIS_HASH,
  headerVersion,
  LOG_FORMAT,
  type LogRecord,
  parseSegmentName,
  segmentName,
} from './log-format.ts';
import type { LaneHead } from './log-head.ts';

/** What is wrong with a lane, and from which record on. `badSeq` is the first record that cannot be trusted. */
export interface LaneDamage {
  readonly badSeq: number;
  readonly file: string;
  readonly line: number;
  readonly what: string;
  /**
   * `torn`: the last line has no end, for the process died while writing it. `newer`: nothing is wrong, but a newer version
   * of the program wrote it. `changed`: anything else.
   */
  readonly how: 'torn' | 'newer' | 'changed';
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

/**
 * Whether nobody can have acted on what is damaged: it stands behind the recorded head. A head of nothing vouches only for
 * a line without an end.
 */
export function wasNeverPromised({ damage, lastSeq }: LaneContents, head: LaneHead): boolean {
  if (!damage || damage.how === 'newer' || lastSeq < head.seq) return false;
  return damage.how === 'torn' || head.seq > 0;
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
 * `newest`: of a market lane only its newest segment, which is all that one who writes on needs to know; where a crash kept
 * even its header off the disk, the one before too.
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
  const numbers = segmentNumbers(dir, lane);
  for (const number of segments === 'newest' ? newestWithHeader(dir, lane, numbers) : numbers) {
    const file = segmentName(lane, number);
    const damaged = (line: number, what: string, how: LaneDamage['how'] = 'changed'): LaneContents =>
      contents({ badSeq: seq + 1, file, line, what, how });
    if (segment !== 0 && number !== segment + 1) return damaged(0, `segment ${segment + 1} is missing`);
    const text = readFileSync(join(dir, file), 'utf8');
    const lines = text.split('\n');
    if (lines.length === 1) return damaged(1, 'the segment was begun and has no header yet', 'torn');
    const version = headerVersion(lines[0] as string);
    if (version !== null && version > LOG_FORMAT) return damaged(1, `it is of log format ${version}`, 'newer');
    const header = decodeHeader(lines[0] as string);
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
      if (isLast) return damaged(index + 1, 'the last record is torn', 'torn');
      if (!record) return damaged(index + 1, 'not a record');
      if (record.seq <= seq || chainHash(hash, record.seq, record.timeMs, record.json) !== record.hash) {
        return damaged(index + 1, 'the hash chain is broken: this record or the one before was changed');
      }
      const event = JSON.parse(record.json) as EngineEvent;
      if (!isKnownKind(event.kind)) return damaged(index + 1, `it holds a record of the kind ${event.kind}`, 'newer');
      hash = record.hash;
      seq = record.seq;
      records += 1;
      validBytes += Buffer.byteLength(line) + 1;
      onRecord({ seq, timeMs: record.timeMs, event }, hash);
    }
  }
  return contents(null);
}

function newestWithHeader(dir: string, lane: Lane, numbers: readonly number[]): readonly number[] {
  const newest = numbers.at(-1);
  if (newest === undefined) return [];
  const firstLine = readFileSync(join(dir, segmentName(lane, newest)), 'utf8').split('\n', 1)[0] as string;
  return numbers.slice(decodeHeader(firstLine) ? -1 : -2);
}
