import { RPCHandler } from '@orpc/server/ws';
import type { EngineRouter } from './router.ts';

/** What a screen answers to every message it has taken in; it is how the engine knows how far behind the screen is. */
const TAKEN = 'taken';
/** Messages a screen may be behind before its streams wait for it, and merge meanwhile. */
const AHEAD_MAX = 8;

/** One connection to one screen, whatever carries it. */
export interface ScreenWire {
  send(message: string): void;
  onMessage(take: (data: unknown) => void): void;
  onClose(run: () => void): void;
  /** Ends the connection because the other side does not speak the contract. */
  refuse(why: string): void;
  /** Resolves when most of what was sent has left; null when there is nothing to wait for. */
  drained?(): Promise<void> | null;
}

/** Answers screens on any wire from the one router. */
export function createScreenServer(router: EngineRouter): (wire: ScreenWire) => void {
  const rpc = new RPCHandler(router);
  return (wire) => {
    // oRPC's own handler for WebSockets asks for no more than these two members.
    const link = linkTo(wire) as unknown as Parameters<typeof rpc.upgrade>[0];
    void rpc.upgrade(link, { context: {} });
  };
}

type Take = (event: { readonly data: unknown }) => void;

function linkTo(wire: ScreenWire) {
  let behind = 0;
  let acknowledges = false;
  let closed = false;
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const released = waiting;
    waiting = [];
    for (const go of released) go();
  };
  wire.onClose(() => {
    closed = true;
    release();
  });
  return {
    /** Sends at once; what it returns settles when the screen is close enough behind for its streams to go on. */
    send(message: string): Promise<void> | null {
      if (closed) return null;
      wire.send(message);
      behind += 1;
      if (acknowledges && behind > AHEAD_MAX) return new Promise((resolve) => waiting.push(resolve));
      return wire.drained?.() ?? null;
    },
    addEventListener(name: 'message' | 'close', handle: Take): void {
      if (name === 'close') {
        wire.onClose(() => handle({ data: undefined }));
        return;
      }
      wire.onMessage((data) => {
        if (data === TAKEN) {
          acknowledges = true;
          behind = Math.max(0, behind - 1);
          if (behind <= AHEAD_MAX) release();
        } else if (isContractMessage(data)) {
          handle({ data });
        } else {
          wire.refuse('this is not a message of the contract');
        }
      });
    },
  };
}

/** The envelope only: what is asked and with what input, the contract's schemas check. */
function isContractMessage(data: unknown): data is string {
  if (typeof data !== 'string') return false;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return false;
  }
  if (!isRecord(message) || typeof message.i !== 'string' || message.i.length > 40) return false;
  // Events from a screen and the end of a request carry no address.
  if (message.t === 3) return isRecord(message.p);
  if (message.t === 4) return true;
  if (message.t !== undefined && message.t !== 1) return false;
  const { p } = message;
  return isRecord(p) && typeof p.u === 'string' && p.u.startsWith('/');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
