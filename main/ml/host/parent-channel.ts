import { EventEmitter } from 'node:events';

/** The channel to the process that started this one. */
export interface ParentChannel {
  send(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  /** The parent is gone: nobody will read what is sent from now on. */
  onClosed(handler: () => void): void;
}

/** What Electron's utility processes have in place of Node's IPC; typed here because nothing but the shell knows Electron. */
interface ElectronParentPort extends EventEmitter {
  postMessage(message: unknown): void;
}

/**
 * Finds the parent: Node's IPC channel of a forked process, or the port of an Electron utility process.
 * @throws Error when the process was started by hand
 */
export function connectToParent(): ParentChannel {
  const send = process.send?.bind(process);
  if (send !== undefined) {
    return {
      send(message) {
        if (process.connected) send(message);
      },
      onMessage: (handler) => void process.on('message', handler),
      onClosed: (handler) => void process.on('disconnect', handler),
    };
  }
  const port: unknown = Reflect.get(process, 'parentPort');
  if (!isElectronParentPort(port)) throw new Error('the ml-host is started by the engine, not by hand');
  return {
    send: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', (event: { data: unknown }) => handler(event.data)),
    // Electron ends a utility process itself when its owner goes.
    onClosed: () => {},
  };
}

function isElectronParentPort(port: unknown): port is ElectronParentPort {
  return port instanceof EventEmitter && 'postMessage' in port && typeof port.postMessage === 'function';
}
