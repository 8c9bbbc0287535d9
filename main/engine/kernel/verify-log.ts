import { existsSync } from 'node:fs';
import type { Lane } from './durability.ts';
import { type Heads, readHeads } from './log-head.ts';
import { type LaneContents, readLane, wasNeverPromised } from './log-reader.ts';

export interface LogVerdict {
  readonly ok: boolean;
  readonly events: number;
  readonly firstBadSeq: number | null;
  /** One sentence for people. */
  readonly text: string;
}

/**
 * Checks every link of both chains and that neither ends before its recorded head. Reads only. `firstBadSeq` is the first
 * record that is changed or gone; a changed number of it does not hide it, for each number stands in one of the lanes.
 */
export function verifyLog(dir: string, headFile: string): LogVerdict {
  if (!existsSync(dir)) return { ok: false, events: 0, firstBadSeq: null, text: `no log in ${dir}` };
  const heads = readHeads(headFile)?.heads ?? null;
  const ledger = readForCheck(dir, 'ledger', heads);
  const market = readForCheck(dir, 'market', heads);
  const findings = [findingOf(ledger, heads, market), findingOf(market, heads, ledger)].filter((each) => each !== null);
  const bad = findings.sort((a, b) => a.firstBadSeq - b.firstBadSeq)[0];
  const events = ledger.contents.records + market.contents.records;
  if (bad) return { ok: false, events, ...bad };
  return { ok: true, events, firstBadSeq: null, text: `${events} events, both chains whole up to their heads` };
}

interface CheckedLane {
  readonly lane: Lane;
  readonly contents: LaneContents;
  readonly seqs: ReadonlySet<number>;
  /** Hash of the record at the recorded head; null where that record was not read. */
  readonly hashAtHead: string | null;
}

function readForCheck(dir: string, lane: Lane, heads: Heads | null): CheckedLane {
  const seqs = new Set<number>();
  let hashAtHead: string | null = null;
  const contents = readLane(dir, lane, ({ seq }, hash) => {
    seqs.add(seq);
    if (seq === heads?.[lane].seq) hashAtHead = hash;
  });
  return { lane, contents, seqs, hashAtHead };
}

interface Finding {
  readonly firstBadSeq: number;
  readonly text: string;
}

function findingOf(read: CheckedLane, heads: Heads | null, other: CheckedLane): Finding | null {
  const { lane, contents, hashAtHead } = read;
  const found = (text: string): Finding => ({ firstBadSeq: firstMissing(contents.lastSeq, other.seqs), text });
  if (contents.damage) {
    const { file, line, what } = contents.damage;
    // The next start cuts it off.
    const harmless = heads !== null && wasNeverPromised(contents, heads[lane]);
    if (!harmless) return found(`${lane} log, ${file} line ${line}: ${what}`);
  }
  if (heads === null) {
    return contents.records > 0 ? found(`the recorded head of the ${lane} log is missing or damaged`) : null;
  }
  const head = heads[lane];
  if (contents.lastSeq < head.seq) {
    const text = `the ${lane} log ends at record ${contents.lastSeq}, but ${head.seq} was recorded: its tail was cut`;
    return found(text);
  }
  if (hashAtHead === null || hashAtHead === head.hash) return null;
  return {
    firstBadSeq: head.seq,
    text: `the ${lane} log was written anew: record ${head.seq} is not the one that its recorded head names`,
  };
}

/** The number that the record after `lastSeq` of one lane had: the next one that the other lane does not hold. */
function firstMissing(lastSeq: number, others: ReadonlySet<number>): number {
  let seq = lastSeq + 1;
  while (others.has(seq)) seq += 1;
  return seq;
}
