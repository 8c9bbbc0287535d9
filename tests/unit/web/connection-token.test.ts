import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isConnectionToken, keptConnectionToken } from '../../../main/web/connection-token.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-token-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = (): string => join(folder, `token-${files++}`);

describe('the connection token', () => {
  it('is long, its own for every folder, and kept', () => {
    const paths = Array.from({ length: 20 }, fresh);
    const tokens = paths.map(keptConnectionToken);
    expect(new Set(tokens).size).toBe(20);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
    expect(paths.map(keptConnectionToken)).toEqual(tokens);
  });

  it.each(['', 'short', 'x'.repeat(33), '<script>aaaaaaaaaaaaaaaaaaaaaaaa'])('"%s" in the file is replaced', (text) => {
    const path = fresh();
    writeFileSync(path, text);
    const token = keptConnectionToken(path);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(readFileSync(path, 'utf8').trim()).toBe(token);
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner only, also where the file was open to all', () => {
    const path = fresh();
    writeFileSync(path, 'no token');
    chmodSync(path, 0o644);
    keptConnectionToken(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is compared whole', () => {
    expect(isConnectionToken('abc', 'abc')).toBe(true);
    for (const offered of ['abd', 'ab', 'abcd', '', null, undefined, 'äbc'])
      expect(isConnectionToken(offered, 'abc')).toBe(false);
  });
});
