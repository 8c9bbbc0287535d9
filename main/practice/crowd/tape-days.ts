import type { BarBlock } from '../market/bar-block.ts';
import { LruCache } from '../market/lru.ts';
import type { MarketSource } from '../market/source.ts';
import { CandleSum, type StepCandle } from './step-candle.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
const MINUTES_PER_DAY = 1_440;
const HOURS_PER_DAY = 24;
/** Whole minutes of so many days stay in memory (about 46 kB each) where their prints were added up. */
const TOTAL_DAYS_KEPT = 23;
/** Hours of so many days stay in memory, 1.7 kB each: as many days as one request may ask for, and some. */
const HOUR_DAYS_KEPT = 1_100;

/** What each minute's prints come to, by minute of the day. */
interface DayTotals {
  /** Prints of the day before each minute, and, last, of the whole day. */
  readonly tradesBefore: Int32Array;
  readonly quote: Float64Array;
  readonly buyLots: Float64Array;
  readonly buyQuote: Float64Array;
}

interface DayHours {
  readonly prices: Float64Array;
  readonly counts: Float64Array;
  readonly quotes: BigInt64Array;
  readonly trades: number;
}

const emptyTotals = (): DayTotals => ({
  tradesBefore: new Int32Array(MINUTES_PER_DAY + 1),
  quote: new Float64Array(MINUTES_PER_DAY),
  buyLots: new Float64Array(MINUTES_PER_DAY),
  buyQuote: new Float64Array(MINUTES_PER_DAY),
});
/** Working space for a day whose minutes nobody asked for. */
const SCRATCH = emptyTotals();

/**
 * One instrument's tape day by day, in typed arrays: minutes while they are in use, hours for long. Pure functions of the
 * source; nothing a user did is in it.
 */
export class TapeDays {
  readonly #source: MarketSource;
  readonly #symbol: string;
  /** From here on quote and taker volumes are those of the prints; before it they follow from the candle. */
  readonly #exactFromDay: number;
  readonly #totals = new LruCache<number, DayTotals>(TOTAL_DAYS_KEPT);
  readonly #hours = new LruCache<number, DayHours>(HOUR_DAYS_KEPT);

  constructor(source: MarketSource, symbol: string, exactFromMs: number) {
    this.#source = source;
    this.#symbol = symbol;
    this.#exactFromDay = Math.ceil(exactFromMs / DAY_MS);
  }

  /** Is the work for this day's hours (or, of `minutes`, for its minutes) already done? */
  isReady(day: number, minutes: boolean): boolean {
    return minutes ? this.#totals.has(day) : this.#hours.has(day);
  }

  prepare(day: number, minutes: boolean): void {
    if (minutes) this.#dayTotals(day);
    else this.#dayHours(day);
  }

  /** Adds the minutes `[fromMs, toMs)` of the tape. */
  addMinutes(sum: CandleSum, fromMs: number, toMs: number): void {
    for (let at = fromMs; at < toMs; at += MINUTE_MS) this.#addMinute(sum, at / MINUTE_MS);
  }

  hour(openTimeMs: number): StepCandle {
    const day = Math.floor(openTimeMs / DAY_MS);
    const { prices, counts, quotes } = this.#dayHours(day);
    const hour = (openTimeMs - day * DAY_MS) / HOUR_MS;
    const price = (i: number): number => prices[4 * hour + i]!;
    return {
      openTimeMs,
      open: price(0),
      high: price(1),
      low: price(2),
      close: price(3),
      lots: counts[3 * hour]!,
      trades: counts[3 * hour + 1]!,
      quote: quotes[2 * hour]!,
      buyLots: counts[3 * hour + 2]!,
      buyQuote: quotes[2 * hour + 1]!,
    };
  }

  /** Prints of the whole day. */
  tradesOfDay(day: number): number {
    if (this.#hours.has(day)) return this.#dayHours(day).trades;
    let count = 0;
    for (const trades of this.#source.tradeCounts(this.#symbol, day)) count += trades;
    return count;
  }

  /** Prints of the day before its `minuteOfDay`th minute. */
  tradesBefore(day: number, minuteOfDay: number): number {
    return this.#dayTotals(day).tradesBefore[minuteOfDay]!;
  }

  #addMinute(sum: CandleSum, minute: number): void {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    addBar(sum, this.#source.day(this.#symbol, day), this.#dayTotals(day), minute - day * MINUTES_PER_DAY);
  }

  #dayTotals(day: number): DayTotals {
    return this.#totals.getOrCompute(day, (left) => this.#computeTotals(day, left ?? emptyTotals()));
  }

  #dayHours(day: number): DayHours {
    return this.#hours.getOrCompute(day, () => this.#computeHours(day));
  }

  #computeTotals(day: number, totals: DayTotals): DayTotals {
    const counts = this.#source.tradeCounts(this.#symbol, day);
    for (let i = 0; i < MINUTES_PER_DAY; i += 1) totals.tradesBefore[i + 1] = totals.tradesBefore[i]! + counts[i]!;
    if (day >= this.#exactFromDay) this.#addUpTape(totals, day);
    else estimate(totals, this.#source.day(this.#symbol, day));
    return totals;
  }

  #addUpTape(totals: DayTotals, day: number): void {
    for (let i = 0; i < MINUTES_PER_DAY; i += 1) {
      const { quote, buyLots, buyQuote } = this.#source.tapeTotals(this.#symbol, day * MINUTES_PER_DAY + i);
      totals.quote[i] = quote;
      totals.buyLots[i] = buyLots;
      totals.buyQuote[i] = buyQuote;
    }
  }

  #computeHours(day: number): DayHours {
    const hours = {
      prices: new Float64Array(4 * HOURS_PER_DAY),
      counts: new Float64Array(3 * HOURS_PER_DAY),
      quotes: new BigInt64Array(2 * HOURS_PER_DAY),
    };
    const block = this.#source.day(this.#symbol, day);
    // Older days are asked for once, for their hours: their minutes need not stay.
    const totals = day >= this.#exactFromDay ? this.#dayTotals(day) : this.#computeTotals(day, SCRATCH);
    let trades = 0;
    for (let hour = 0; hour < HOURS_PER_DAY; hour += 1) {
      const sum = new CandleSum();
      for (let i = 60 * hour; i < 60 * (hour + 1); i += 1) addBar(sum, block, totals, i);
      const candle = sum.candle(0)!;
      hours.prices.set([candle.open, candle.high, candle.low, candle.close], 4 * hour);
      hours.counts.set([candle.lots, candle.trades, candle.buyLots], 3 * hour);
      hours.quotes.set([candle.quote, candle.buyQuote], 2 * hour);
      trades += candle.trades;
    }
    return { ...hours, trades };
  }
}

function addBar(sum: CandleSum, block: BarBlock, totals: DayTotals, i: number): void {
  sum.addPrices(block.open[i]!, block.high[i]!, block.low[i]!, block.close[i]!);
  const trades = totals.tradesBefore[i + 1]! - totals.tradesBefore[i]!;
  sum.addTrades(block.lots[i]!, trades, totals.quote[i]!, totals.buyLots[i]!, totals.buyQuote[i]!);
}

/** Each minute's volume at the mean of its four prices; takers buy more of it the nearer it closes to its high. */
function estimate(totals: DayTotals, block: BarBlock): void {
  for (let i = 0; i < MINUTES_PER_DAY; i += 1) {
    const [high, low, close] = [block.high[i]!, block.low[i]!, block.close[i]!];
    const lots = block.lots[i]!;
    const mean = (block.open[i]! + high + low + close) / 4;
    const bought = high === low ? 0.5 : 0.25 + (0.5 * (close - low)) / (high - low);
    const buyLots = Math.round(lots * bought);
    totals.quote[i] = Math.round(lots * mean);
    totals.buyLots[i] = buyLots;
    totals.buyQuote[i] = Math.round(buyLots * mean);
  }
}
