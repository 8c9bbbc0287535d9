import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogDamagedError, openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { readHeads } from '../../../main/engine/kernel/log-head.ts';
import { verifyLog } from '../../../main/engine/kernel/verify-log.ts';
import { damagedBytes } from '../../support/damaged.ts';

const EVENTS = 40;
const root = mkdtempSync(join(tmpdir(), 'countersign-damage-'));
const sound = join(root, 'sound');
const SEGMENT = 'ledger-000002.log';
let copies = 0;

const paths = (folder: string) => ({ dir: join(folder, 'journal'), headFile: join(folder, 'head') });
const open = (folder: string) => openEventLog({ ...paths(folder), segmentBytesMax: 3_000, marketBytesMax: 1e6 });

beforeAll(() => {
  mkdirSync(sound);
  const { log } = open(sound);
  for (let n = 0; n < EVENTS; n += 1) {
    log.append({ kind: 'KillSwitchSet', on: n % 3 === 0 }, n);
    log.append({ kind: 'ClockTicked' }, n);
    log.commit();
  }
  log.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of the sound folder with one file's bytes replaced. */
function withFile(name: string, bytes: Uint8Array): string {
  copies += 1;
  const folder = join(root, `copy-${copies}`);
  cpSync(sound, folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
  return folder;
}

describe('a log whose bytes were changed on the disk', () => {
  it.each([join('journal', 'ledger-000001.log'), join('journal', SEGMENT), join('journal', 'market-000001.log')])(
    '%s: opens with every ledger event as it was written, or is refused with file and place named',
    (name) => {
      const bytes = readFileSync(join(sound, name));
      fc.assert(
        fc.property(damagedBytes(bytes), (changed) => {
          const folder = withFile(name, changed);
          const verdict = verifyLog(paths(folder).dir, paths(folder).headFile);
          try {
            const opened = open(folder);
            const on = opened.ledger.map(({ event }) => event.kind === 'KillSwitchSet' && event.on);
            expect(on).toEqual(Array.from({ length: EVENTS }, (_, n) => n % 3 === 0));
            opened.log.close();
            if (Buffer.compare(changed, bytes) === 0) expect(verdict.ok).toBe(true);
          } catch (error) {
            expect(error, String((error as Error).stack)).toBeInstanceOf(LogDamagedError);
            expect((error as Error).message).toMatch(/(ledger|market)-\d{6}\.log line \d+|records at its end are gone/);
            expect(verdict.ok).toBe(false);
          }
          rmSync(folder, { recursive: true });
        }),
        { numRuns: 60 },
      );
    },
  );

  it('a damaged head file is read from its other slot, or counts as none', () => {
    const bytes = readFileSync(join(sound, 'head'));
    const written = readHeads(join(sound, 'head'));
    fc.assert(
      fc.property(fc.oneof(damagedBytes(bytes), fc.uint8Array({ maxLength: 1_200 })), (changed) => {
        const folder = withFile('head', changed);
        const heads = readHeads(join(folder, 'head'));
        if (heads !== null) {
          expect(heads.generation).toBeGreaterThanOrEqual((written?.generation ?? 0) - 1);
          expect(heads.generation).toBeLessThanOrEqual(written?.generation ?? 0);
        }
        const opened = open(folder);
        expect(opened.ledger).toHaveLength(EVENTS);
        opened.log.close();
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
