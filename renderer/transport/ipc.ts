/** The desktop's way to the engine: the preload bridge posts one MessagePort to this window. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { type EngineClient, type EngineConnection, TAKEN } from './client.ts';

const PORT_LIMIT_MS = 5_000;

/** What the preload exposes: ask for a port, which then arrives as a window message named `PORT_MESSAGE`. */
interface EngineBridge {
  connect(): void;
}

export const PORT_MESSAGE = 'countersign:engine-port';

declare global {
  interface Window {
    readonly countersign?: EngineBridge;
  }
}

/** Asks the bridge for a port. @throws Error when none comes in five seconds. */
export async function connectIpc(bridge: EngineBridge): Promise<EngineConnection> {
  const port = await new Promise<MessagePort>((resolve, reject) => {
    const limit = setTimeout(() => {
      window.removeEventListener('message', take);
      reject(new Error('The engine did not answer in five seconds.'));
    }, PORT_LIMIT_MS);
    function take(event: MessageEvent): void {
      const [arrived] = event.ports;
      if (event.source !== window || event.data !== PORT_MESSAGE || !arrived) return;
      clearTimeout(limit);
      window.removeEventListener('message', take);
      resolve(arrived);
    }
    window.addEventListener('message', take);
    bridge.connect();
  });
  const client: EngineClient = createORPCClient(new RPCLink({ port }));
  const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()));
  // The engine lets a screen be only a few messages behind; it hears from this how many were taken.
  port.addEventListener('message', () => port.postMessage(TAKEN));
  port.start();
  return { client, closed, close: () => port.close() };
}
