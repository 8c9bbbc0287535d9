import { createHash } from 'node:crypto';
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Lane } from './durability.ts';
import { GENESIS_HASH } from './log-format.ts';

/** The last record of a lane known to be on disk. */
export interface LaneHead {
  readonly seq: number;
  readonly hash: string;
}

export type Heads = Readonly<Record<Lane, LaneHead>>;

const SLOT_BYTES = 512;

/**
 * The chain's heads, kept outside the log so that a cut tail is noticed. Two slots are written in turn, each with a
 * generation and a checksum, so that a torn write leaves the other slot.
 */
export interface HeadFile {
  readonly heads: Heads;
  write(heads: Heads): void;
  close(): void;
}

const EMPTY: Heads = { ledger: { seq: 0, hash: GENESIS_HASH }, market: { seq: 0, hash: GENESIS_HASH } };

const checksum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

function readSlot(bytes: Buffer, slot: number): { generation: number; heads: Heads } | null {
  const text = bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES).toString('latin1');
  const [sum, body] = text.trimEnd().split('\t');
  if (!sum || !body || checksum(body) !== sum) return null;
  const [generation, ledgerSeq, ledgerHash, marketSeq, marketHash] = body.split(' ');
  return {
    generation: Number(generation),
    heads: {
      ledger: { seq: Number(ledgerSeq), hash: ledgerHash as string },
      market: { seq: Number(marketSeq), hash: marketHash as string },
    },
  };
}

/** The newest valid heads, or null where the file is missing or holds no valid slot. */
export function readHeads(path: string): { generation: number; heads: Heads } | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const slots = [readSlot(bytes, 0), readSlot(bytes, 1)].filter((slot) => slot !== null);
  return slots.reduce<(typeof slots)[number] | null>(
    (newest, slot) => (newest === null || slot.generation > newest.generation ? slot : newest),
    null,
  );
}

export function openHeadFile(path: string): HeadFile {
  const found = readHeads(path);
  let generation = found?.generation ?? 0;
  let heads = found?.heads ?? EMPTY;
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  return {
    get heads() {
      return heads;
    },
    write(next) {
      generation += 1;
      heads = next;
      const body = `${generation} ${next.ledger.seq} ${next.ledger.hash} ${next.market.seq} ${next.market.hash}`;
      const line = `${checksum(body)}\t${body}`;
      const slot = Buffer.from(`${line.padEnd(SLOT_BYTES - 1)}\n`, 'latin1');
      writeSync(file, slot, 0, SLOT_BYTES, (generation % 2) * SLOT_BYTES);
      fdatasyncSync(file);
    },
    close: () => closeSync(file),
  };
}
