/** Commands over what the lab keeps: run as a person runs them, on files in a folder of their own. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli-process.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-store-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('gap', () => {
  it('splits what an account did from what the robot would have done', async () => {
    const journals = join(import.meta.dirname, '../../support/journals/in-trade-0.1.0');
    mkdirSync(join(dir, 'accounts'), { recursive: true });
    cpSync(journals, join(dir, 'accounts/practice-generated-1'), { recursive: true });
    const { json, exit } = await runCli(['gap', dir, '--days', '30', '--until', '2026-01-06T00:00Z', '--json']);
    expect(exit).toBe(0);
    // A person's own order: the robot did nothing.
    expect(json).toMatchObject({
      ok: true,
      accounts: [
        { account: 'practice-generated-1', gap: '-1.2250948', rerun: '0', parts: { signal: '-1.2250948', fees: '0' } },
      ],
    });
  });
  it('says what is wrong in one sentence', async () => {
    const none = await runCli(['gap', join(dir, 'nothing')]);
    expect([none.exit, none.stderr]).toEqual([2, `${join(dir, 'nothing')} holds no journal\n`]);
    const when = await runCli(['gap', dir, '--until', 'soon']);
    expect([when.exit, when.stderr]).toEqual([2, '--until soon is no date: 2024-01-31T12:00Z is one\n']);
  });
});
