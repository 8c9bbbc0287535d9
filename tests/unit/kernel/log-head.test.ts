import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Heads, openHeadFile, readHeads } from '../../../main/engine/kernel/log-head.ts';

let dir = '';
let path = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-head-'));
  path = join(dir, 'journal.head');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hash = (digit: number): string => String(digit % 10).repeat(64);
const heads = (n: number): Heads => ({ ledger: { seq: n, hash: hash(n) }, market: { seq: n + 1, hash: hash(n + 1) } });

function writeHeads(count: number): void {
  const file = openHeadFile(path);
  for (let n = 1; n <= count; n += 1) file.write(heads(n));
  file.close();
}

describe('the heads of the log', () => {
  it('are those of the last write, also for who opens the file again', () => {
    expect(readHeads(path)).toBeNull();
    writeHeads(5);
    expect(readHeads(path)).toEqual({ generation: 5, heads: heads(5) });
    const file = openHeadFile(path);
    expect(file.heads).toEqual(heads(5));
    file.write(heads(6));
    file.close();
    expect(readHeads(path)).toEqual({ generation: 6, heads: heads(6) });
  });

  it('fall back to the write before where the last one was torn, at whatever byte', () => {
    writeHeads(4);
    const whole = readFileSync(path);
    const newest = 4 % 2;
    fc.assert(
      fc.property(fc.nat({ max: 100 }), (at) => {
        const torn = Buffer.from(whole);
        torn.fill(0, newest * 512 + at, (newest + 1) * 512);
        writeFileSync(path, torn);
        expect(readHeads(path)).toEqual({ generation: 3, heads: heads(3) });
      }),
      { numRuns: 30 },
    );
  });

  it('one changed byte is never taken for a head that was not written', () => {
    writeHeads(4);
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (whole[at] as number) ^ flip;
        writeFileSync(path, changed);
        expect([3, 4]).toContain(readHeads(path)?.generation);
        expect([heads(3), heads(4)]).toContainEqual(readHeads(path)?.heads);
      }),
      { numRuns: 300 },
    );
  });

  it('are none where both slots are lost', () => {
    writeHeads(1);
    truncateSync(path, 0);
    expect(readHeads(path)).toBeNull();
    writeFileSync(path, 'something else entirely');
    expect(readHeads(path)).toBeNull();
  });
});
