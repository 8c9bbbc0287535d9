import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { FaultBoard } from './faults.ts';

export type Channel = 'stream' | 'ws-api';

const BUFFERED_BYTES_MAX = 8 * 1024 * 1024;
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 60_000;
const MESSAGES_PER_SECOND_MAX = 200;

export interface ConnectionHandlers {
  onText(text: string): void;
  onClose(): void;
}

/**
 * One WebSocket client. Everything sent passes the fault switches; a client that does not read is dropped rather than
 * buffered without end.
 */
export class Connection {
  readonly channel: Channel;
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #faults: FaultBoard;
  readonly #nowMs: () => number;
  readonly #ping: NodeJS.Timeout;
  #lastPongMs: number;
  /** Messages held back, per stream, until the next one of that stream has gone out. */
  readonly #held = new Map<string, string>();
  #deliverAtMs = 0;
  #isCorked = false;
  #second = 0;
  #inSecond = 0;

  constructor(
    channel: Channel,
    socket: WebSocket,
    wire: Duplex,
    faults: FaultBoard,
    nowMs: () => number,
    handlers: ConnectionHandlers,
  ) {
    this.channel = channel;
    this.#socket = socket;
    this.#wire = wire;
    this.#faults = faults;
    this.#nowMs = nowMs;
    this.#lastPongMs = nowMs();
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.close(1003, 'text only');
      else if (this.#tooFast()) this.close(1008, 'too many messages');
      else handlers.onText(data.toString());
    });
    socket.on('ping', (data) => {
      if (!this.#faults.first('mute-pong', this.channel)) socket.pong(data);
    });
    socket.on('pong', () => {
      this.#lastPongMs = this.#nowMs();
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(this.#ping);
      handlers.onClose();
    });
    this.#ping = setInterval(() => this.#keepAlive(), PING_EVERY_MS);
    this.#ping.unref();
  }

  /** Sends a reply (an acknowledgement, an answer): only delays touch it. */
  reply(text: string): void {
    if (!this.#faults.first('mute-ack', this.channel)) this.#deliver(text, 0);
  }

  /** Sends market data or a private event named `name`, as the fault switches leave it. */
  push(name: string, text: string): void {
    let out: string[] = [text];
    let delayMs = 0;
    for (const fault of this.#faults.forMessage(this.channel, name)) {
      if (fault.fault === 'mute-data' || fault.fault === 'gap') out = [];
      else if (fault.fault === 'duplicate') out = [...out, ...out];
      else if (fault.fault === 'malformed') out = [text.slice(0, Math.ceil(text.length / 2))];
      else if (fault.fault === 'latency') delayMs += fault.delayMs;
      else if (fault.fault === 'reorder' && !this.#held.has(name) && out.length > 0) {
        this.#held.set(name, text);
        return;
      }
    }
    const held = this.#held.get(name);
    if (held !== undefined && out.length > 0) {
      out.push(held);
      this.#held.delete(name);
    }
    for (const one of out) this.#deliver(one, delayMs);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Later messages never overtake a delayed one. */
  #deliver(text: string, delayMs: number): void {
    const nowMs = this.#nowMs();
    this.#deliverAtMs = Math.max(this.#deliverAtMs, nowMs + delayMs);
    if (this.#deliverAtMs <= nowMs) this.#write(text);
    else setTimeout(() => this.#write(text), this.#deliverAtMs - nowMs);
  }

  #write(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > BUFFERED_BYTES_MAX) {
      this.#socket.close(1008, 'slow consumer');
      this.#socket.terminate();
      return;
    }
    this.#cork();
    this.#socket.send(text);
  }

  /** What is sent in one turn of the event loop leaves in one piece: one system call, not one a message. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#wire.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#wire.uncork();
    });
  }

  #keepAlive(): void {
    if (this.#nowMs() - this.#lastPongMs > PONG_WITHIN_MS) this.#socket.terminate();
    else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #tooFast(): boolean {
    const second = Math.floor(this.#nowMs() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    this.#inSecond += 1;
    return this.#inSecond > MESSAGES_PER_SECOND_MAX;
  }
}
