import type { Connection } from '../../connection.ts';
import type { Balance } from '../../matching/account.ts';
import type { OrderReport } from '../../matching/order.ts';
import { checkApiKey, checkPermission, checkTiming, checkWsSignature } from './auth.ts';
import type { SpotContext } from './context.ts';
import { BinanceError } from './errors.ts';
import { listEvents } from './order-lists.ts';
import { Params } from './params.ts';
import { accountPosition, executionReport } from './render.ts';
import { ROUTES } from './rest.ts';

/** WebSocket methods and the REST routes that they are the twins of. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['ping', 'GET /api/v3/ping'],
  ['time', 'GET /api/v3/time'],
  ['exchangeInfo', 'GET /api/v3/exchangeInfo'],
  ['klines', 'GET /api/v3/klines'],
  ['depth', 'GET /api/v3/depth'],
  ['ticker.24hr', 'GET /api/v3/ticker/24hr'],
  ['ticker.price', 'GET /api/v3/ticker/price'],
  ['ticker.book', 'GET /api/v3/ticker/bookTicker'],
  ['account.status', 'GET /api/v3/account'],
  ['order.place', 'POST /api/v3/order'],
  ['order.test', 'POST /api/v3/order/test'],
  ['order.status', 'GET /api/v3/order'],
  ['order.cancel', 'DELETE /api/v3/order'],
  ['order.cancelReplace', 'POST /api/v3/order/cancelReplace'],
  ['orderList.place.oco', 'POST /api/v3/orderList/oco'],
  ['orderList.cancel', 'DELETE /api/v3/orderList'],
  ['openOrders.status', 'GET /api/v3/openOrders'],
  ['openOrders.cancelAll', 'DELETE /api/v3/openOrders'],
  ['myTrades', 'GET /api/v3/myTrades'],
  ['allOrders', 'GET /api/v3/allOrders'],
]);

interface ApiRequest {
  readonly id: number | string | null;
  readonly method: string;
  readonly params: ReadonlyMap<string, string>;
}

/** The WebSocket API: requests with replies, and the account's own events on the connections that subscribed. */
export class WebSocketApi {
  readonly #context: SpotContext;
  /** Subscription id per connection, null while it has none. */
  readonly #connections = new Map<Connection, number | null>();
  #nextSubscription = 0;

  constructor(context: SpotContext) {
    this.#context = context;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.keys()];
  }

  open(connection: Connection): void {
    this.#connections.set(connection, null);
  }

  close(connection: Connection): void {
    this.#connections.delete(connection);
  }

  onText(connection: Connection, text: string): void {
    const request = readRequest(text);
    if (!request) {
      connection.reply('{"id":null,"status":400,"error":{"code":-1135,"msg":"Invalid JSON Request"}}');
      return;
    }
    try {
      const reply = (result: unknown): void =>
        connection.reply(JSON.stringify({ id: request.id, status: 200, result, rateLimits: [] }));
      const result = this.#answer(connection, request);
      if (result instanceof Promise) void result.then(reply);
      else reply(result);
    } catch (error) {
      if (!(error instanceof BinanceError)) throw error;
      const retry =
        error.retryAfterSec === null ? {} : { retryAfter: this.#context.nowMs() + error.retryAfterSec * 1_000 };
      const body = { ...error.body, ...(error.retryAfterSec === null ? {} : { data: retry }) };
      connection.reply(JSON.stringify({ id: request.id, status: error.status, error: body, rateLimits: [] }));
    }
  }

  onAccount(reports: readonly OrderReport[], balances: readonly (readonly [string, Balance])[], timeMs: number): void {
    for (const report of reports) {
      const rules = this.#context.exchange.rules.get(report.order.symbol)!;
      this.#tell(
        'executionReport',
        executionReport(rules, report, this.#context.nowMs(), this.#context.exchange.tradeIdOf),
      );
    }
    for (const event of listEvents(this.#context, reports, timeMs)) this.#tell('listStatus', event);
    if (balances.length > 0) this.#tell('outboundAccountPosition', accountPosition(balances, timeMs));
  }

  /** Ends every private subscription, telling its owner, while the connections stay. */
  terminateSubscriptions(): void {
    this.#tell('eventStreamTerminated', { e: 'eventStreamTerminated', E: this.#context.nowMs() });
    for (const connection of this.#connections.keys()) this.#connections.set(connection, null);
  }

  #answer(connection: Connection, request: ApiRequest): unknown {
    const nowMs = this.#context.nowMs();
    if (request.method === 'userDataStream.subscribe.signature') {
      if (this.#context.faults.first('login-fail'))
        throw new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
      this.#context.limits.spend(2, nowMs);
      this.#authorize(request, nowMs, false);
      const subscriptionId = this.#connections.get(connection) ?? this.#nextSubscription++;
      this.#connections.set(connection, subscriptionId);
      return { subscriptionId };
    }
    if (request.method === 'userDataStream.unsubscribe') {
      this.#connections.set(connection, null);
      return {};
    }
    const twin = METHODS.get(request.method) ?? '';
    const route = ROUTES.get(twin);
    if (!route) {
      this.#context.log(`UNKNOWN WEBSOCKET METHOD ${request.method.slice(0, 80)}`);
      throw new BinanceError(-1000, `The practice venue does not serve ${request.method.slice(0, 80)}.`);
    }
    const params = new Params(request.params);
    this.#context.limits.spend(typeof route.weight === 'number' ? route.weight : route.weight(params), nowMs);
    if (route.security === 'signed') this.#authorize(request, nowMs, !twin.startsWith('GET'));
    if (route.isOrder) this.#context.limits.spendOrder(nowMs);
    return route.handle(this.#context, params);
  }

  #authorize(request: ApiRequest, nowMs: number, isTrading: boolean): void {
    checkApiKey(request.params.get('apiKey'), this.#context.credentials);
    checkPermission(this.#context.faults, isTrading);
    checkTiming(request.params.get('timestamp'), request.params.get('recvWindow'), nowMs);
    checkWsSignature(request.params, this.#context.credentials.secret);
  }

  #tell(name: string, event: unknown): void {
    for (const [connection, subscriptionId] of this.#connections) {
      if (subscriptionId !== null) connection.push(name, JSON.stringify({ subscriptionId, event }));
    }
  }
}

function readRequest(text: string): ApiRequest | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('method' in value)) return null;
    const { id, method, params } = value as { id?: unknown; method: unknown; params?: unknown };
    if (typeof method !== 'string') return null;
    const values = new Map<string, string>();
    for (const [name, one] of Object.entries(params ?? {})) {
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') values.set(name, String(one));
    }
    return { id: typeof id === 'string' || typeof id === 'number' ? id : null, method, params: values };
  } catch {
    return null;
  }
}
