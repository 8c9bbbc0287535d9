import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A loopback relay in front of the practice venue that notes when bytes pass. Times are `performance.now()`. */
export interface WireTap {
  readonly port: number;
  /** When the prints of the venue's trade streams passed, by `symbol time price quantity`. */
  readonly prints: ReadonlyMap<string, number>;
  /** When the first bytes of each order passed, by client order id… in order of passing. */
  readonly orders: readonly number[];
  close(): void;
}

const PRINT = /"e":"trade"[^}]*?"s":"([A-Z]+)"[^}]*?"p":"([\d.]+)","q":"([\d.]+)"[^}]*?"T":(\d+)/g;

export const printKey = (symbol: string, timeMs: number, price: string, qty: string): string =>
  `${symbol} ${timeMs} ${Number(price)} ${Number(qty)}`;

export async function openWireTap(venuePort: number): Promise<WireTap> {
  const prints = new Map<string, number>();
  const orders: number[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const venue = connect(venuePort, '127.0.0.1');
    for (const [from, to] of [
      [client, venue],
      [venue, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes: Buffer) => {
        const atMs = performance.now();
        if (from === client) {
          if (bytes.includes('POST /api/v3/order')) orders.push(atMs);
        } else if (bytes.includes('"e":"trade"')) {
          for (const [, symbol, price, qty, time] of bytes.toString('latin1').matchAll(PRINT)) {
            prints.set(printKey(symbol as string, Number(time), price as string, qty as string), atMs);
          }
        }
        to.write(bytes);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    prints,
    orders,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
