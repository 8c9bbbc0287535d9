import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isDecimal, parseDecimal } from '../engine/domain/decimal.ts';
import type { SpotContext } from './codecs/binance-spot/context.ts';
import { answerRest, type RestReply, type RestRequest } from './codecs/binance-spot/rest.ts';
import { PublicStreams } from './codecs/binance-spot/streams.ts';
import type { UsdmContext } from './codecs/binance-usdm/context.ts';
import { ListenKeys } from './codecs/binance-usdm/listen-keys.ts';
import { PrivateStreams } from './codecs/binance-usdm/private-streams.ts';
import { USDM_ROUTES } from './codecs/binance-usdm/rest.ts';
import { USDM_DIALECT } from './codecs/binance-usdm/stream-events.ts';
import type { Channel, Connection } from './connection.ts';
import type { ControlReply } from './control.ts';
import { DerivativesExchange } from './derivatives/derivatives-exchange.ts';
import { FUNDING_RATE_PPM } from './derivatives/funding.ts';
import { DEFAULT_MARGIN_FEES, type MarginFees } from './derivatives/margin-account.ts';
import type { FaultBoard } from './faults.ts';
import type { MarketSource } from './market/source.ts';
import { MarginStore } from './store/margin-store.ts';

export interface UsdmVenueOptions {
  readonly dataDir: string;
  readonly source: MarketSource;
  readonly clock: () => number;
  readonly faults: FaultBoard;
  readonly fees: MarginFees | undefined;
  /** What a new account starts with, in USDT. */
  readonly deposit: string;
  /** Keys, rate limits and clock are spot's: it is one account. */
  readonly spot: Omit<SpotContext, 'exchange' | 'store'>;
}

const PRIVATE_DELAY_MS = 30;
const fundingSchema = z.strictObject({
  symbol: z.string(),
  ratePpm: z.number().int().min(-50_000).max(50_000).optional(),
});
const transferSchema = z.strictObject({ add: z.string().refine(isDecimal) });

/** Binance USD-M behind the venue's port: exchange, memory, REST and streams. */
export class UsdmVenue {
  readonly derivatives: DerivativesExchange;
  readonly #context: UsdmContext;
  readonly #store: MarginStore;
  readonly #streams: PublicStreams;
  readonly #private: PrivateStreams;

  /** @throws Error when its memory cannot be opened, with the folder named. */
  constructor({ dataDir, source, clock, faults, fees = DEFAULT_MARGIN_FEES, deposit, spot }: UsdmVenueOptions) {
    const folder = join(dataDir, 'usdm');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#store = new MarginStore(folder);
    const depositAtoms = parseDecimal(deposit);
    this.derivatives = new DerivativesExchange({ source, store: this.#store, nowMs: clock, fees, depositAtoms });
    const { exchange } = this.derivatives;
    const listenKeys = new ListenKeys(clock);
    this.#context = { ...spot, exchange, derivatives: this.derivatives, store: this.#store, listenKeys };
    this.#streams = new PublicStreams(exchange, USDM_DIALECT, clock, spot.log);
    this.#private = new PrivateStreams(this.#context);
    exchange.listen({
      onPrints: (symbol, prints) => this.#streams.onPrints(symbol, prints),
      onBook: (diff) => this.#streams.onBook(diff),
      onAccount: () => {},
    });
    this.derivatives.listen((news) => {
      if (faults.first('private-order')?.when === 'after')
        setTimeout(() => this.#private.onNews(news), PRIVATE_DELAY_MS);
      else this.#private.onNews(news);
    });
  }

  /** Is this a host of USD-M? */
  static serves(host: string): boolean {
    return /^(?:fapi|fstream)\.binance\.com(?::\d+)?$/.test(host);
  }

  answer(request: RestRequest): RestReply | Promise<RestReply> {
    return answerRest(USDM_ROUTES, this.#context, request);
  }

  /** `stream` for public paths, `ws-api` for private ones (as fault switches call them), null for neither. */
  channelOf(path: string): Channel | null {
    if (/^\/private\/ws(?:[/?]|$)/.test(path)) return 'ws-api';
    return /^(?:\/(?:public|market))?\/(?:ws|stream)(?:[/?]|$)/.test(path) ? 'stream' : null;
  }

  target(channel: Channel): PublicStreams | PrivateStreams {
    return channel === 'stream' ? this.#streams : this.#private;
  }

  /** Takes on a connection of `channelOf`. */
  open(connection: Connection, path: string, query: string): void {
    this.target(connection.channel).open(connection, path.replace(/^\/(?:public|market)(?=\/)/, ''), query);
  }

  get publicConnections(): readonly Connection[] {
    return this.#streams.connections;
  }

  get privateConnections(): readonly Connection[] {
    return this.#private.connections;
  }

  listening(part: string): readonly Connection[] {
    return this.#streams.listening(part);
  }

  terminatePrivate(): void {
    this.#private.terminate();
  }

  tick(): void {
    this.derivatives.tick();
    this.#streams.tick();
    this.#private.tick();
  }

  refreshBooks(): void {
    this.derivatives.exchange.refreshBooks();
  }

  /** `POST /_usdm/funding {symbol, ratePpm?}` pays funding now; `POST /_usdm/transfer {add}` gives or takes free money. */
  answerControl(method: string, path: string, body: unknown): ControlReply | null {
    if (method !== 'POST' || !path.startsWith('/_usdm/')) return null;
    if (path === '/_usdm/funding') {
      const parsed = fundingSchema.safeParse(body);
      const symbol = parsed.data?.symbol.replace('/', '').toUpperCase() ?? '';
      if (!parsed.success || !this.derivatives.exchange.rules.has(symbol)) {
        return { status: 400, body: { error: 'funding: {symbol, ratePpm} with a symbol that is traded here' } };
      }
      this.derivatives.fund(symbol, parsed.data.ratePpm ?? FUNDING_RATE_PPM);
      return { status: 200, body: { symbol } };
    }
    if (path !== '/_usdm/transfer') return null;
    const parsed = transferSchema.safeParse(body);
    if (!parsed.success) return { status: 400, body: { error: 'transfer: add: a decimal' } };
    this.derivatives.transfer(parseDecimal(parsed.data.add));
    return { status: 200, body: { add: parsed.data.add } };
  }

  close(): void {
    this.derivatives.close();
    this.closeStore();
  }

  closeStore(): void {
    this.#store.close();
  }
}
