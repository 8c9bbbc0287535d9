import type { ChildProcess } from 'node:child_process';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../../preload/contract.ts';
import type { ScreenWire } from '../engine/gateway/screen-link.ts';

export type EngineClient = ContractRouterClient<typeof contract>;

type Port = ConstructorParameters<typeof RPCLink>[0]['port'];
type Listen = (event: { readonly data: unknown }) => void;

/** What a rehearsal's engine says besides the contract, whose messages are strings. */
export type EngineWord = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly text: string };

/** The contract over a child process's channel: this end asks. */
export function clientOf(child: ChildProcess): EngineClient {
  const port = {
    addEventListener(name: 'message' | 'close', listen: Listen): void {
      if (name === 'close') child.once('exit', () => listen({ data: undefined }));
      else {
        child.on('message', (data) => {
          if (typeof data === 'string') listen({ data });
        });
      }
    },
    postMessage(data: string): void {
      // A failed write means that the process is going: its end is noticed by whoever waits for it.
      if (child.connected) child.send(data, () => undefined);
    },
  };
  return createORPCClient(new RPCLink({ port: port as unknown as Port }));
}

/** The contract over this process's channel to its parent: this end answers. */
export const parentWire: ScreenWire = {
  send: (message) => void process.send?.(message),
  onMessage: (take) => void process.on('message', take),
  onClose: (run) => void process.on('disconnect', run),
  refuse: () => process.exit(1),
};
