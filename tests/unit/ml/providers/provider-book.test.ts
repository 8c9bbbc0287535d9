import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openProviderBook } from '../../../../main/ml/providers/provider-book.ts';

const DAY_MS = 86_400_000;
const FASTER = { provider: 'webgpu', net: 'lstm of size 20', timesAsFast: 3, apartShare: 1e-5, why: '' } as const;

let dir: string;
let nowMs: number;
const file = (): string => join(dir, 'gpus.json');
const open = (build = 'ONNX Runtime 1 on here') => openProviderBook(file(), build, () => nowMs);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-gpus-'));
  nowMs = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('remembers a race for a week, of this build on this machine, and takes the newest of a net', () => {
  open().keep({ ...FASTER, timesAsFast: 2 });
  open().keep(FASTER);
  open().keep({ ...FASTER, net: 'mlp of size 12', timesAsFast: null, apartShare: null, why: 'no adapter' });
  expect(open().measured('webgpu', FASTER.net)).toEqual({ ...FASTER, atMs: nowMs });
  expect(open().measured('webgpu', 'lstm of size 21')).toBeNull();
  expect(open().measured('cuda', FASTER.net)).toBeNull();
  expect(open('ONNX Runtime 2 on here').measured('webgpu', FASTER.net)).toBeNull();
  nowMs += 7 * DAY_MS;
  expect(open().measured('webgpu', FASTER.net)).toBeNull();
});

it('quarantines what was entered and never left, whichever build comes next, for a week', () => {
  open().enter('webgpu', 'a job');
  open().leave();
  expect(open().recover()).toBeNull();
  open().enter('webgpu', 'a job');
  const why = 'the process that trained on it (a job) ended without a word';
  expect(open('ONNX Runtime 2 on here').recover()).toEqual({ provider: 'webgpu', why });
  const next = open('ONNX Runtime 2 on here');
  expect(next.recover()).toBeNull();
  expect(next.quarantined('webgpu')).toBe(why);
  expect(next.quarantined('cuda')).toBeNull();
  nowMs += 7 * DAY_MS;
  expect(next.quarantined('webgpu')).toBeNull();
});

it('leaves alone what a process beside it has entered, as long as that lives', () => {
  open().enter('webgpu', 'a job');
  const written = JSON.parse(readFileSync(file(), 'utf8'));
  const by = (pid: number): void =>
    writeFileSync(file(), JSON.stringify({ ...written, inUse: { ...written.inUse, pid } }));
  by(process.ppid);
  expect(open().recover()).toBeNull();
  expect(open().read().inUse).toMatchObject({ pid: process.ppid });
  by(2 ** 30);
  expect(open().recover()).toMatchObject({ provider: 'webgpu' });
});

it('forgets on request, and takes a file that is none for no file', () => {
  open().forget();
  open().quarantine('dml', 'it failed');
  open().keep(FASTER);
  open().forget();
  expect(open().read()).toMatchObject({ measured: [], quarantined: [], inUse: null });
  writeFileSync(file(), '{"schemaVersion":1,');
  expect(open().quarantined('dml')).toBeNull();
  open().keep(FASTER);
  expect(open().measured('webgpu', FASTER.net)).not.toBeNull();
});
