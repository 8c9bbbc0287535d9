/** The engine as Electron's utility process: screens reach it over message ports that the shell hands in. */
import './require-node.ts';
import { parseArgs } from 'node:util';
import type { MessagePortMain, ParentPort } from 'electron';
import { portWire } from './engine/gateway/port-wire.ts';
import { createScreenServer } from './engine/gateway/screen-link.ts';
import { startHost } from './host.ts';

interface ShellMessage {
  readonly data: { readonly type: 'connect' | 'stop' };
  readonly ports: readonly MessagePortMain[];
}

const parent = (process as typeof process & { parentPort: ParentPort }).parentPort;
const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
const starting = startHost({
  ...(values['data-dir'] !== undefined && { dataDir: values['data-dir'] }),
  practice: { kind: 'generated' },
  onLog: (text) => console.error(text),
});

const serving = starting.then((host) => createScreenServer(host.gateway.router));

parent.on('message', async (message: unknown) => {
  const { data, ports } = message as ShellMessage;
  if (data.type === 'stop') {
    await (await starting).close();
    process.exit(0);
  }
  const serve = await serving;
  for (const port of ports) serve(portWire(port));
});

await serving.catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
