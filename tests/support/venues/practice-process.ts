import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VenueInfo } from '../../../main/practice/venue-folder.ts';

export interface PracticeProcess {
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
  readonly controlToken: string;
  readonly folder: string;
  /** Switches a fault on; see the practice venue's `/_faults`. */
  fault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  /** How often standing faults of this kind have struck. */
  struck(kind: string): Promise<number>;
  /** `kill -9`: its port is closed from then on. */
  kill(): Promise<void>;
  /** Starts it again on its port, with its memory. */
  restart(): Promise<void>;
  /** A public REST answer, asked without the connector. */
  get(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** The practice venue as a process of its own, on a generated market, with its memory in a temporary folder. */
export async function startPracticeProcess(seed: number): Promise<PracticeProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'practice-'));
  const entry = join(import.meta.dirname, '../../../main/practice/main.ts');
  const launch = (onPort: number): ChildProcess =>
    spawn(process.execPath, [entry, '--data-dir', folder, '--seed', String(seed), '--port', String(onPort), '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  let child = launch(0);
  const ready = await firstLine(child);
  const { port, apiKey, secret, controlToken } = JSON.parse(ready) as VenueInfo;
  const base = `http://127.0.0.1:${port}`;
  const control = async (method: string, body?: unknown): Promise<unknown> => {
    const reply = await fetch(`${base}/_faults`, {
      method,
      headers: { 'x-control-token': controlToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`the practice venue refused a fault: ${await reply.text()}`);
    return reply.json();
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  return {
    port,
    apiKey,
    secret,
    controlToken,
    folder,
    fault: async (fault) => void (await control('POST', fault)),
    clearFaults: async () => void (await control('DELETE')),
    async struck(kind) {
      const { faults } = (await control('GET')) as { faults: { fault: { fault: string }; struck: number }[] };
      return faults.filter(({ fault }) => fault.fault === kind).reduce((sum, { struck }) => sum + struck, 0);
    },
    kill: () => end('SIGKILL'),
    async restart() {
      child = launch(port);
      await firstLine(child);
    },
    get: async (path) => (await fetch(base + path)).json(),
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('exit', (code) => reject(new Error(`the practice venue ended with ${code} before it was ready`)));
  });
}
