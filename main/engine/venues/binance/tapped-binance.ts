import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpsAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Agent as UndiciAgent } from 'undici';
// One exchange by file path: the package's index loads all of them (and seven times the memory).
import binance from '../../../../node_modules/ccxt/js/src/pro/binance.js';
import type { RequestBudget, RequestClass } from '../request-budget.ts';

export interface Credentials {
  readonly apiKey: string;
  readonly secret: string;
}

/** What became of one HTTP request, for judging whether its bytes may have reached the venue and what the venue said. */
export interface RequestTrace {
  readonly requestClass: RequestClass;
  readonly weight: number;
  readonly waitMsMax?: number;
  /** True from the moment the request is handed to the HTTP client. */
  sent: boolean;
  /** Called at that moment: the wait for the request budget is over. */
  readonly onSent?: () => void;
  /** `code` of the transport's error, e.g. ECONNREFUSED. */
  transportCode: string;
  status: number | null;
  body: string;
}

/** Every message of the venue in the order it came, before ccxt merges or parses anything. */
export interface Taps {
  /** A message came on a socket, whatever it is: called before it is looked at. */
  frame(): void;
  trade(message: unknown): void;
  kline(message: unknown): void;
  quote(message: unknown): void;
  ticker(message: unknown): void;
  /** A change of the book; false: it cannot be believed, and ccxt is not to see it. */
  bookDiff(message: unknown): boolean;
  executionReport(message: unknown): void;
  /** The login on this socket was answered: the account's events come on it. */
  privateStreamLive(socket: WsClientLike): void;
  privateStreamEnded(why: string): void;
  malformedFrame(): void;
  /** A response to any HTTP request. */
  response(answer: VenueAnswer): void;
  /** A request over a socket was refused with the venue's code. */
  socketRefusal(code: number, text: string): void;
}

export interface VenueAnswer {
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The JSON of the body; undefined for anything else. */
  readonly parsed: unknown;
  /** Whether the request carried our key. */
  readonly signed: boolean;
}

export interface TappedBinanceOptions {
  /** Every byte goes to this port of 127.0.0.1, whatever URL ccxt picks. */
  readonly loopbackPort: number;
  readonly credentials: Credentials;
  readonly timeoutMs: number;
  /** Pause before the first redial of a socket; doubles from there to the longest. */
  readonly redialMs: number;
  readonly redialMsMax: number;
  readonly keepAliveMs: number;
  readonly sockets: number;
  readonly recvWindowMs: number;
}

type CcxtClient = Parameters<binance['handleOrderBook']>[0];
export interface WsClientLike {
  readonly subscriptions: Record<string, unknown>;
  readonly isConnected: boolean;
  /** When it was connected, in ms; undefined before. */
  readonly connectionEstablished?: number;
  onError(error: Error): void;
  close(): unknown;
}

/** Weight taken for requests that ccxt makes on its own (book snapshots, exchange info). */
const OWN_REQUEST_WEIGHT = 50;

/**
 * Unmodified ccxt with its doors watched: message handlers are tapped, its request throttle is our budget, and both
 * transports are pinned to loopback. Prints, candles and quotes are not parsed by ccxt a second time.
 */
export class TappedBinance extends binance {
  readonly #taps: Taps;
  readonly #budget: RequestBudget;
  readonly #traces = new AsyncLocalStorage<RequestTrace>();
  readonly #dial: () => Socket;
  #dispatcher: UndiciAgent;
  /** Sockets that were given up: what still arrives on them is not heard. */
  readonly #dropped = new WeakSet<object>();

  /** @param market what another of Binance's markets wants of ccxt's options */
  constructor(
    options: TappedBinanceOptions,
    budget: RequestBudget,
    taps: Taps,
    market: Readonly<Record<string, unknown>> = {},
  ) {
    super({
      apiKey: options.credentials.apiKey,
      secret: options.credentials.secret,
      timeout: options.timeoutMs,
      enableRateLimit: true,
      options: {
        fetchMarkets: { types: ['spot'] },
        fetchMargins: false,
        fetchCurrencies: false,
        fetchOpenOrders: { warnWithoutSymbol: false },
        watchTickers: { name: 'ticker' },
        streamLimits: { spot: options.sockets, future: 1 },
        tradesLimit: 1,
        OHLCVLimit: 1,
        ordersLimit: 100,
        maxRetriesOnFailure: 0,
        recvWindow: options.recvWindowMs,
        ws: {
          cost: 5,
          keepAlive: options.keepAliveMs,
          connectionTimeout: options.timeoutMs,
          backoff: { base: options.redialMs, factor: 2, max: options.redialMsMax, stableAfter: 30_000 },
        },
        ...market,
      },
    });
    this.#taps = taps;
    this.#budget = budget;
    const dial = (): Socket => connect(options.loopbackPort, '127.0.0.1');
    this.#dial = dial;
    this.#dispatcher = this.#pool();
    this.agent = new (class extends HttpsAgent {
      override createConnection(): Socket {
        return dial();
      }
    })();
    Object.assign(this, { log: () => taps.malformedFrame() });
  }

  #pool(): UndiciAgent {
    return new UndiciAgent({
      connect: (_target, done) => {
        const socket = this.#dial();
        socket.once('connect', () => done(null, socket)).once('error', (error) => done(error, null));
      },
    });
  }

  /** Call before the first request. */
  async pinTransport(): Promise<void> {
    await this.loadFetchImplementation();
    this.fetchDispatcher = this.#dispatcher;
  }

  // Questions whose address differs from market to market.
  askTime(): Promise<unknown> {
    return this.publicGetTime();
  }
  askKlines(params: Record<string, unknown>): Promise<unknown> {
    return this.publicGetKlines(params);
  }
  askTicker(symbol: string | undefined): Promise<unknown> {
    return this.publicGetTicker24hr({ symbol });
  }
  askOpenOrders(symbol: string | undefined): Promise<unknown> {
    return this.privateGetOpenOrders({ symbol });
  }
  /** The venue only checks the order. */
  testOrder(order: Record<string, unknown>): Promise<unknown> {
    return this.privatePostOrderTest(order);
  }
  /** Exchange info of these symbols, by the venue's own names. */
  askRules(symbols: readonly string[]): Promise<unknown> {
    return this.publicGetExchangeInfo({ symbols: JSON.stringify(symbols) });
  }

  /** Runs one request under a class and weight of the budget, and records what became of it in `trace`. */
  traced<T>(trace: RequestTrace, action: () => Promise<T>): Promise<T> {
    return this.#traces.run(trace, action);
  }

  /** Rows of exchange info: orders of these symbols are written by them from now on. */
  takeRules(rows: readonly Record<string, unknown>[]): void {
    const markets = rows.map((row) => this.parseMarket(row));
    this.setMarkets(Object.values({ ...this.markets, ...this.indexBy(markets, 'symbol') }));
  }

  /** Ends every socket and pooled connection. */
  async shutDown(): Promise<void> {
    await this.close();
    await this.#dispatcher.destroy();
  }

  /** The sockets that carry a subscription whose key starts with `key`. */
  socketsOf(key: string): WsClientLike[] {
    const clients = Object.values(this.clients ?? {}) as unknown as WsClientLike[];
    return clients.filter((client) => Object.keys(client.subscriptions).some((name) => name.startsWith(key)));
  }

  /**
   * Ends sockets: whoever watches them is told `why`, and nothing that still arrives on them is heard. One that is still being
   * dialled has nothing to say yet; ending it would leave a connection that nobody knows of.
   */
  drop(sockets: readonly WsClientLike[], why: string): void {
    for (const socket of sockets) {
      if (!socket.isConnected) continue;
      this.#dropped.add(socket);
      socket.onError(new Error(why));
      socket.close();
    }
  }

  /** Ends every socket, and lets no further request use a pooled connection. What is under way is waited for as before. */
  startAnew(why: string): void {
    this.drop(Object.values(this.clients ?? {}) as unknown as WsClientLike[], why);
    const before = this.#dispatcher;
    this.#dispatcher = this.#pool();
    this.fetchDispatcher = this.#dispatcher;
    void before.close();
  }

  override handleMessage(client: CcxtClient, message: unknown): void {
    this.#taps.frame();
    if (!this.#dropped.has(client)) super.handleMessage(client, message);
  }

  override throttle(): Promise<void> {
    const trace = this.#traces.getStore();
    return trace
      ? this.#budget.take(trace.requestClass, trace.weight, trace.waitMsMax)
      : this.#budget.take('market', OWN_REQUEST_WEIGHT);
  }

  override async undiciRequest(url: unknown, params: unknown): ReturnType<binance['undiciRequest']> {
    const trace = this.#traces.getStore();
    if (trace) {
      trace.sent = true;
      trace.onSent?.();
    }
    try {
      return await super.undiciRequest(url, params);
    } catch (error) {
      if (trace) trace.transportCode = String((error as { code?: unknown }).code ?? (error as Error).name);
      throw error;
    }
  }

  override handleErrors(
    status: number,
    reason: string,
    url: string,
    method: string,
    headers: Record<string, unknown>,
    body: string,
    parsed: unknown,
    requestHeaders: unknown,
    requestBody: unknown,
  ): undefined {
    // ccxt calls this for WebSocket errors too, with the venue's (negative) code as status.
    if (status >= 100) {
      const trace = this.#traces.getStore();
      if (trace) {
        trace.status = status;
        trace.body = body;
      }
      const signed = (requestHeaders as Record<string, unknown> | undefined)?.['X-MBX-APIKEY'] !== undefined;
      this.#taps.response({ method, status, headers, parsed, signed });
    } else this.#taps.socketRefusal(status, reason);
    return super.handleErrors(status, reason, url, method, headers, body, parsed, requestHeaders, requestBody);
  }

  override handleTrade(_client: unknown, message: unknown): void {
    this.#taps.trade(message);
  }
  override handleOHLCV(_client: unknown, message: unknown): void {
    this.#taps.kline(message);
  }
  override handleBidsAsks(_client: unknown, message: unknown): void {
    this.#taps.quote(message);
  }
  override handleTickers(_client: unknown, message: unknown): void {
    this.#taps.ticker(message);
  }
  override handleOrderBook(client: CcxtClient, message: unknown): void {
    // A diff left out shows as a gap, and the book starts anew; one of no numbers would stay in it unseen.
    if (this.#taps.bookDiff(message)) super.handleOrderBook(client, message);
  }
  override handleOrderUpdate(_client: unknown, message: unknown): void {
    this.#taps.executionReport(message);
  }
  override handleBalance(): void {
    // Balances are read by the audit; the ledger lives on fills.
  }
  override handleUserDataStreamSubscribe(client: CcxtClient, message: unknown): void {
    super.handleUserDataStreamSubscribe(client, message);
    const result = (message as { result?: { subscriptionId?: unknown } }).result;
    if (result?.subscriptionId !== undefined) this.#taps.privateStreamLive(client as unknown as WsClientLike);
  }
  override handleEventStreamTerminated(client: unknown): void {
    // ccxt would leave `watchOrders` waiting for ever.
    const why = 'the venue ended the private stream';
    this.#taps.privateStreamEnded(why);
    this.drop([client as WsClientLike], why);
  }
}
