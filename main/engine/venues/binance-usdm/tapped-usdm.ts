import { newTrace, READ_WAIT_MS_MAX } from '../binance/connector-context.ts';
import { TappedBinance, type TappedBinanceOptions, type Taps, type WsClientLike } from '../binance/tapped-binance.ts';
import type { RequestBudget } from '../request-budget.ts';

/** USD-M has sockets of three kinds; the account's events come on those of this path. */
const PRIVATE_PATH = '/private/ws';
const LISTEN_KEY_WEIGHT = 1;

/** The same ccxt on USD-M futures: other addresses for the same questions, and a private stream behind a listen key. */
export class TappedUsdm extends TappedBinance {
  readonly #taps: Taps;
  /** A `markPriceUpdate`, as it came. */
  onMarkPrice: (message: unknown) => void = () => undefined;
  /** The wallet changed without a trade: funding was paid. */
  onFunding: () => void = () => undefined;

  constructor(options: TappedBinanceOptions, budget: RequestBudget, taps: Taps) {
    super(options, budget, taps, {
      fetchMarkets: { types: ['linear'] },
      defaultType: 'swap',
      defaultSubType: 'linear',
      watchPositions: { fetchPositionsSnapshot: false },
      streamLimits: { spot: 1, future: options.sockets },
    });
    this.#taps = taps;
  }

  override askTime(): Promise<unknown> {
    return this.fapiPublicGetTime();
  }
  override askKlines(params: Record<string, unknown>): Promise<unknown> {
    return this.fapiPublicGetKlines(params);
  }
  override askTicker(symbol: string | undefined): Promise<unknown> {
    return this.fapiPublicGetTicker24hr({ symbol });
  }
  override askOpenOrders(symbol: string | undefined): Promise<unknown> {
    return this.fapiPrivateGetOpenOrders({ symbol });
  }
  override testOrder(order: Record<string, unknown>): Promise<unknown> {
    return this.fapiPrivatePostOrderTest(order);
  }
  /** Here the exchange info is of all symbols, whichever one asks for. */
  override askRules(): Promise<unknown> {
    return this.fapiPublicGetExchangeInfo();
  }

  /** A listen key may have lapsed or been closed while the stream was down: without a socket it is asked for anew. */
  override watchOrders(): ReturnType<TappedBinance['watchOrders']> {
    if (this.socketsOf('future').length === 0) this.options['future'] = {};
    return super.watchOrders();
  }

  /** What happens to the account does not wait behind candles: the key of its stream is asked for as a query. */
  override authenticate(params?: Record<string, unknown>): Promise<void> {
    return this.traced(newTrace('query', LISTEN_KEY_WEIGHT, READ_WAIT_MS_MAX), () => super.authenticate(params));
  }
  override keepAliveListenKey(params?: Record<string, unknown>): Promise<void> {
    return this.traced(newTrace('query', LISTEN_KEY_WEIGHT, READ_WAIT_MS_MAX), () => super.keepAliveListenKey(params));
  }

  override onConnected(client: unknown, message?: unknown): void {
    super.onConnected(client, message);
    const { url } = client as { url: string };
    if (url.includes(PRIVATE_PATH)) this.#taps.privateStreamLive(client as WsClientLike);
  }

  override handleMessage(client: Parameters<TappedBinance['handleMessage']>[0], message: unknown): void {
    if ((message as { e?: unknown } | null)?.e !== 'listenKeyExpired') {
      super.handleMessage(client, message);
      return;
    }
    const why = 'the venue ended the private stream';
    this.#taps.privateStreamEnded(why);
    this.drop([client as unknown as WsClientLike], why);
  }

  override handleMarkPrices(client: Parameters<TappedBinance['handleMarkPrices']>[0], message: unknown): void {
    this.onMarkPrice(message);
    super.handleMarkPrices(client, message);
  }

  /** Wallet and positions are read by the audit, which funding asks for at once. */
  override handleAcountUpdate(_client: unknown, message?: unknown): void {
    const { a } = (message ?? {}) as { a?: { m?: unknown } };
    if (a?.m === 'FUNDING_FEE') this.onFunding();
  }
}
