import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';

/** What is asked of the real file system, in order: no reading back shows whether bytes have left its cache. */
const asked = vi.hoisted(() => [] as string[]);
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const names = new Map<number, string>();
  const note = (what: string, file: number): void => void asked.push(`${what} ${names.get(file)}`);
  return {
    ...fs,
    openSync: (path: string, ...rest: [string, number?]) => {
      const file = fs.openSync(path, ...rest);
      names.set(file, basename(path));
      return file;
    },
    writeSync: (file: number, ...rest: [Buffer, number?]) => {
      note('write', file);
      return fs.writeSync(file, ...rest);
    },
    fdatasyncSync: (file: number) => {
      fs.fdatasyncSync(file);
      note('sync', file);
    },
  };
});

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-log-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('a commit returns when its ledger events are on the disk, before the head says so; market events wait', () => {
  const { log } = openEventLog({
    dir: join(root, 'journal'),
    headFile: join(root, 'journal.head'),
    segmentBytesMax: 1_000_000,
    marketBytesMax: 10_000_000,
  });
  const during = (act: () => void): string[] => {
    asked.length = 0;
    act();
    return [...asked];
  };
  const ofMarket = during(() => {
    log.append({ kind: 'ClockTicked' }, 1);
    log.commit();
  });
  expect(ofMarket).toEqual(['write market-000001.log']);
  const ofLedger = during(() => {
    log.append({ kind: 'ArmSet', armed: true }, 2);
    log.commit();
  });
  expect(ofLedger.slice(0, 3)).toEqual([
    'write ledger-000001.log',
    'sync ledger-000001.log',
    expect.stringContaining('journal.head'),
  ]);
  const ofSync = during(() => log.sync());
  expect(ofSync[0]).toBe('sync market-000001.log');
  log.close();
});
