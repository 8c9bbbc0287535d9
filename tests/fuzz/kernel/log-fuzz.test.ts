import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openSettingsFile } from '../../../main/engine/gateway/settings-file.ts';
import { LogDamagedError, openEventLog } from '../../../main/engine/kernel/event-log.ts';
import {
  chainHash,
  decodeHeader,
  decodeLine,
  encodeHeader,
  encodeRecord,
  parseSegmentName,
  segmentName,
} from '../../../main/engine/kernel/log-format.ts';
import { verifyLog } from '../../../main/engine/kernel/verify-log.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
function newFolder(): { dir: string; headFile: string } {
  folders += 1;
  const dir = join(root, String(folders));
  mkdirSync(dir);
  return { dir, headFile: join(root, `${folders}.head`) };
}
const options = (paths: { dir: string; headFile: string }) => ({ ...paths, segmentBytesMax: 1e6, marketBytesMax: 1e6 });

const seq = fc.nat();
const lane = fc.constantFrom('ledger' as const, 'market' as const);
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

describe('log lines', () => {
  it('read back what was written, whatever text is in the event', () => {
    fc.assert(
      fc.property(seq, fc.nat(), hash, fc.object(), (n, timeMs, previous, value) => {
        const json = JSON.stringify(value);
        const line = encodeRecord(n, timeMs, chainHash(previous, n, timeMs, json), json);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(decodeLine(line.slice(0, -1))).toEqual({
          seq: n,
          timeMs,
          hash: chainHash(previous, n, timeMs, json),
          json,
        });
      }),
    );
  });

  it('headers and names read back what was written', () => {
    fc.assert(
      fc.property(lane, fc.integer({ min: 1, max: 999_999 }), seq, hash, (name, number, previousSeq, previousHash) => {
        const header = { lane: name, number, previousSeq, previousHash };
        expect(decodeHeader(encodeHeader(header).trimEnd())).toEqual(header);
        expect(parseSegmentName(segmentName(name, number))).toEqual({ lane: name, number });
      }),
    );
  });

  it('of any text are a record, a header, a name, or nothing: never an exception', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.stringMatching(/^\d{1,30} \d{1,30} [0-9a-f]{60,66} \{.*\}$/),
    );
    fc.assert(
      fc.property(text, (line) => {
        decodeLine(line);
        decodeHeader(line);
        parseSegmentName(line);
      }),
    );
  });
});

describe('a folder of log files', () => {
  it('full of any bytes opens empty or is called damaged by name; verify says the same', () => {
    const header = Buffer.from(
      encodeHeader({ lane: 'ledger', number: 1, previousSeq: 0, previousHash: '0'.repeat(64) }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, hasHeader) => {
        const paths = newFolder();
        writeFileSync(join(paths.dir, 'ledger-000001.log'), hasHeader ? Buffer.concat([header, bytes]) : bytes);
        const verdict = verifyLog(paths.dir, paths.headFile);
        expect(verdict.events).toBe(0);
        try {
          const opened = openEventLog(options(paths));
          expect(opened.ledger).toEqual([]);
          opened.log.close();
        } catch (error) {
          expect(error).toBeInstanceOf(LogDamagedError);
          expect((error as Error).message).toMatch(/ledger-000001\.log line \d+/);
          expect(verdict.ok).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps and gives back every ledger event, however appends and commits fall, over reopenings', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('arm' as const), armed: fc.boolean() }),
      fc.constant({ kind: 'tick' as const }),
      fc.constant({ kind: 'commit' as const }),
      fc.constant({ kind: 'reopen' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 200, max: 2_000 }), (steps, segmentBytesMax) => {
        const paths = newFolder();
        const open = () => openEventLog({ ...paths, segmentBytesMax, marketBytesMax: 1e6 });
        let { log } = open();
        const armed: boolean[] = [];
        let count = 0;
        for (const each of steps) {
          if (each.kind === 'arm') {
            armed.push(each.armed);
            log.append({ kind: 'ArmSet', armed: each.armed }, count);
            count += 1;
          } else if (each.kind === 'tick') {
            log.append({ kind: 'ClockTicked' }, count);
            count += 1;
          } else if (each.kind === 'commit') log.commit();
          else {
            log.close();
            log = open().log;
          }
        }
        log.close();
        const { ledger, repairs, log: last } = open();
        expect(ledger.map(({ event }) => event.kind === 'ArmSet' && event.armed)).toEqual(armed);
        expect(repairs).toEqual([]);
        expect(last.lastSeq).toBe(count);
        last.close();
        expect(verifyLog(paths.dir, paths.headFile)).toMatchObject({ ok: true, events: count });
      }),
      { numRuns: 40 },
    );
  });
});

describe('settings', () => {
  it('of any bytes open, with what can be read or with defaults and a word', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.string(),
        (bytes, key) => {
          const path = join(newFolder().dir, 'settings.json');
          writeFileSync(path, bytes);
          const told: string[] = [];
          const settings = openSettingsFile(path, (text) => told.push(text));
          expect(settings.load(key) === null || told.length === 0).toBe(true);
          expect(settings.save(key, 1).ok).toBe(true);
          expect(settings.load(key)).toBe(1);
          expect(openSettingsFile(path, () => expect.fail('the file was written whole')).load(key)).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
