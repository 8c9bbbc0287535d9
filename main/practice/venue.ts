import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { formatDecimal, parseDecimal } from '../engine/domain/decimal.ts';
import { assert } from '../engine/domain/result.ts';
import type { ApiCredentials } from './codecs/binance-spot/auth.ts';
import type { SpotContext } from './codecs/binance-spot/context.ts';
import { DEFAULT_RATE_LIMITS, type RateLimitOptions, RateLimits } from './codecs/binance-spot/rate-limits.ts';
import { answerRest, ROUTES } from './codecs/binance-spot/rest.ts';
import { SPOT_DIALECT } from './codecs/binance-spot/stream-events.ts';
import { PublicStreams } from './codecs/binance-spot/streams.ts';
import { WebSocketApi } from './codecs/binance-spot/ws-api.ts';
import { type Channel, Connection } from './connection.ts';
import { answerControl, type ControlContext, isControlPath } from './control.ts';
import type { MarginFees } from './derivatives/margin-account.ts';
import { Exchange } from './exchange.ts';
import { type Fault, FaultBoard } from './faults.ts';
import { createHttpServer, type HttpReply, type HttpRequest } from './http-server.ts';
import type { MarketSource } from './market/source.ts';
import { DEFAULT_FEES, type FeeSchedule } from './matching/fees.ts';
import { VenueStore } from './store/venue-store.ts';
import { UsdmVenue } from './usdm-venue.ts';
import { WorkSlices } from './work-slices.ts';

export interface PracticeVenueOptions {
  /** Folder of the venue's memory; one venue per folder. */
  readonly dataDir: string;
  readonly source: MarketSource;
  /** 0 or absent for any free port. */
  readonly port?: number;
  readonly nowMs?: () => number;
  /** Opening balances of a new folder, decimal strings. Default 10,000 USDT. */
  readonly balances?: Readonly<Record<string, string>>;
  readonly fees?: FeeSchedule;
  /** Opening wallet of a new folder's USD-M account in USDT. Default 10,000. */
  readonly usdmDeposit?: string;
  readonly usdmFees?: MarginFees;
  readonly rateLimits?: Partial<RateLimitOptions>;
  readonly log?: (text: string) => void;
  /** A broken invariant or a failed write: the venue cannot go on. Default: throws it out of the event loop. */
  readonly onBug?: (error: unknown) => void;
}

export interface PracticeVenue {
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
  /** For the `x-control-token` header of `/_faults`, `/_market/shock`, `/_balance` and `/_status`. */
  readonly controlToken: string;
  /** As ccxt writes them, e.g. `BTC/USDT`. */
  readonly symbols: readonly string[];
  /** Free plus locked per asset when the venue opened. */
  readonly balances: Readonly<Record<string, string>>;
  /** One line for people: what market this is. */
  readonly description: string;
  /** When a client last spoke to the venue, and whether somebody still needs it. */
  readonly lastUsedMs: () => number;
  readonly isInUse: () => boolean;
  readonly close: () => Promise<void>;
}

const TICK_MS = 20;
const BOOK_EVERY_MS = 100;
const WS_PAYLOAD_BYTES_MAX = 64 * 1024;

/** @throws Error when the port is taken or the folder's memory cannot be opened, in one sentence that names it. */
export async function createPracticeVenue(options: PracticeVenueOptions): Promise<PracticeVenue> {
  const clock = options.nowMs ?? Date.now;
  const log = options.log ?? (() => {});
  const onBug = options.onBug ?? throwLater;
  const store = new VenueStore(options.dataDir);
  try {
    const keys = readKeys(store);
    const faults = new FaultBoard(clock);
    const exchange = new Exchange({
      source: options.source,
      store,
      nowMs: clock,
      fees: options.fees ?? DEFAULT_FEES,
      initialBalances: readBalances(options.balances ?? { USDT: '10000' }),
    });
    const limits = new RateLimits({ ...DEFAULT_RATE_LIMITS, ...options.rateLimits });
    const nowMs = (): number => clock() + faults.skewMs();
    const slices = new WorkSlices();
    const spot: SpotContext = { exchange, store, credentials: keys, limits, slices, faults, nowMs, log };
    const usdm = new UsdmVenue({
      dataDir: options.dataDir,
      source: options.source,
      clock,
      faults,
      fees: options.usdmFees,
      deposit: options.usdmDeposit ?? '10000',
      spot,
    });
    try {
      return await openVenue({ options, store, keys, faults, exchange, spot, usdm, clock, log, onBug });
    } catch (error) {
      usdm.closeStore();
      throw error;
    }
  } catch (error) {
    store.close();
    throw error;
  }
}

interface Parts {
  readonly options: PracticeVenueOptions;
  readonly store: VenueStore;
  readonly keys: ApiCredentials & { readonly controlToken: string };
  readonly faults: FaultBoard;
  readonly exchange: Exchange;
  readonly spot: SpotContext;
  readonly usdm: UsdmVenue;
  readonly clock: () => number;
  readonly log: (text: string) => void;
  readonly onBug: (error: unknown) => void;
}

async function openVenue(parts: Parts): Promise<PracticeVenue> {
  const { options, store, keys, faults, exchange, spot, usdm, clock } = parts;
  const streams = new PublicStreams(exchange, SPOT_DIALECT, clock, parts.log);
  const api = new WebSocketApi(spot);
  let lastUsedMs = clock();
  exchange.listen({
    onPrints: (symbol, prints) => streams.onPrints(symbol, prints),
    onBook: (diff) => streams.onBook(diff),
    onAccount: (reports, balances, timeMs) => tellAccount(api, faults, reports, balances, timeMs),
  });
  const connections = (): readonly Connection[] => [
    ...streams.connections,
    ...api.connections,
    ...usdm.publicConnections,
    ...usdm.privateConnections,
  ];
  const control: ControlContext = {
    exchange,
    usdm,
    faults,
    controlToken: keys.controlToken,
    status: () => ({
      pid: process.pid,
      ...describe(parts),
      connections: connections().length,
    }),
    strikeNow: (fault) => strikeConnections(fault, streams, api, usdm),
  };
  const server = createHttpServer(
    (request) => {
      if (!isControlPath(request.path)) lastUsedMs = clock();
      return answerHttp(parts, control, request);
    },
    faults,
    parts.onBug,
  );
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: WS_PAYLOAD_BYTES_MAX,
    autoPong: false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const channel = channelOf(request, usdm);
    const refused = faults.first('refuse-upgrade', channel ?? undefined);
    const closed = faults.first('maintenance');
    if (channel === null || refused || closed) {
      const status = refused?.status ?? (closed ? 503 : 404);
      parts.log(`refused WebSocket to ${request.headers.host ?? ''}${request.url ?? ''}`);
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    lastUsedMs = clock();
    sockets.handleUpgrade(request, socket, head, (ws) => adopt(ws, socket, request, channel));
  });
  const adopt = (ws: WebSocket, wire: Duplex, request: IncomingMessage, channel: Channel): void => {
    const guarded = (run: () => void): void => guard(run, parts.onBug);
    const isUsdm = UsdmVenue.serves(hostOf(request));
    const target = isUsdm ? usdm.target(channel) : channel === 'stream' ? streams : api;
    const connection: Connection = new Connection(channel, ws, wire, faults, clock, {
      onText: (text) => guarded(() => target.onText(connection, text)),
      onClose: () => target.close(connection),
    });
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    guarded(() => {
      if (isUsdm) usdm.open(connection, path, query);
      else if (channel === 'stream') streams.open(connection, path, query);
      else api.open(connection);
    });
  };
  const port = await listen(server, options.port ?? 0);
  const stopTicking = startTicking(exchange, streams, usdm, clock, parts.onBug);
  let closed: Promise<void> | null = null;
  return {
    port,
    ...keys,
    ...describe(parts),
    lastUsedMs: () => lastUsedMs,
    isInUse: () => connections().length > 0 || exchange.openOrderCount > 0 || usdm.derivatives.isInUse,
    close: () => {
      closed ??= (async () => {
        stopTicking();
        for (const connection of connections()) connection.terminate();
        server.closeAllConnections();
        await new Promise<void>((done) => server.close(() => done()));
        exchange.close();
        store.close();
        usdm.close();
      })();
      return closed;
    },
  };
}

function answerHttp(parts: Parts, control: ControlContext, request: HttpRequest): HttpReply | Promise<HttpReply> {
  const { method, path, rawQuery, rawBody, headers, host } = request;
  if (path === '/_about') return method === 'GET' ? { status: 200, body: about(parts), headers: {} } : NOT_SERVED;
  if (path === '/_account') return method === 'GET' ? accountKeys(parts, host, headers) : NOT_SERVED;
  if (isControlPath(path)) {
    const token = headers['x-control-token'];
    return {
      ...answerControl(control, method, path, typeof token === 'string' ? token : undefined, rawBody),
      headers: {},
    };
  }
  const key = headers['x-mbx-apikey'];
  const rest = { method, path, rawQuery, rawBody, apiKey: typeof key === 'string' ? key : undefined };
  if (UsdmVenue.serves(host)) return parts.usdm.answer(rest);
  if (!isSpotHost(host)) {
    parts.log(`UNKNOWN HOST ${host} ${method} ${path}`);
    return { status: 404, body: { code: -1000, msg: `The practice venue does not serve ${host}.` }, headers: {} };
  }
  return answerRest(ROUTES, parts.spot, rest);
}

const NOT_SERVED: HttpReply = { status: 405, body: { error: 'only GET is served here' }, headers: {} };

/** What anybody may know without a token: which market this is. */
function about(parts: Parts) {
  const { source } = parts.options;
  const { symbols, description } = describe(parts);
  return { kind: source.kind, description, symbols };
}

/**
 * The account's keys, for programs on this machine that were given the address alone. They move practice money only; still
 * no web page gets them: browsers name the page (Origin, Sec-Fetch-Site), and a rebound name shows in Host.
 */
function accountKeys(parts: Parts, host: string, headers: HttpRequest['headers']): HttpReply {
  const isPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  if (isPage || !/^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(host)) {
    return { status: 403, body: { error: 'only programs on this machine are told the practice keys' }, headers: {} };
  }
  const { apiKey, secret } = parts.spot.credentials;
  return { status: 200, body: { apiKey, secret }, headers: { 'Cache-Control': 'no-store' } };
}

/** Spot hosts of Binance, and the loopback address itself. COIN-M and other exchanges are not served. */
const isSpotHost = (host: string): boolean =>
  /^(?:(?:api\d?|api-gcp)\.binance\.com|data-api\.binance\.vision|127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);

const hostOf = (request: IncomingMessage): string => (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');

function channelOf(request: IncomingMessage, usdm: UsdmVenue): Channel | null {
  const host = hostOf(request);
  const path = request.url ?? '/';
  if (UsdmVenue.serves(host)) return usdm.channelOf(path);
  const isLocal = host === '127.0.0.1' || host === 'localhost';
  if ((host === 'ws-api.binance.com' || isLocal) && path.startsWith('/ws-api/v3')) return 'ws-api';
  const isStreamHost = host === 'stream.binance.com' || host === 'data-stream.binance.vision' || isLocal;
  return isStreamHost && /^\/(?:ws|stream)(?:[/?]|$)/.test(path) ? 'stream' : null;
}

function tellAccount(api: WebSocketApi, faults: FaultBoard, ...event: Parameters<WebSocketApi['onAccount']>): void {
  const order = faults.first('private-order');
  if (order?.when === 'after') setTimeout(() => api.onAccount(...event), 30);
  else api.onAccount(...event);
}

function strikeConnections(fault: Fault, streams: PublicStreams, api: WebSocketApi, usdm: UsdmVenue): number {
  if (fault.fault === 'stream-terminated') {
    const struck = api.connections.length + usdm.privateConnections.length;
    api.terminateSubscriptions();
    usdm.terminatePrivate();
    return struck;
  }
  if (fault.fault === 'maintenance') {
    const all = [...streams.connections, ...api.connections, ...usdm.publicConnections, ...usdm.privateConnections];
    for (const connection of all) connection.close(1001, 'maintenance');
    return all.length;
  }
  if (fault.fault !== 'terminate' && fault.fault !== 'close') return 0;
  const { stream } = fault;
  const publicOnes =
    stream === undefined
      ? [...streams.connections, ...usdm.publicConnections]
      : [...streams.listening(stream), ...usdm.listening(stream)];
  const targets = [
    ...(fault.channel === 'ws-api' ? [] : publicOnes),
    ...(fault.channel === 'stream' || stream !== undefined ? [] : [...api.connections, ...usdm.privateConnections]),
  ];
  for (const connection of targets) {
    if (fault.fault === 'terminate') connection.terminate();
    else connection.close(fault.code, fault.reason ?? '');
  }
  return targets.length;
}

/** The venue's heartbeat: tape and clock-driven streams every 20 ms, books every 100 ms. */
function startTicking(
  exchange: Exchange,
  streams: PublicStreams,
  usdm: UsdmVenue,
  clock: () => number,
  onBug: (error: unknown) => void,
): () => void {
  let booksAtMs = 0;
  const timer = setInterval(
    () =>
      guard(() => {
        exchange.advanceAll();
        if (clock() - booksAtMs >= BOOK_EVERY_MS) {
          booksAtMs = clock();
          exchange.refreshBooks();
          usdm.refreshBooks();
        }
        streams.tick();
        usdm.tick();
      }, onBug),
    TICK_MS,
  );
  return () => clearInterval(timer);
}

function guard(run: () => void, onBug: (error: unknown) => void): void {
  try {
    run();
  } catch (error) {
    onBug(error);
  }
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

async function listen(server: ReturnType<typeof createHttpServer>, port: number): Promise<number> {
  await new Promise<void>((done, refuse) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      refuse(
        new Error(
          taken
            ? `Port ${port} on 127.0.0.1 is in use by another program.`
            : `The practice venue cannot listen on port ${port}: ${error.message}.`,
        ),
      );
    });
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'a listening server has an address');
  return (address as AddressInfo).port;
}

/** Keys are made on the folder's first start and stay. */
function readKeys(store: VenueStore): Parts['keys'] {
  const key = (name: string): string => {
    const known = store.meta(name);
    if (known) return known;
    const made = randomBytes(32).toString('hex');
    store.setMeta(name, made);
    return made;
  };
  return { apiKey: key('api-key'), secret: key('secret'), controlToken: key('control-token') };
}

const readBalances = (balances: Readonly<Record<string, string>>): ReadonlyMap<string, bigint> =>
  new Map(Object.entries(balances).map(([asset, amount]) => [asset, parseDecimal(amount)]));

function describe(parts: Parts) {
  const { exchange, options } = parts;
  const entries = exchange.account.entries().map(([asset, b]) => [asset, formatDecimal(b.free + b.locked)] as const);
  return {
    symbols: [...exchange.rules.values()].map(({ base, quote }) => `${base}/${quote}`),
    balances: Object.fromEntries(entries),
    description: options.source.description,
  };
}
