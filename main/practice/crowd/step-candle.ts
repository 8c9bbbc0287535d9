/** A candle in whole steps, with what its prints come to. Quote amounts are sums of ticks × lots. */
export interface StepCandle {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
  readonly trades: number;
  readonly quote: bigint;
  /** Lots that takers bought, and what they paid. */
  readonly buyLots: number;
  readonly buyQuote: bigint;
}

/** Above this a sum of quote is moved into a bigint: one more minute still fits a safe integer. */
const QUOTE_FLUSH = 2 ** 52;

/** Puts candles together, oldest first, without an object a piece. */
export class CandleSum {
  #isEmpty = true;
  #open = 0;
  #high = 0;
  #low = 0;
  #close = 0;
  #lots = 0;
  #trades = 0;
  #buyLots = 0;
  #quote = 0;
  #buyQuote = 0;
  #quoteBig = 0n;
  #buyQuoteBig = 0n;

  addPrices(open: number, high: number, low: number, close: number): void {
    if (this.#isEmpty) {
      this.#isEmpty = false;
      this.#open = open;
      this.#high = high;
      this.#low = low;
    }
    if (high > this.#high) this.#high = high;
    if (low < this.#low) this.#low = low;
    this.#close = close;
  }

  /** `quote` and `buyQuote` below 2^52. */
  addTrades(lots: number, trades: number, quote: number, buyLots: number, buyQuote: number): void {
    this.#lots += lots;
    this.#trades += trades;
    this.#buyLots += buyLots;
    this.#quote += quote;
    this.#buyQuote += buyQuote;
    if (this.#quote >= QUOTE_FLUSH) this.#flush();
  }

  add(candle: StepCandle): void {
    this.addPrices(candle.open, candle.high, candle.low, candle.close);
    this.#lots += candle.lots;
    this.#trades += candle.trades;
    this.#buyLots += candle.buyLots;
    this.#quoteBig += candle.quote;
    this.#buyQuoteBig += candle.buyQuote;
  }

  /** The candle of everything added, or null when nothing was. */
  candle(openTimeMs: number): StepCandle | null {
    if (this.#isEmpty) return null;
    this.#flush();
    return {
      openTimeMs,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      lots: this.#lots,
      trades: this.#trades,
      quote: this.#quoteBig,
      buyLots: this.#buyLots,
      buyQuote: this.#buyQuoteBig,
    };
  }

  #flush(): void {
    this.#quoteBig += BigInt(this.#quote);
    this.#buyQuoteBig += BigInt(this.#buyQuote);
    this.#quote = 0;
    this.#buyQuote = 0;
  }
}

/** The candle of these prints, or null when there is none. */
export function fromSteps(
  openTimeMs: number,
  prints: readonly { readonly ticks: number; readonly lots: number; readonly side: 'buy' | 'sell' }[],
): StepCandle | null {
  const sum = new CandleSum();
  for (const { ticks, lots, side } of prints) {
    const quote = ticks * lots;
    sum.addPrices(ticks, ticks, ticks, ticks);
    sum.addTrades(lots, 1, quote, side === 'buy' ? lots : 0, side === 'buy' ? quote : 0);
  }
  return sum.candle(openTimeMs);
}

/** A stretch without a print. */
export const flatCandle = (openTimeMs: number, ticks: number): StepCandle => ({
  openTimeMs,
  open: ticks,
  high: ticks,
  low: ticks,
  close: ticks,
  lots: 0,
  trades: 0,
  quote: 0n,
  buyLots: 0,
  buyQuote: 0n,
});

export function joinCandles(openTimeMs: number, parts: readonly StepCandle[]): StepCandle | null {
  const sum = new CandleSum();
  for (const part of parts) sum.add(part);
  return sum.candle(openTimeMs);
}
