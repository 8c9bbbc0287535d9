import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { LogDamagedError, openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { verifyLog } from '../../../main/engine/kernel/verify-log.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-log-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const paths = () => ({ dir: join(root, 'journal'), headFile: join(root, 'journal.head') });
const open = (segmentBytesMax = 1_000_000, marketBytesMax = 10_000_000) =>
  openEventLog({ ...paths(), segmentBytesMax, marketBytesMax });
const tick: EngineEvent = { kind: 'ClockTicked' };
const arm = (armed: boolean): EngineEvent => ({ kind: 'ArmSet', armed });
const verify = () => verifyLog(paths().dir, paths().headFile);
const ledgerFile = () => join(paths().dir, 'ledger-000001.log');

function writeSome(count: number): void {
  const { log } = open();
  for (let i = 0; i < count; i += 1) {
    log.append(tick, 1_000 + i);
    log.append(arm(i % 2 === 0), 1_000 + i);
    log.commit();
  }
  log.close();
}

describe('event log', () => {
  it('gives back its ledger events after reopening and goes on counting', () => {
    writeSome(3);
    const { log, ledger, repairs } = open();
    expect(ledger.map((r) => r.event)).toEqual([arm(true), arm(false), arm(true)]);
    expect(repairs).toEqual([]);
    expect(log.append(tick, 2_000)).toBe(7);
    log.close();
    expect(verify()).toMatchObject({ ok: true, events: 7 });
  });

  it('keeps a committed ledger event though the process never closes the log', () => {
    const { log } = open();
    log.append(arm(true), 1);
    log.commit();
    expect(open().ledger).toHaveLength(1);
  });

  it('cuts a half-written record off the end, says so, and continues', () => {
    writeSome(2);
    appendFileSync(ledgerFile(), '5 1002 0000');
    const opened = open();
    expect(opened.repairs[0]).toMatch(/half-written record.*ledger-000001\.log line 4/);
    opened.log.append(arm(true), 5);
    opened.log.close();
    expect(verify().ok).toBe(true);
  });

  it('finds one changed byte and names the record', () => {
    writeSome(4);
    const text = readFileSync(ledgerFile(), 'utf8');
    const lines = text.split('\n');
    lines[2] = (lines[2] as string).replace('false', 'fAlse');
    writeFileSync(ledgerFile(), lines.join('\n'));
    expect(verify()).toMatchObject({ ok: false, firstBadSeq: 4 });
    expect(() => open()).toThrow(LogDamagedError);
  });

  it('finds every possible single-byte change of the ledger lane', () => {
    writeSome(2);
    const original = readFileSync(ledgerFile());
    for (let at = 0; at < original.length; at += 7) {
      const changed = Buffer.from(original);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(ledgerFile(), changed);
      expect(verify().ok, `byte ${at}`).toBe(false);
    }
  });

  it('finds a cut tail by the head kept outside', () => {
    writeSome(4);
    const lines = readFileSync(ledgerFile(), 'utf8').split('\n');
    writeFileSync(ledgerFile(), `${lines.slice(0, 3).join('\n')}\n`);
    expect(verify()).toMatchObject({ ok: false, firstBadSeq: 6 });
    expect(() => open()).toThrow(/recorded head is 8/);
  });

  it('finds a missing head', () => {
    writeSome(1);
    rmSync(paths().headFile);
    expect(verify().ok).toBe(false);
  });

  it('survives a torn head write through its second slot', () => {
    writeSome(3);
    const bytes = readFileSync(paths().headFile);
    const ledgerSeq = 6;
    const newest = bytes.subarray(0, 512).toString().includes(` ${ledgerSeq} `) ? 0 : 1;
    bytes.fill(0, newest * 512 + 100, newest * 512 + 200);
    writeFileSync(paths().headFile, bytes);
    expect(verify().ok).toBe(true);
  });

  it('of the market lane opens on the newest segment alone: an older one that is damaged is for the check to find', () => {
    const { log } = open(2_000);
    for (let n = 0; n < 100; n += 1) {
      log.append({ kind: 'ClockTicked' }, n);
      log.commit();
    }
    log.close();
    const older = join(paths().dir, 'market-000002.log');
    writeFileSync(older, readFileSync(older, 'utf8').replace('ClockTicked', 'ClockTickle'));
    const again = open(2_000);
    expect(again.log.lastSeq).toBe(100);
    expect(again.log.append({ kind: 'ClockTicked' }, 100)).toBe(101);
    again.log.close();
    const verdict = verifyLog(paths().dir, paths().headFile);
    expect(verdict.ok).toBe(false);
    expect(verdict.text).toContain('market-000002.log line 2');
  });

  it('rotates the market lane out with its anchor kept, the ledger lane never', () => {
    const { log } = open(400, 1_200);
    for (let i = 0; i < 60; i += 1) {
      log.append(tick, i);
      log.append(arm(true), i);
      log.commit();
    }
    log.close();
    expect(existsSync(join(paths().dir, 'market-000001.log'))).toBe(false);
    expect(existsSync(join(paths().dir, 'ledger-000001.log'))).toBe(true);
    expect(readdirSync(paths().dir).filter((name) => name.startsWith('market')).length).toBeLessThan(6);
    expect(verify().ok).toBe(true);
    expect(open(400, 1_200).ledger).toHaveLength(60);
  });

  it('notices a missing ledger segment', () => {
    const { log } = open(300, 10_000);
    for (let i = 0; i < 12; i += 1) {
      log.append(arm(true), i);
      log.commit();
    }
    log.close();
    rmSync(join(paths().dir, 'ledger-000002.log'));
    expect(verify().ok).toBe(false);
  });
});
