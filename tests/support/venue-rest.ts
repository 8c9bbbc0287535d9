/** The venue asked over its own REST by a few lines of our own: what the product believes is checked against this. */
import { createHmac } from 'node:crypto';
import type { VenueInfo } from '../../main/practice/venue-folder.ts';

type Reach = Pick<VenueInfo, 'port' | 'apiKey' | 'secret' | 'controlToken'>;

export interface RawOrder {
  readonly symbol: string;
  readonly orderId: number;
  /** -1: it belongs to no list. */
  readonly orderListId: number;
  readonly clientOrderId: string;
  readonly price: string;
  readonly stopPrice?: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly status: string;
  readonly type: string;
  readonly side: string;
}

export interface RawTrade {
  readonly symbol: string;
  readonly id: number;
  readonly orderId: number;
  readonly price: string;
  readonly qty: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly time: number;
  readonly isBuyer: boolean;
}

const LIMIT_MS = 10_000;

export class VenueRest {
  readonly #venue: Reach;

  constructor(venue: Reach) {
    this.#venue = venue;
  }

  openOrders(symbol?: string): Promise<RawOrder[]> {
    return this.#signed('/api/v3/openOrders', symbol === undefined ? {} : { symbol });
  }

  allOrders(symbol: string): Promise<RawOrder[]> {
    return this.#signed('/api/v3/allOrders', { symbol, limit: '1000' });
  }

  myTrades(symbol: string): Promise<RawTrade[]> {
    return this.#signed('/api/v3/myTrades', { symbol, limit: '1000' });
  }

  async balances(): Promise<ReadonlyMap<string, { free: string; locked: string }>> {
    const account = await this.#signed<{ balances: { asset: string; free: string; locked: string }[] }>(
      '/api/v3/account',
      {},
    );
    return new Map(account.balances.map((row) => [row.asset, row]));
  }

  /** An order of another program on the same account. */
  placeLimit(symbol: string, side: 'BUY' | 'SELL', quantity: string, price: string, id: string): Promise<unknown> {
    const order = { symbol, side, type: 'LIMIT', timeInForce: 'GTC', quantity, price, newClientOrderId: id };
    return this.#signed('/api/v3/order', order, 'POST');
  }

  /** A target and a stop for one balance, as another program on the same account places them. */
  placeOco(
    symbol: string,
    quantity: string,
    { target, stop, name }: { readonly target: string; readonly stop: string; readonly name: string },
  ): Promise<unknown> {
    const above = { aboveType: 'LIMIT_MAKER', abovePrice: target, aboveClientOrderId: `${name}-above` };
    const below = { belowType: 'STOP_LOSS', belowStopPrice: stop, belowClientOrderId: `${name}-below` };
    return this.#signed('/api/v3/orderList/oco', { symbol, side: 'SELL', quantity, ...above, ...below }, 'POST');
  }

  cancel(symbol: string, clientOrderId: string): Promise<unknown> {
    return this.#signed('/api/v3/order', { symbol, origClientOrderId: clientOrderId }, 'DELETE');
  }

  /** Every order that rests in this symbol. */
  cancelAllOf(symbol: string): Promise<unknown> {
    return this.#signed('/api/v3/openOrders', { symbol }, 'DELETE');
  }

  /** The account's switch that takes fees from the venue's own coin. */
  payFeesInCoin(on: boolean): Promise<unknown> {
    return this.#signed('/sapi/v1/bnbBurn', { spotBNBBurn: String(on) }, 'POST');
  }

  bookTicker(symbol: string): Promise<{ bidPrice: string; bidQty: string; askPrice: string; askQty: string }> {
    return this.#ask('GET', `/api/v3/ticker/bookTicker?symbol=${symbol}`);
  }

  /** The newest candles as numbers: open time, open, high, low, close, volume. */
  async klines(symbol: string, interval: string, limit: number): Promise<number[][]> {
    const rows = await this.#ask<unknown[][]>(
      'GET',
      `/api/v3/klines?symbol=${symbol}&interval=${interval}&limit=${limit}`,
    );
    return rows.map((row) => row.slice(0, 6).map(Number));
  }

  /** Moves the whole market of one symbol at once. */
  shock(symbol: string, bps: number): Promise<unknown> {
    return this.#control('POST', '/_market/shock', { symbol, bps });
  }

  /** Other rules (`tickSize`, `lotStep`, `minQty`, `maxQty`, `minNotional`) for new orders of one symbol from now on. */
  changeRules(symbol: string, change: Readonly<Record<string, string>>): Promise<unknown> {
    return this.#control('POST', '/_market/rules', { symbol, ...change });
  }

  /** Switches a fault on; give its id to `endFault`. */
  async startFault(fault: Readonly<Record<string, unknown>>): Promise<number> {
    return (await this.#control<{ id: number }>('POST', '/_faults', fault)).id;
  }

  endFault(id: number): Promise<unknown> {
    return this.#control('DELETE', `/_faults/${id}`);
  }

  /** Puts money in or takes it out behind the terminal's back. */
  addBalance(asset: string, add: string): Promise<unknown> {
    return this.#control('POST', '/_balance', { asset, add });
  }

  #signed<T>(path: string, params: Readonly<Record<string, string>>, method = 'GET'): Promise<T> {
    const query = new URLSearchParams({ ...params, timestamp: String(Date.now()), recvWindow: '20000' }).toString();
    const signature = createHmac('sha256', this.#venue.secret).update(query).digest('hex');
    return this.#ask(method, `${path}?${query}&signature=${signature}`, { 'X-MBX-APIKEY': this.#venue.apiKey });
  }

  #control<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#ask(method, path, { 'x-control-token': this.#venue.controlToken }, body);
  }

  async #ask<T>(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<T> {
    const reply = await fetch(`http://127.0.0.1:${this.#venue.port}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`the venue answered ${method} ${path} with ${reply.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
