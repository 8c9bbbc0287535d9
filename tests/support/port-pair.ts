type Listener = (event: { readonly data: unknown }) => void;

/** One end of a pair of ports held in memory: copies what is posted, delivers it later, as real ports do. */
class MemoryPort {
  private readonly listeners = { message: new Set<Listener>(), close: new Set<Listener>() };
  private peer: MemoryPort | null = null;
  private queued: unknown[] = [];
  private started = false;
  private closed = false;

  static pair(): [MemoryPort, MemoryPort] {
    const [a, b] = [new MemoryPort(), new MemoryPort()];
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  addEventListener(name: 'message' | 'close', listener: Listener): void {
    this.listeners[name].add(listener);
  }

  postMessage(message: unknown): void {
    const copy: unknown = structuredClone(message);
    const { peer } = this;
    if (!this.closed && peer) setImmediate(() => peer.take(copy));
  }

  start(): void {
    this.started = true;
    const waiting = this.queued;
    this.queued = [];
    for (const message of waiting) setImmediate(() => this.take(message));
  }

  close(): void {
    for (const port of [this, this.peer]) {
      if (!port || port.closed) continue;
      port.closed = true;
      setImmediate(() => {
        for (const listener of port.listeners.close) listener({ data: undefined });
      });
    }
  }

  private take(data: unknown): void {
    if (this.closed) return;
    if (!this.started) this.queued.push(data);
    else for (const listener of this.listeners.message) listener({ data });
  }
}

export const memoryPortPair = (): [MemoryPort, MemoryPort] => MemoryPort.pair();
