import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ENTRY = join(import.meta.dirname, '../../../main/practice/main.ts');

export interface VenueProcess {
  readonly child: ChildProcess;
  readonly ready: { port: number; apiKey: string; secret: string; controlToken: string; symbols: string[] };
}

/** Starts a real venue process and waits until it says that it is ready. */
export async function spawnVenue(args: readonly string[]): Promise<VenueProcess> {
  const child = spawn(process.execPath, [ENTRY, '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return { child, ready: JSON.parse(line) as VenueProcess['ready'] };
}

export async function kill(venue: VenueProcess): Promise<void> {
  const gone = once(venue.child, 'exit');
  venue.child.kill('SIGKILL');
  await gone;
}
