import { createHash } from 'node:crypto';
import type { EngineEvent } from '../domain/events.ts';
import type { Lane } from './durability.ts';

/** One line of a segment: `seq timeMs hash json`. `hash` covers the previous record's hash and all of this one. */
export interface LogRecord {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: EngineEvent;
}

export const GENESIS_HASH: string = '0'.repeat(64);

export function chainHash(previousHash: string, seq: number, timeMs: number, json: string): string {
  return createHash('sha256').update(`${previousHash}\n${seq}\n${timeMs}\n${json}`).digest('hex');
}

export function encodeRecord(seq: number, timeMs: number, hash: string, json: string): string {
  return `${seq} ${timeMs} ${hash} ${json}\n`;
}

export interface DecodedLine {
  readonly seq: number;
  readonly timeMs: number;
  readonly hash: string;
  readonly json: string;
}

const LINE_PATTERN = /^(\d+) (\d+) ([0-9a-f]{64}) (\{.*\})$/s;

/** Null when the line is not a whole record. */
export function decodeLine(line: string): DecodedLine | null {
  const match = LINE_PATTERN.exec(line);
  if (!match) return null;
  return { seq: Number(match[1]), timeMs: Number(match[2]), hash: match[3] as string, json: match[4] as string };
}

/**
 * First line of every segment: what it continues, and a checksum of that. The hash here is the anchor that stays when older
 * segments rotate out.
 */
export interface SegmentHeader {
  readonly lane: Lane;
  readonly number: number;
  readonly previousSeq: number;
  readonly previousHash: string;
}

export const LOG_FORMAT = 1;

export function encodeHeader({ lane, number, previousSeq, previousHash }: SegmentHeader): string {
  const body = `# countersign-log ${LOG_FORMAT} ${lane} ${number} ${previousSeq} ${previousHash}`;
  return `${body} ${headerSum(body)}\n`;
}

const headerSum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

const VERSION_PATTERN = /^# countersign-log (\d+) /;

/** Which format the segment says it is of; null where the line does not begin as a header does. */
export function headerVersion(line: string): number | null {
  const match = VERSION_PATTERN.exec(line);
  return match ? Number(match[1]) : null;
}

const HEADER_PATTERN = /^(# countersign-log 1 (ledger|market) (\d+) (\d+) ([0-9a-f]{64})) ([0-9a-f]{16})$/;

/** Null when the line is no header, or not the one that was written. */
export function decodeHeader(line: string): SegmentHeader | null {
  const match = HEADER_PATTERN.exec(line);
  if (!match || headerSum(match[1] as string) !== match[6]) return null;
  return {
    lane: match[2] as Lane,
    number: Number(match[3]),
    previousSeq: Number(match[4]),
    previousHash: match[5] as string,
  };
}

export const segmentName = (lane: Lane, number: number): string => `${lane}-${String(number).padStart(6, '0')}.log`;

const SEGMENT_PATTERN = /^(ledger|market)-(\d{6})\.log$/;

export function parseSegmentName(name: string): { lane: Lane; number: number } | null {
  const match = SEGMENT_PATTERN.exec(name);
  return match ? { lane: match[1] as Lane, number: Number(match[2]) } : null;
}
