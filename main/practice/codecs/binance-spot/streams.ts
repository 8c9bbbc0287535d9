import type { Connection } from '../../connection.ts';
import type { PublicPrint } from '../../crowd/klines.ts';
import type { Exchange } from '../../exchange.ts';
import type { TradingRules } from '../../matching/rules.ts';
import type { Level } from '../../matching/taker-plan.ts';
import type { BookDiff, SymbolMarket } from '../../symbol-market.ts';
import { INTERVAL_MS } from './intervals.ts';
import { priceLevel } from './market-data.ts';
import type { StreamDialect } from './stream-events.ts';
import { dayTicker } from './tickers.ts';

const STREAMS_PER_CONNECTION_MAX = 1_024;
const KLINE_EVERY_MS = 250;
/** An open candle is told this often also while nothing trades. */
const KLINE_HEARTBEAT_MS = 1_000;
const TICKER_EVERY_MS = 1_000;
const SLOW_DEPTH_MS = 1_000;

interface Subscriber {
  readonly connection: Connection;
  readonly streams: Set<string>;
  /** Wrapped as `{stream, data}`. */
  readonly combined: boolean;
}

/** Levels changed since the last message of a one-second depth stream. */
interface SlowDepth {
  firstUpdateId: number;
  lastUpdateId: number;
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

/** A candle stream: what its name says, the candle that is open, and when it was last told. */
interface RunningKline {
  readonly name: string;
  readonly lower: string;
  readonly symbol: string;
  readonly interval: string;
  readonly intervalMs: number;
  openMs: number;
  toldAtMs: number;
}

/** The public streams: who listens to what, and what each hears. */
export class PublicStreams {
  readonly #exchange: Exchange;
  readonly #nowMs: () => number;
  readonly #log: (text: string) => void;
  readonly #dialect: StreamDialect;
  readonly #subscribers = new Map<Connection, Subscriber>();
  readonly #byStream = new Map<string, Set<Subscriber>>();
  readonly #runningKlines = new Map<string, RunningKline>();
  readonly #changedKlines = new Set<string>();
  readonly #slowDepth = new Map<string, SlowDepth>();
  readonly #lastBest = new Map<string, string>();
  #klinesAtMs = 0;
  #tickersAtMs = 0;
  #slowDepthAtMs = 0;

  constructor(exchange: Exchange, dialect: StreamDialect, nowMs: () => number, log: (text: string) => void) {
    this.#exchange = exchange;
    this.#dialect = dialect;
    this.#nowMs = nowMs;
    this.#log = log;
  }

  get connections(): readonly Connection[] {
    return [...this.#subscribers.keys()];
  }

  /** The connections that listen to a stream whose name contains `part`. */
  listening(part: string): readonly Connection[] {
    return [...this.#subscribers.values()]
      .filter(({ streams }) => [...streams].some((name) => name.includes(part)))
      .map(({ connection }) => connection);
  }

  /** Takes on a connection. `path` may name streams: `/ws/btcusdt@trade`, `/stream?streams=a/b`. */
  open(connection: Connection, path: string, query: string): void {
    const combined = path.startsWith('/stream');
    this.#subscribers.set(connection, { connection, streams: new Set(), combined });
    const named = combined ? (new URLSearchParams(query).get('streams') ?? '') : path.replace(/^\/ws\/?/, '');
    this.#subscribe(
      connection,
      named.split('/').filter((name) => name.includes('@')),
    );
  }

  close(connection: Connection): void {
    const subscriber = this.#subscribers.get(connection);
    if (!subscriber) return;
    this.#subscribers.delete(connection);
    for (const name of subscriber.streams) this.#leave(subscriber, name);
    this.#updateWatched();
  }

  /** One request of a client: SUBSCRIBE, UNSUBSCRIBE or LIST_SUBSCRIPTIONS. */
  onText(connection: Connection, text: string): void {
    const subscriber = this.#subscribers.get(connection);
    if (!subscriber) return;
    const request = readRequest(text);
    if (!request) {
      connection.reply('{"error":{"code":2,"msg":"Invalid request: request must be an object with method and id"}}');
      return;
    }
    const { method, params, id } = request;
    if (method === 'LIST_SUBSCRIPTIONS') connection.reply(JSON.stringify({ result: [...subscriber.streams], id }));
    else if (method === 'SUBSCRIBE' || method === 'UNSUBSCRIBE') {
      const refused =
        method === 'SUBSCRIBE' ? this.#subscribe(connection, params) : this.#unsubscribe(connection, params);
      connection.reply(JSON.stringify(refused ? { error: { code: 2, msg: refused }, id } : { result: null, id }));
    } else
      connection.reply(JSON.stringify({ error: { code: 2, msg: `Invalid request: unknown method ${method}` }, id }));
  }

  onPrints(symbol: string, prints: readonly PublicPrint[]): void {
    const lower = symbol.toLowerCase();
    const rules = this.#exchange.rules.get(symbol)!;
    this.#changedKlines.add(lower);
    const hearsTrades = this.#byStream.has(`${lower}@trade`);
    const hearsAggregates = this.#byStream.has(`${lower}@aggTrade`);
    if (!hearsTrades && !hearsAggregates) return;
    const eventTimeMs = this.#nowMs();
    const { ids } = this.#exchange.market(symbol);
    for (const print of prints) {
      const id = ids.idOf(print);
      if (hearsTrades) this.#send(`${lower}@trade`, this.#dialect.trade(rules, print, id, eventTimeMs));
      if (hearsAggregates) this.#send(`${lower}@aggTrade`, this.#dialect.aggTrade(rules, print, id, eventTimeMs));
    }
  }

  onBook(diff: BookDiff): void {
    const lower = diff.symbol.toLowerCase();
    const rules = this.#exchange.rules.get(diff.symbol)!;
    if (this.#byStream.has(`${lower}@depth@100ms`)) {
      this.#send(`${lower}@depth@100ms`, this.#dialect.depth(rules, diff, this.#nowMs()));
    }
    if (this.#byStream.has(`${lower}@depth`)) collect(this.#slowDepth, diff);
    const market = this.#exchange.market(diff.symbol);
    if (this.#byStream.has(`${lower}@bookTicker`)) this.#bestChanged(lower, rules, market);
    for (const levels of [5, 10, 20]) this.#partialDepth(`${lower}@depth${levels}@100ms`, levels, market);
  }

  /** What goes out by the clock rather than by an event. Called every few milliseconds. */
  tick(): void {
    const nowMs = this.#nowMs();
    const klinesDue = nowMs - this.#klinesAtMs >= KLINE_EVERY_MS;
    this.#sendKlines(nowMs, klinesDue);
    if (klinesDue) this.#klinesAtMs = nowMs;
    if (nowMs - this.#slowDepthAtMs >= SLOW_DEPTH_MS) {
      this.#slowDepthAtMs = nowMs;
      this.#sendSlowDepth();
    }
    if (nowMs - this.#tickersAtMs >= TICKER_EVERY_MS) {
      this.#tickersAtMs = nowMs;
      this.#sendTickers(nowMs);
    }
  }

  #sendKlines(nowMs: number, alsoRunning: boolean): void {
    for (const kline of this.#runningKlines.values()) {
      const nowOpenMs = Math.floor(nowMs / kline.intervalMs) * kline.intervalMs;
      if (nowOpenMs > kline.openMs) {
        for (let open = kline.openMs; open < nowOpenMs; open += kline.intervalMs) this.#sendKline(kline, open, nowMs);
        kline.openMs = nowOpenMs;
      } else if (!alsoRunning) continue;
      else if (!this.#changedKlines.has(kline.lower) && nowMs - kline.toldAtMs < KLINE_HEARTBEAT_MS) continue;
      this.#sendKline(kline, nowOpenMs, nowMs);
    }
    if (alsoRunning) this.#changedKlines.clear();
  }

  #sendKline(kline: RunningKline, openMs: number, nowMs: number): void {
    const { name, symbol, interval, intervalMs } = kline;
    const market = this.#exchange.market(symbol);
    const { klines } = market;
    const untilMs = Math.max(openMs, Math.min(nowMs, market.cursorMs));
    const [candle] =
      intervalMs === 1_000
        ? klines.seconds(openMs, openMs + 1_000, untilMs)
        : klines.bars(intervalMs, openMs, openMs + 1, untilMs);
    if (!candle) return;
    kline.toldAtMs = nowMs;
    const isClosed = nowMs >= openMs + intervalMs;
    this.#send(name, this.#dialect.kline(market, candle, interval, intervalMs, isClosed, nowMs));
  }

  #sendTickers(nowMs: number): void {
    for (const symbol of this.#exchange.rules.keys()) {
      const lower = symbol.toLowerCase();
      const wantsMini = this.#byStream.has(`${lower}@miniTicker`);
      const wantsFull = this.#byStream.has(`${lower}@ticker`);
      const market = this.#exchange.market(symbol);
      this.#sendMark(lower, market, nowMs);
      if (!wantsMini && !wantsFull) continue;
      const ticker = dayTicker(market, market.cursorMs);
      if (wantsMini) this.#send(`${lower}@miniTicker`, this.#dialect.miniTicker(market, ticker, nowMs));
      if (wantsFull) this.#send(`${lower}@ticker`, this.#dialect.ticker(market, ticker, nowMs));
    }
  }

  #sendMark(lower: string, market: SymbolMarket, nowMs: number): void {
    const { mark } = this.#dialect;
    if (!mark) return;
    for (const name of [`${lower}@markPrice`, `${lower}@markPrice@1s`]) {
      if (this.#byStream.has(name)) this.#send(name, mark(market, nowMs));
    }
  }

  #sendSlowDepth(): void {
    for (const [symbol, slow] of this.#slowDepth) {
      const rules = this.#exchange.rules.get(symbol)!;
      const diff = { ...slow, symbol, timeMs: 0, bids: levelsOf(slow.bids), asks: levelsOf(slow.asks) };
      this.#send(`${symbol.toLowerCase()}@depth`, this.#dialect.depth(rules, diff, this.#nowMs()));
    }
    this.#slowDepth.clear();
  }

  #bestChanged(lower: string, rules: TradingRules, market: SymbolMarket): void {
    const [bid, ask] = [market.bestShown('buy'), market.bestShown('sell')];
    if (!bid || !ask) return;
    const best = [...priceLevel(rules, bid), ...priceLevel(rules, ask)].join(' ');
    if (this.#lastBest.get(lower) === best) return;
    this.#lastBest.set(lower, best);
    this.#send(`${lower}@bookTicker`, this.#dialect.best(market, bid, ask, this.#nowMs()));
  }

  #partialDepth(name: string, levels: number, market: SymbolMarket): void {
    if (!this.#byStream.has(name)) return;
    const side = (which: 'buy' | 'sell') => market.shown(which, levels).map((level) => priceLevel(market.rules, level));
    this.#send(name, { lastUpdateId: market.updateId, bids: side('buy'), asks: side('sell') });
  }

  #send(name: string, payload: unknown): void {
    const subscribers = this.#byStream.get(name);
    if (!subscribers) return;
    const raw = JSON.stringify(payload);
    let wrapped: string | null = null;
    for (const { connection, combined } of subscribers) {
      if (combined) wrapped ??= `{"stream":"${name}","data":${raw}}`;
      connection.push(name, combined ? wrapped! : raw);
    }
  }

  #subscribe(connection: Connection, names: readonly string[]): string | null {
    const subscriber = this.#subscribers.get(connection)!;
    if (subscriber.streams.size + names.length > STREAMS_PER_CONNECTION_MAX) return 'Invalid request: too many streams';
    for (const name of names) {
      if (!isStream(name) && !(this.#dialect.mark && isMarkStream(name)))
        return `Invalid request: unknown stream ${name.slice(0, 60)}`;
    }
    for (const name of names) {
      subscriber.streams.add(name);
      if (!this.#exchange.rules.has(split(name)[0].toUpperCase())) this.#log(`stream of an unknown symbol: ${name}`);
      else this.#join(subscriber, name);
    }
    this.#updateWatched();
    return null;
  }

  #unsubscribe(connection: Connection, names: readonly string[]): string | null {
    const subscriber = this.#subscribers.get(connection)!;
    for (const name of names) {
      subscriber.streams.delete(name);
      this.#leave(subscriber, name);
    }
    this.#updateWatched();
    return null;
  }

  #join(subscriber: Subscriber, name: string): void {
    const listeners = this.#byStream.get(name);
    if (listeners) listeners.add(subscriber);
    else this.#byStream.set(name, new Set([subscriber]));
    const [lower, type] = split(name);
    if (!type.startsWith('kline_') || this.#runningKlines.has(name)) return;
    const interval = type.slice('kline_'.length);
    const intervalMs = INTERVAL_MS.get(interval)!;
    const openMs = Math.floor(this.#nowMs() / intervalMs) * intervalMs;
    const symbol = lower.toUpperCase();
    this.#runningKlines.set(name, { name, lower, symbol, interval, intervalMs, openMs, toldAtMs: 0 });
  }

  #leave(subscriber: Subscriber, name: string): void {
    const listeners = this.#byStream.get(name);
    listeners?.delete(subscriber);
    if (listeners?.size !== 0) return;
    this.#byStream.delete(name);
    this.#runningKlines.delete(name);
    if (split(name)[1] === 'depth') this.#slowDepth.delete(split(name)[0].toUpperCase());
    this.#lastBest.delete(split(name)[0]);
  }

  #updateWatched(): void {
    const prints = new Set<string>();
    const books = new Set<string>();
    for (const name of this.#byStream.keys()) {
      const [lower, type] = split(name);
      const symbol = lower.toUpperCase();
      prints.add(symbol);
      if (type.startsWith('depth') || type === 'bookTicker' || type === 'ticker') books.add(symbol);
    }
    this.#exchange.setWatched(prints, books);
  }
}

const split = (name: string): [string, string] => {
  const at = name.indexOf('@');
  return [name.slice(0, at), name.slice(at + 1)];
};

function isStream(name: string): boolean {
  const match =
    /^[a-z0-9]{2,20}@(trade|aggTrade|miniTicker|ticker|bookTicker|depth|depth@100ms|depth(?:5|10|20)@100ms|kline_(\w+))$/.exec(
      name,
    );
  return match !== null && (match[2] === undefined || INTERVAL_MS.has(match[2]));
}

const isMarkStream = (name: string): boolean => /^[a-z0-9]{2,20}@markPrice(?:@1s)?$/.test(name);

interface StreamRequest {
  readonly method: string;
  readonly params: readonly string[];
  readonly id: number | string | null;
}

function readRequest(text: string): StreamRequest | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('method' in value)) return null;
    const { method, params, id } = value as { method: unknown; params?: unknown; id?: unknown };
    const names = Array.isArray(params) ? params : [];
    if (typeof method !== 'string' || !names.every((name) => typeof name === 'string')) return null;
    return { method, params: names, id: typeof id === 'number' || typeof id === 'string' ? id : null };
  } catch {
    return null;
  }
}

function collect(slow: Map<string, SlowDepth>, diff: BookDiff): void {
  const state = slow.get(diff.symbol) ?? {
    firstUpdateId: diff.firstUpdateId,
    lastUpdateId: diff.lastUpdateId,
    bids: new Map<number, number>(),
    asks: new Map<number, number>(),
  };
  state.lastUpdateId = diff.lastUpdateId;
  for (const { ticks, lots } of diff.bids) state.bids.set(ticks, lots);
  for (const { ticks, lots } of diff.asks) state.asks.set(ticks, lots);
  slow.set(diff.symbol, state);
}

const levelsOf = (levels: ReadonlyMap<number, number>): Level[] =>
  [...levels].map(([ticks, lots]) => ({ ticks, lots }));
