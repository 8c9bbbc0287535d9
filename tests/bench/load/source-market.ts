import { createRandom } from '../../../main/engine/kernel/random.ts';
import { centsText, priceCentsOf, qtyUnitsOf, unitsText } from './load-wire.ts';

const INTERVALS: readonly (readonly [name: string, ms: number])[] = [
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['4h', 14_400_000],
  ['1d', 86_400_000],
];
const INTERVAL_MS = new Map(INTERVALS);
const BOOK_LEVELS = 200;
const DIFF_LEVELS_MAX = 10;
const LISTED_ROWS = 100;

interface Candle {
  openMs: number;
  firstId: number;
  lastId: number;
  open: number;
  high: number;
  low: number;
  close: number;
  units: number;
}

/** One symbol's prints, book and candles, numbered without a gap, in Binance's words. */
export class SourceMarket {
  readonly #symbol: string;
  readonly #index: number;
  readonly #random;
  readonly #candles = new Map<string, Candle>();
  readonly #bids = new Array<string>(BOOK_LEVELS).fill('1.00000');
  readonly #asks = new Array<string>(BOOK_LEVELS).fill('1.00000');
  #tradeId = 0;
  #quotes = 0;
  #klines = 0;
  lastUpdateId = 1;

  constructor(symbol: string, index: number) {
    this.#symbol = symbol;
    this.#index = index;
    this.#random = createRandom(index + 1);
  }

  trade(nowMs: number): string {
    this.#tradeId += 1;
    const id = this.#tradeId;
    const cents = priceCentsOf(this.#index, id);
    const units = qtyUnitsOf(id);
    for (const [name, ms] of INTERVALS) this.#count(name, Math.floor(nowMs / ms) * ms, id, cents, units);
    return `{"e":"trade","E":${nowMs},"s":"${this.#symbol}","t":${id},"p":"${centsText(cents)}","q":"${unitsText(units)}","T":${nowMs},"m":${id % 2 === 0},"M":true}`;
  }

  depth(nowMs: number): string {
    const changed: [string[], string[]] = [[], []];
    const levels = 1 + Math.floor(this.#random.next() * DIFF_LEVELS_MAX);
    for (let i = 0; i < levels; i += 1) {
      const side = i % 2;
      // The best level stays, so that the book is never crossed nor empty.
      const level = Math.floor(this.#random.next() * BOOK_LEVELS);
      const qty =
        level > 0 && this.#random.next() < 0.2 ? '0.00000' : unitsText(1 + Math.floor(this.#random.next() * 9e5));
      (side === 0 ? this.#bids : this.#asks)[level] = qty;
      changed[side]?.push(`["${this.#price(side, level)}","${qty}"]`);
    }
    this.lastUpdateId += 1;
    const u = this.lastUpdateId;
    return `{"e":"depthUpdate","E":${nowMs},"s":"${this.#symbol}","U":${u},"u":${u},"b":[${changed[0].join()}],"a":[${changed[1].join()}]}`;
  }

  snapshot(): string {
    const rows = (side: number): string =>
      (side === 0 ? this.#bids : this.#asks)
        .map((qty, level) => (Number(qty) > 0 ? `["${this.#price(side, level)}","${qty}"]` : ''))
        .filter((row) => row !== '')
        .join();
    return `{"lastUpdateId":${this.lastUpdateId},"bids":[${rows(0)}],"asks":[${rows(1)}]}`;
  }

  quote(): string {
    this.#quotes += 1;
    return `{"u":${this.#quotes},"s":"${this.#symbol}","b":"${this.#price(0, 0)}","B":"${unitsText(this.#quotes)}","a":"${this.#price(1, 0)}","A":"1.00000"}`;
  }

  ticker(nowMs: number): string {
    return `{"e":"24hrTicker","E":${nowMs},"s":"${this.#symbol}","p":"0","P":"0","w":"100.00","x":"100.00","c":"100.10","Q":"1","b":"100.00","B":"1","a":"100.01","A":"1","o":"100.00","h":"101.00","l":"99.00","v":"1000","q":"100000","O":${nowMs - 86_400_000},"C":${nowMs},"F":1,"L":${this.#tradeId},"n":${this.#tradeId}}`;
  }

  /** The open candle of the next timeframe in turn; null before the first print. */
  kline(nowMs: number): { name: string; text: string } | null {
    this.#klines += 1;
    const [name] = INTERVALS[this.#klines % INTERVALS.length] as readonly [string, number];
    const candle = this.#candles.get(name);
    return candle ? { name, text: this.#klineText(name, candle, nowMs, false) } : null;
  }

  /** Candles that have ended by now, each once. */
  closed(nowMs: number): { name: string; text: string }[] {
    const ended: { name: string; text: string }[] = [];
    for (const [name, ms] of INTERVALS) {
      const candle = this.#candles.get(name);
      if (!candle || candle.openMs + ms > nowMs) continue;
      ended.push({ name, text: this.#klineText(name, candle, nowMs, true) });
      this.#candles.delete(name);
    }
    return ended;
  }

  /** Candles of before the load began: flat ones. */
  klineRows(interval: string, fromMs: number, toMs: number): string {
    const ms = INTERVAL_MS.get(interval) ?? 60_000;
    const last = Math.floor(toMs / ms) * ms;
    const first = Math.max(Math.ceil(fromMs / ms) * ms, last - LISTED_ROWS * ms);
    const rows: string[] = [];
    for (let openMs = first; openMs <= last; openMs += ms) {
      rows.push(`[${openMs},"100.00","100.20","99.80","100.00","10.00000",${openMs + ms - 1},"1000",10,"5","500","0"]`);
    }
    return `[${rows.join()}]`;
  }

  #price(side: number, level: number): string {
    return side === 0 ? centsText(10_000 - level) : centsText(10_001 + level);
  }

  #count(name: string, openMs: number, id: number, cents: number, units: number): void {
    const candle = this.#candles.get(name);
    if (!candle) {
      this.#candles.set(name, {
        openMs,
        firstId: id,
        lastId: id,
        open: cents,
        high: cents,
        low: cents,
        close: cents,
        units,
      });
      return;
    }
    candle.lastId = id;
    candle.high = Math.max(candle.high, cents);
    candle.low = Math.min(candle.low, cents);
    candle.close = cents;
    candle.units += units;
  }

  #klineText(name: string, candle: Candle, nowMs: number, closed: boolean): string {
    const { openMs, firstId, lastId, open, high, low, close, units } = candle;
    const endMs = openMs + (INTERVAL_MS.get(name) ?? 0) - 1;
    return `{"e":"kline","E":${nowMs},"s":"${this.#symbol}","k":{"t":${openMs},"T":${endMs},"s":"${this.#symbol}","i":"${name}","f":${firstId},"L":${lastId},"o":"${centsText(open)}","c":"${centsText(close)}","h":"${centsText(high)}","l":"${centsText(low)}","v":"${unitsText(units)}","n":${lastId - firstId + 1},"x":${closed},"q":"0","V":"0","Q":"0","B":"0"}}`;
  }
}
