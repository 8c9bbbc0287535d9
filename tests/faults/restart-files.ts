import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { createCore } from '../../main/engine/kernel/core.ts';
import { LogDamagedError, openEventLog } from '../../main/engine/kernel/event-log.ts';
import { chainHash, encodeRecord } from '../../main/engine/kernel/log-format.ts';
import { readLane } from '../../main/engine/kernel/log-reader.ts';
import { verifyLog } from '../../main/engine/kernel/verify-log.ts';
import { createPipeline } from '../../main/engine/pipeline.ts';
import type { FaultCase } from './case.ts';

const OLD_JOURNAL = join(import.meta.dirname, '../support/journals/in-trade-0.1.0');

async function withFolder(check: (root: string) => void): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'countersign-faults-'));
  try {
    check(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const dirOf = (root: string): string => join(root, 'journal');
const headOf = (root: string): string => join(root, 'journal.head');
const openLog = (root: string, segmentBytesMax = 1_000_000) =>
  openEventLog({ dir: dirOf(root), headFile: headOf(root), segmentBytesMax, marketBytesMax: 10_000_000 });
const arm = (armed: boolean): EngineEvent => ({ kind: 'ArmSet', armed });

/** Appends so many ledger and market events, each lot on the disk before the next; left as a killed process leaves it. */
function write(root: string, count: number, segmentBytesMax?: number): void {
  const { log } = openLog(root, segmentBytesMax);
  for (let i = 0; i < count; i += 1) {
    log.append({ kind: 'ClockTicked' }, 1_000 + i);
    log.append(arm(i % 2 === 0), 1_000 + i);
    log.commit();
  }
  log.sync();
}

/** It opens with so many ledger records, goes on, and is whole afterwards. */
function expectUsable(root: string, records: number): readonly string[] {
  const opened = openLog(root);
  expect(opened.ledger).toHaveLength(records);
  opened.log.append(arm(true), 9_000);
  opened.log.close();
  expect(verifyLog(dirOf(root), headOf(root))).toMatchObject({ ok: true });
  return opened.repairs;
}

/** The last write ends at every byte that it can end at, with what the head said before it. */
const halfWritten = (): Promise<void> =>
  withFolder((root) => {
    write(root, 3);
    const file = join(dirOf(root), 'ledger-000001.log');
    const from = statSync(file).size;
    const head = readFileSync(headOf(root));
    write(root, 1);
    const whole = readFileSync(file);
    const market = readFileSync(join(dirOf(root), 'market-000001.log'));
    for (let end = from; end <= whole.length; end += 1) {
      writeFileSync(headOf(root), head);
      writeFileSync(join(dirOf(root), 'market-000001.log'), market);
      writeFileSync(file, whole.subarray(0, end));
      const isWhole = end === from || end === whole.length;
      const repairs = expectUsable(root, end === whole.length ? 4 : 3);
      expect([end, ...repairs]).toEqual(
        isWhole ? [end] : [end, 'Cut a half-written record off the ledger log (ledger-000001.log line 5).'],
      );
    }
  });

/** Where power fails, blocks that were never written read as zeros, or as what stood there before. */
const garbageBehindTheHead = (): Promise<void> =>
  withFolder((root) => {
    write(root, 3);
    const file = join(dirOf(root), 'ledger-000001.log');
    const [whole, head] = [readFileSync(file), readFileSync(headOf(root))];
    const zeros = Buffer.alloc(700);
    const oldText = Buffer.from('some text of a file that stood here\nand another line of it\n');
    for (const garbage of [zeros, oldText, Buffer.concat([zeros, whole.subarray(200)])]) {
      writeFileSync(headOf(root), head);
      writeFileSync(file, Buffer.concat([whole, garbage]));
      expect(expectUsable(root, 3)).toHaveLength(1);
    }
    // In front of the head nothing is forgiven.
    writeFileSync(headOf(root), head);
    writeFileSync(file, Buffer.concat([whole.subarray(0, -200), zeros]));
    expect(() => openLog(root)).toThrow(LogDamagedError);
  });

/** The process dies between making the next segment's file and writing its first line, in whole or in part. */
const segmentBegun = (): Promise<void> =>
  withFolder((root) => {
    write(root, 6, 300);
    const ledger = readFileSync(headOf(root));
    for (const lane of ['ledger', 'market']) {
      const next = join(dirOf(root), `${lane}-000099.log`);
      const last = lastSegment(root, lane);
      const begun = next.replace('000099', String(last + 1).padStart(6, '0'));
      for (const text of ['', `# countersign-log 1 ${lane} ${last + 1} 12 0000`, '\0'.repeat(120)]) {
        const copy = mkdtempSync(join(tmpdir(), 'countersign-faults-'));
        cpSync(root, copy, { recursive: true });
        writeFileSync(headOf(copy), ledger);
        writeFileSync(begun.replace(root, copy), text);
        const repairs = expectUsable(copy, 6);
        expect(repairs).toEqual([
          expect.stringMatching(new RegExp(`off the ${lane} log \\(${lane}-\\d+\\.log line 1\\)`)),
        ]);
        rmSync(copy, { recursive: true });
      }
    }
  });

function lastSegment(root: string, lane: string): number {
  let last = 0;
  while (existsAt(root, lane, last + 1)) last += 1;
  return last;
}
const existsAt = (root: string, lane: string, number: number): boolean =>
  statSync(join(dirOf(root), `${lane}-${String(number).padStart(6, '0')}.log`), { throwIfNoEntry: false }) !==
  undefined;

/** A format or a kind of record that this build does not know is no damage, and nothing of it is touched. */
const writtenByNewer = (): Promise<void> =>
  withFolder((root) => {
    write(root, 2);
    const file = join(dirOf(root), 'ledger-000001.log');
    const known = readFileSync(file, 'utf8');
    writeFileSync(file, known.replace('# countersign-log 1 ', '# countersign-log 2 '));
    expect(() => openLog(root)).toThrow(
      'ledger-000001.log line 1 was written by a newer Countersign (it is of log format 2); start that version, or use --data-dir',
    );
    expect(verifyLog(dirOf(root), headOf(root)).ok).toBe(false);
    writeFileSync(file, known);
    const { lastSeq, lastHash } = readLane(dirOf(root), 'ledger', () => {});
    const later = '{"kind":"OptionExercised"}';
    appendFileSync(file, encodeRecord(lastSeq + 9, 2_000, chainHash(lastHash, lastSeq + 9, 2_000, later), later));
    const after = readFileSync(file, 'utf8');
    expect(() => openLog(root)).toThrow(
      'ledger-000001.log line 4 was written by a newer Countersign (it holds a record of the kind OptionExercised); start that version, or use --data-dir',
    );
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(verifyLog(dirOf(root), headOf(root))).toMatchObject({ ok: false });
  });

/** A folder that version 0.1.0 left in the middle of a trade: `tests/support/journals` says what is in it. */
const writtenByOlder = (): Promise<void> =>
  withFolder((root) => {
    cpSync(OLD_JOURNAL, root, { recursive: true });
    const { ledger, log, repairs } = openLog(root);
    const pipeline = createPipeline([]);
    const core = createCore({ journal: log, stages: pipeline.stages, perform: () => {}, onEvent: () => {} });
    for (const record of ledger) core.restore(record);
    const { execution, ledger: books } = pipeline;
    expect(repairs).toEqual([]);
    const orders = execution.view
      .orders(10)
      .map((row) => [row.purpose, row.side, row.qtyBase, row.state, row.triggerPrice]);
    expect(orders).toEqual([
      ['stop', 'sell', '0.01998', 'acknowledged', '59414.13'],
      ['entry', 'buy', '0.01', 'acknowledged', null],
      ['entry', 'buy', '0.02', 'filled', null],
    ]);
    expect(execution.view.protection('binance:BTC/USDT')).toMatchObject({
      state: 'on-venue',
      stopPrice: '59414.13',
      qtyBase: '0.01998',
    });
    expect(books.portfolio.position('binance:BTC/USDT')?.qtyBase).toBe(19_980_000_000_000_000n);
    expect(pipeline.approval.view.proposals().map(({ state }) => state)).toEqual(['signed', 'signed']);
    log.close();
    expect(verifyLog(dirOf(root), headOf(root)).ok).toBe(true);
  });

export const RESTART_FILES: readonly FaultCase[] = [
  {
    id: 'half-written-record',
    title: 'the process dies while it writes to the journal, at whatever byte',
    injected: 'real files: the last write cut off at every byte of it',
    holds: 'Whole records count, the half one is cut off; the journal goes on and its chain is whole.',
    seen: 'In the health’s repairs which line of which file was cut.',
    check: halfWritten,
  },
  {
    id: 'power-failed-in-a-write',
    title: 'the power fails, and the disk holds anything behind what had been promised',
    injected: 'real files: zeros and foreign text behind the recorded head, and in front of it',
    holds: 'Behind the head it is cut off, for nobody has acted on it; in front of it the start is refused.',
    seen: 'The cut among the repairs; a refusal that names file, line and record.',
    check: garbageBehindTheHead,
  },
  {
    id: 'segment-begun',
    title: 'the process dies as it begins the journal’s next file',
    injected: 'real files: the next segment empty, with half a header, or full of zeros, in both lanes',
    holds: 'It starts; the file is taken away and begun again when its turn comes.',
    seen: 'In the health’s repairs which file it was.',
    check: segmentBegun,
  },
  {
    id: 'journal-of-a-newer-build',
    title: 'an older build is started on what a newer one wrote',
    injected: 'real files: a later log format; a kind of record that this build does not know',
    holds: 'The start is refused before anything is written.',
    seen: 'One sentence that names the file and says that a newer version wrote it.',
    check: writtenByNewer,
  },
  {
    id: 'journal-of-an-older-build',
    title: 'this build is started on what version 0.1.0 left in the middle of a trade',
    injected: 'real files: a journal that 0.1.0 wrote, with a position, its stop and a working order',
    holds: 'Position, promise, orders and signatures are all there; the journal is whole and goes on.',
    seen: 'The same position, stop and orders as before the update.',
    check: writtenByOlder,
  },
];
