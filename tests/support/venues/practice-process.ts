import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PracticeProcess {
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
  readonly folder: string;
  /** Switches a fault on; see the practice venue's `/_faults`. */
  fault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  /** A public REST answer, asked without the connector. */
  get(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** The practice venue as a process of its own, on a generated market, with its memory in a temporary folder. */
export async function startPracticeProcess(seed: number): Promise<PracticeProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'practice-'));
  const entry = join(import.meta.dirname, '../../../main/practice/main.ts');
  const child = spawn(process.execPath, [entry, '--data-dir', folder, '--seed', String(seed), '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = await firstLine(child);
  const { port, apiKey, secret, controlToken } = JSON.parse(ready) as Record<string, string> & { port: number };
  const base = `http://127.0.0.1:${port}`;
  const control = async (method: string, body?: unknown): Promise<void> => {
    const reply = await fetch(`${base}/_faults`, {
      method,
      headers: { 'x-control-token': controlToken as string },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`the practice venue refused a fault: ${await reply.text()}`);
  };
  return {
    port,
    apiKey: apiKey as string,
    secret: secret as string,
    folder,
    fault: (fault) => control('POST', fault),
    clearFaults: () => control('DELETE'),
    get: async (path) => (await fetch(base + path)).json(),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
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
