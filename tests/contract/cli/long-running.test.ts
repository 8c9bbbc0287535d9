import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isAlive, makeDataDir, removeDataDir, venueOf } from '../../support/host-process.ts';

const CLI = join(import.meta.dirname, '../../../main/cli.ts');
const dataDirs: string[] = [];
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const dir of dataDirs) await removeDataDir(dir);
});

/** Starts a command that goes on until it is told to end; `ready` is the first line it prints. */
async function start(args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let stdout = '';
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')));
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  return { child, ready: await ready, stdout: () => stdout, end };
}

function newDataDir(): string {
  const dir = makeDataDir();
  dataDirs.push(dir);
  return dir;
}

it('serve --json prints one line when it is ready, answers there, and ends well when told to; the venue lives on', async () => {
  const dataDir = newDataDir();
  const { child, ready, stdout, end } = await start(['serve', '--no-open', '--json', '--data-dir', dataDir]);
  const { url, pid, ...rest } = JSON.parse(ready) as { url: string; pid: number };
  expect(rest).toEqual({});
  expect(pid).toBe(child.pid);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{20,}$/);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(new URL('/', url))).status).toBe(401);
  expect(await end()).toBe(0);
  expect(stdout()).toBe(`${ready}\n`);
  expect(isAlive(venueOf(dataDir).pid)).toBe(true);
});

it('practice-venue --json prints how to reach it, answers there, and serve --practice trades on it', async () => {
  const venueDir = newDataDir();
  const venue = await start(['practice-venue', '--json', '--seed', '7', '--data-dir', venueDir]);
  const reach = JSON.parse(venue.ready) as Record<string, unknown>;
  expect(reach).toMatchObject({
    port: expect.any(Number),
    apiKey: expect.any(String),
    secret: expect.any(String),
    controlToken: expect.any(String),
    symbols: expect.arrayContaining(['BTC/USDT', 'ETH/USDT']),
    balances: { USDT: '10000' },
  });
  const time = await fetch(`http://127.0.0.1:${reach['port']}/api/v3/time`);
  expect(await time.json()).toMatchObject({ serverTime: expect.any(Number) });

  const practice = `http://${reach['apiKey']}:${reach['secret']}@127.0.0.1:${reach['port']}`;
  const dataDir = newDataDir();
  const host = await start(['serve', '--no-open', '--json', '--data-dir', dataDir, '--practice', practice]);
  expect(JSON.parse(host.ready)).toMatchObject({ url: expect.stringContaining('127.0.0.1') });
  expect(await host.end()).toBe(0);
  expect(existsSync(join(dataDir, 'practice'))).toBe(false);
  expect(await venue.end()).toBe(0);
  expect(venue.stdout()).toBe(`${venue.ready}\n`);
});
