import { createHmac } from 'node:crypto';
import type { VenueInfo } from '../practice/venue-folder.ts';

/** An order as the venue itself has it. */
export interface VenueOrderRow {
  readonly clientOrderId: string;
  readonly status: string;
  readonly side: string;
  readonly type: string;
}

const LIMIT_MS = 10_000;
const OPEN: ReadonlySet<string> = new Set(['NEW', 'PARTIALLY_FILLED']);

/**
 * The rehearsal's venue, past the engine: its fault switches, and what it holds, so that what the engine believes can be
 * checked against it. Symbols as people write them (`BTC/USDT`). Every call throws an Error that names what was asked.
 */
export class PracticeControl {
  readonly #venue: () => VenueInfo;

  constructor(venue: () => VenueInfo) {
    this.#venue = venue;
  }

  async fault(fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#control('POST', '/_faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.#control('DELETE', '/_faults');
  }

  /** Moves the whole market of one symbol at once. */
  async shock(symbol: string, bps: number): Promise<void> {
    await this.#control('POST', '/_market/shock', { symbol, bps });
  }

  quote(symbol: string): Promise<{ bidPrice: string; askPrice: string }> {
    return this.#ask('GET', `/api/v3/ticker/bookTicker?symbol=${venueSymbol(symbol)}`);
  }

  /** Every order of the symbol, of any state, oldest first. */
  orders(symbol: string): Promise<VenueOrderRow[]> {
    const params = { symbol: venueSymbol(symbol), limit: '1000', timestamp: String(Date.now()), recvWindow: '20000' };
    const query = new URLSearchParams(params).toString();
    const signature = createHmac('sha256', this.#venue().secret).update(query).digest('hex');
    const key = { 'X-MBX-APIKEY': this.#venue().apiKey };
    return this.#ask('GET', `/api/v3/allOrders?${query}&signature=${signature}`, key);
  }

  async openOrders(symbol: string): Promise<VenueOrderRow[]> {
    return (await this.orders(symbol)).filter(({ status }) => OPEN.has(status));
  }

  #control(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#ask(method, path, { 'x-control-token': this.#venue().controlToken }, body);
  }

  async #ask<T>(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<T> {
    const reply = await fetch(`http://127.0.0.1:${this.#venue().port}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const asked = path.split('?')[0];
    if (!reply.ok) throw new Error(`the practice venue answered ${method} ${asked} with ${reply.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

const venueSymbol = (symbol: string): string => symbol.replace('/', '');
