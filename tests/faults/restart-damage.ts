import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { type Desk, mustDo, type OpenClient, openEngineClient, readDesk } from '../support/engine-client.ts';
import { endVenues, makeDataDir, removeDataDir, startHostProcess } from '../support/host-process.ts';
import { onlyAccount } from '../support/raw-books.ts';
import type { FaultCase } from './case.ts';

const ARGS = ['--seed', '7'] as const;
const UNTIL_MS_MAX = 60_000;
const NO_DATABASE = 'this is no database, but it is long enough to look like one. '.repeat(100);
const oneSentence = expect.stringMatching(/^[^\n]+\n$/);

const folders: string[] = [];
const newFolder = (): string => {
  const dir = makeDataDir();
  folders.push(dir);
  return dir;
};

/** Deletes what the cases of this file have made. */
export async function removeDamagedFolders(): Promise<void> {
  for (const dir of folders.splice(0)) await removeDataDir(dir);
}

/** A folder in which a terminal has worked and ended well: its ticket was armed, a setting changed. */
let used: Promise<{ dir: string; armedSeq: number }> | null = null;
async function makeUsed(): Promise<{ dir: string; armedSeq: number }> {
  const dir = newFolder();
  const host = await startHostProcess({ dataDir: dir, args: ARGS });
  const open = await openEngineClient(host.url);
  await untilReconciled(open);
  await mustDo(open.client.setArmed({ armed: true }));
  await mustDo(open.client.saveSetting({ key: 'theme', value: 'light' }));
  const armedSeq = (await readDesk(open.client)).journal.find(({ kind }) => kind === 'ArmSet')?.seq ?? 0;
  open.close();
  await host.stop();
  await endVenues(dir);
  return { dir, armedSeq };
}

async function copyOfUsed(): Promise<{ dir: string; armedSeq: number }> {
  used ??= makeUsed();
  const { dir, armedSeq } = await used;
  const copy = newFolder();
  cpSync(dir, copy, { recursive: true });
  return { dir: copy, armedSeq };
}

async function untilReconciled({ client }: OpenClient): Promise<Desk> {
  const untilMs = performance.now() + UNTIL_MS_MAX;
  for (;;) {
    const desk = await readDesk(client);
    if (desk.health.lastAuditAtMs !== null && desk.safety.holds.length === 0) return desk;
    if (performance.now() > untilMs) throw new Error(`not reconciled in time: ${JSON.stringify(desk.safety)}`);
    await sleep(200);
  }
}

function damage(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  writeFileSync(path, NO_DATABASE);
}

async function databasesDamaged(): Promise<void> {
  const { dir, armedSeq } = await copyOfUsed();
  const account = onlyAccount(dir);
  for (const name of ['journal.db', 'candles.db']) damage(join(account, name));
  damage(join(dir, 'instance.lock'));
  writeFileSync(join(dir, 'settings.json'), '{"theme":');
  const host = await startHostProcess({ dataDir: dir, args: ARGS });
  const open = await openEngineClient(host.url);
  const repairs = (await untilReconciled(open)).health.repairs.map(({ text }) => text).join('\n');
  expect(repairs).toMatch(/The journal's database was unreadable/);
  expect(repairs).toMatch(/The candle store .* is damaged/);
  expect(repairs).toMatch(/The settings in .* were unreadable/);
  const { entries } = await open.client.journalPage({ limit: 500 });
  expect(entries.find(({ seq }) => seq === armedSeq)?.text).toBe('Ticket armed.');
  expect(await open.client.loadSetting({ key: 'theme' })).toEqual({ value: null });
  expect(await open.client.verifyJournal({})).toMatchObject({ ok: true });
  await untilCandles(open, 500);
  open.close();
  await host.stop();
  expect(existsSync(join(account, 'journal.db.damaged'))).toBe(true);
  expect(readdirSync(account).some((name) => name.startsWith('candles.db.damaged'))).toBe(true);
  expect(existsSync(join(dir, 'settings.json.damaged'))).toBe(true);
}

/** They are fetched from the venue again. */
async function untilCandles({ client }: OpenClient, limit: number): Promise<void> {
  const untilMs = performance.now() + UNTIL_MS_MAX;
  const asked = { instrumentId: 'binance:BTC/USDT', timeframe: '1m', limit, indicators: [] } as const;
  while ((await client.chartHistory({ ...asked, indicators: [] })).candles.openTimeMs.length < limit) {
    if (performance.now() > untilMs) throw new Error('the candles did not come back in time');
    await sleep(200);
  }
}

async function recordChanged(): Promise<void> {
  const { dir } = await copyOfUsed();
  const file = join(onlyAccount(dir), 'journal', 'ledger-000001.log');
  const damaged = readFileSync(file, 'utf8').replace('"armed":true', '"armed":null');
  writeFileSync(file, damaged);
  const run = await runCli(['serve', '--no-open', '--json', '--data-dir', dir, ...ARGS]);
  expect(run).toMatchObject({ exit: 1, stderr: oneSentence, json: { ok: false } });
  expect(run.stderr).toMatch(/the ledger log is damaged from record \d+ on.*ledger-000001\.log line \d+/);
  expect(readFileSync(file, 'utf8')).toBe(damaged);
}

async function venueDamaged(): Promise<void> {
  const { dir } = await copyOfUsed();
  damage(join(dir, 'practice', 'generated-7', 'venue.sqlite'));
  const run = await runCli(['serve', '--no-open', '--json', '--data-dir', dir, ...ARGS]);
  expect(run).toMatchObject({ exit: 1, stderr: oneSentence });
  expect(run.stderr).toMatch(/The practice venue cannot open .*venue\.sqlite/);
}

export const RESTART_WITH_DAMAGE: readonly FaultCase[] = [
  {
    id: 'databases-damaged',
    title: 'databases, settings and lock are no such thing any more',
    injected: 'real host: the files overwritten with text while it was off',
    holds: 'All are set aside and made again; the journal still knows everything, candles are fetched anew.',
    seen: 'Each of them in the health’s repairs, with where the damaged file lies.',
    check: databasesDamaged,
  },
  {
    id: 'journal-record-changed',
    title: 'a record of the journal was changed while the program was off',
    injected: 'real host: one word of one record replaced',
    holds: 'The start is refused and nothing is written: the books could be wrong.',
    seen: 'One sentence that names file, line and record.',
    check: recordChanged,
  },
  {
    id: 'practice-venue-damaged',
    title: 'the practice venue’s memory is damaged',
    injected: 'real host: the venue’s database overwritten while it was off',
    holds: 'No new account is begun behind the trader’s back.',
    seen: 'One sentence that names the file.',
    check: venueDamaged,
  },
];
