import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { firstWrongRow, openJournalStore } from '../../../main/engine/gateway/journal-store.ts';
import { openSettingsFile } from '../../../main/engine/gateway/settings-file.ts';
import type { LogRecord } from '../../../main/engine/kernel/log-format.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-gateway-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('settings', () => {
  const path = () => join(dir, 'sub', 'settings.json');
  const told: string[] = [];
  const open = () => openSettingsFile(path(), (text) => told.push(text));
  beforeEach(() => void told.splice(0));

  it('come back as they were saved, also to who opens them again; what was never saved is null', () => {
    const settings = open();
    const layout = { panels: [1, 'two', null, { three: true }] };
    settings.save('layout', layout);
    settings.save('__proto__', 'a key like any other');
    for (const each of [settings, open()]) {
      expect(each.load('layout')).toEqual(layout);
      expect(each.load('__proto__')).toBe('a key like any other');
      expect(each.load('toString')).toBeNull();
    }
    expect(told).toEqual([]);
  });

  it.each(['{"theme":', '[]', 'null', '"text"', '\u0000\u0000'])(
    '%j is set aside and told, and defaults apply',
    (text) => {
      open().save('theme', 'light');
      writeFileSync(path(), text);
      const settings = open();
      expect(settings.load('theme')).toBeNull();
      expect(told).toEqual([
        expect.stringMatching(/^The settings in .*settings\.json were unreadable \(.*\); set aside/),
      ]);
      expect(readFileSync(`${path()}.damaged`, 'utf8')).toBe(text);
      settings.save('theme', 'dark');
      expect(open().load('theme')).toBe('dark');
    },
  );

  it('do not outgrow a megabyte: the save fails, what was there stays', () => {
    const settings = open();
    settings.save('small', 1);
    const refused = settings.save('large', 'x'.repeat(1_000_001));
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'too-large', text: expect.stringContaining('"large"') },
    });
    expect(settings.load('large')).toBeNull();
    expect(open().load('small')).toBe(1);
  });
});

const arm = (armed: boolean): EngineEvent => ({ kind: 'ArmSet', armed });
const ledger = (count: number): LogRecord[] =>
  Array.from({ length: count }, (_, i) => ({ seq: 2 * i + 1, timeMs: 1_000 + i, event: arm(i % 2 === 0) }));

describe('journal store', () => {
  const path = () => join(dir, 'journal.db');

  it('pages newest first and says whether there is more', () => {
    const { store } = openJournalStore(path(), ledger(25));
    const first = store.page(undefined, 10);
    expect(first.entries.map(({ seq }) => seq)).toEqual([49, 47, 45, 43, 41, 39, 37, 35, 33, 31]);
    expect(first.more).toBe(true);
    const last = store.page(11, 10);
    expect(last.entries.map(({ seq }) => seq)).toEqual([9, 7, 5, 3, 1]);
    expect(last.more).toBe(false);
    expect(store.page(1, 10)).toEqual({ entries: [], more: false });
    store.close();
  });

  it('is brought up to date with what the log knows more, and takes no record twice', () => {
    openJournalStore(path(), ledger(3)).store.close();
    const { store, repairs } = openJournalStore(path(), ledger(5));
    store.add(ledger(5)[4] as LogRecord);
    expect(store.page(undefined, 10).entries).toHaveLength(5);
    expect(repairs).toEqual([]);
    store.close();
  });

  it('leaves out what the journal does not show', () => {
    const reported: LogRecord = {
      seq: 2,
      timeMs: 1,
      event: { kind: 'CancelAnswered', clientOrderId: 'x', outcome: 'gone', text: '' },
    };
    const { store } = openJournalStore(path(), [...ledger(1), reported]);
    expect(store.page(undefined, 10).entries.map(({ kind }) => kind)).toEqual(['ArmSet']);
    store.close();
  });

  it.each([
    ['words', (file: string) => writeFileSync(file, 'no database '.repeat(500))],
    ['a damaged page', (file: string) => writeFileSync(file, readFileSync(file).fill(0xab, 4_096, 8_192))],
    [
      'another schema',
      (file: string) => {
        const database = new Database(file);
        database.pragma('user_version = 99');
        database.close();
      },
    ],
  ])('%s is set aside, told, and made again from the log', (_what, spoil) => {
    openJournalStore(path(), ledger(200)).store.close();
    spoil(path());
    const { store, repairs } = openJournalStore(path(), ledger(200));
    expect(repairs).toEqual([
      expect.stringMatching(/^The journal's database was unreadable \(.*\); set aside as .* made again/),
    ]);
    expect(store.page(undefined, 500).entries).toHaveLength(200);
    expect(existsSync(`${path()}.damaged`)).toBe(true);
    store.close();
    expect(firstWrongRow(path(), ledger(200))).toBeNull();
  });

  it('a row that says something else than the log is found', () => {
    openJournalStore(path(), ledger(10)).store.close();
    expect(firstWrongRow(path(), ledger(10))).toBeNull();
    const database = new Database(path());
    database.exec("UPDATE journal SET text = 'Nothing happened.' WHERE seq = 7");
    database.close();
    expect(firstWrongRow(path(), ledger(10))).toBe(7);
  });

  it('a row that was taken out, or put in, is found; one that lags behind is not wrong', () => {
    openJournalStore(path(), ledger(10)).store.close();
    expect(firstWrongRow(path(), ledger(12))).toBeNull();
    expect(firstWrongRow(path(), ledger(9))).toBe(19);
    const database = new Database(path());
    database.exec('DELETE FROM journal WHERE seq = 5');
    database.close();
    expect(firstWrongRow(path(), ledger(10))).toBe(5);
    expect(firstWrongRow(join(dir, 'nowhere.db'), ledger(1))).toBeNull();
  });
});
