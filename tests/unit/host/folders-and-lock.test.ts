import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accountFolders, openAccountFolder, openDataFolder } from '../../../main/data-folder.ts';
import { lockInstance } from '../../../main/instance-lock.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-folder-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('data folder', () => {
  it('is made where it is missing, for its owner alone', () => {
    const folder = openDataFolder(join(root, 'a', 'b'));
    expect(folder.root).toBe(join(root, 'a', 'b'));
    expect(statSync(folder.root).mode & 0o777).toBe(0o700);
    for (const path of [folder.settings, folder.lock, folder.practiceDir])
      expect(path.startsWith(folder.root)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is the place that the platform names where none is given', () => {
    vi.stubEnv('XDG_DATA_HOME', root);
    expect(openDataFolder().root).toBe(join(root, 'countersign'));
  });

  it('lists the accounts that have books, in one order', () => {
    expect(accountFolders(root)).toEqual([]);
    for (const name of ['practice-b', 'practice-a', 'practice-c']) openAccountFolder(root, name);
    expect(accountFolders(root)).toEqual([]);
    for (const name of ['practice-b', 'practice-a']) mkdirSync(join(root, 'accounts', name, 'journal'));
    writeFileSync(join(root, 'accounts', 'a-stray-file'), '');
    expect(accountFolders(root).map((account) => account.root)).toEqual([
      join(root, 'accounts', 'practice-a'),
      join(root, 'accounts', 'practice-b'),
    ]);
  });
});

describe('instance lock', () => {
  const path = () => join(root, 'instance.lock');

  it('is one holder’s at a time, and free again when given back', () => {
    const first = lockInstance(path());
    expect(() => lockInstance(path())).toThrow(/another Countersign is running on this data folder .*use --data-dir/);
    first.release();
    lockInstance(path()).release();
  });

  it('left behind by whoever held it, or damaged, is in nobody’s way', () => {
    writeFileSync(path(), 'not a lock, and longer than the header of a database would be. '.repeat(10));
    lockInstance(path()).release();
    writeFileSync(path(), '');
    lockInstance(path()).release();
  });

  it('says what is wrong where it cannot be made', () => {
    expect(() => lockInstance(join(root, 'no', 'such', 'folder'))).toThrow(/./);
  });
});
