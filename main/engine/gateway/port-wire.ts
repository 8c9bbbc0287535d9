import type { ScreenWire } from './screen-link.ts';

interface PortMessage {
  readonly data: unknown;
}

/** Ports of the web and of worker threads. */
export interface EventTargetPort {
  addEventListener(name: 'message', listener: (event: PortMessage) => void): void;
  addEventListener(name: 'close', listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** Ports of Electron's main and utility processes. */
export interface EmitterPort {
  on(name: 'message', listener: (event: PortMessage) => void): unknown;
  on(name: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** A message port as a wire to a screen; starts the port. */
export function portWire(port: EventTargetPort | EmitterPort): ScreenWire {
  const takers: ((data: unknown) => void)[] = [];
  const enders: (() => void)[] = [];
  const take = ({ data }: PortMessage): void => {
    for (const taker of takers) taker(data);
  };
  const end = (): void => {
    for (const ender of enders) ender();
  };
  if ('addEventListener' in port) {
    port.addEventListener('message', take);
    port.addEventListener('close', end);
  } else {
    port.on('message', take);
    port.on('close', end);
  }
  // What has arrived already is delivered later than this turn, when the takers are in place.
  port.start();
  return {
    send: (message) => port.postMessage(message),
    onMessage: (taker) => void takers.push(taker),
    onClose: (ender) => void enders.push(ender),
    refuse: () => port.close(),
  };
}
