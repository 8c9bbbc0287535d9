import type { BarRun } from '../backtest/bar-run.ts';
import { REALISTIC, type RunSettings } from '../backtest/settings.ts';
import { StrategyFeed } from '../strategy/feed.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { BestQuote, StrategyDefinition } from '../strategy/strategy.ts';
import { NO_TICK } from './book-side.ts';
import { ReplayDesk } from './replay-desk.ts';
import { runTicks, type TickDesk, type TickFill, type TickStrategy } from './tick-engine.ts';
import type { TickFeed } from './tick-feed.ts';
import { TradeCandles } from './trade-candle.ts';

export interface ReplayPlan {
  readonly strategy: StrategyDefinition;
  /** What is not given takes its standard value. */
  readonly params?: Readonly<Record<string, number>>;
  readonly feed: TickFeed;
  /** Length of the candles that the strategy is given, built from the trades as they are heard. */
  readonly candleMs: number;
  /**
   * Those of `REALISTIC` where they are not given. Of them count here: cash, fees, latency (half of it each way), shorts and leverage; slippage,
   * impact and volume are the book's own.
   */
  readonly settings?: Partial<RunSettings>;
}

export interface ReplayRun extends BarRun {
  /** See `RunColumns`. */
  readonly tradeRows: Float64Array;
}

/**
 * Replays a strategy, as it is, over recorded depth and trades: it hears candles, trades and best quotes, and its orders wait in the
 * queue of the book or take what it shows. A bar of the run is a candle's time.
 * @throws RangeError a parameter that will not do, a strategy of several instruments, or what the strategy itself throws
 */
export function replayStrategy({ strategy, params = {}, feed, candleMs, settings = {} }: ReplayPlan): ReplayRun {
  const read = readSetting(strategy, params);
  if (!read.ok) throw new RangeError(`${strategy.name}: ${read.error.message}`);
  if ((strategy.instruments ?? 1) !== 1)
    throw new RangeError(`${strategy.name} looks at ${strategy.instruments} instruments together: a feed is of one`);
  const rules = { ...REALISTIC, ...settings };
  const player = new Player(strategy, read.value, feed, candleMs, rules);
  const { finalEquity } = runTicks(
    feed,
    {
      cashQuote: rules.cashQuote,
      orderLatencyUs: (rules.latencyMs * 1_000) / 2,
      reportLatencyUs: (rules.latencyMs * 1_000) / 2,
      makerFeeRate: rules.makerFee,
      takerFeeRate: rules.takerFee,
      restingFills: 'partial',
      isSpot: !rules.shorts,
      equityEveryUs: candleMs * 1_000,
    },
    player,
  );
  return player.result(finalEquity);
}

class Player implements TickStrategy {
  readonly everyUs: number;
  readonly isOnGrid = true;
  readonly #feed: TickFeed;
  readonly #strategy: StrategyFeed;
  readonly #desk: ReplayDesk;
  readonly #candleMs: number;
  readonly #candles: TradeCandles;
  readonly #quote: { -readonly [K in keyof BestQuote]: BestQuote[K] };
  readonly #openTimeMs: number[] = [];
  readonly #equityQuote: number[] = [];
  #barsInMarket = 0;

  constructor(
    strategy: StrategyDefinition,
    params: Readonly<Record<string, number>>,
    feed: TickFeed,
    candleMs: number,
    settings: RunSettings,
  ) {
    if (!(Number.isInteger(candleMs) && candleMs >= 1_000)) throw new RangeError(`candles of ${candleMs} ms are none`);
    this.everyUs = candleMs * 1_000;
    this.#feed = feed;
    this.#strategy = new StrategyFeed(strategy, params, candleMs);
    this.#desk = new ReplayDesk(feed, settings);
    this.#candleMs = candleMs;
    this.#candles = new TradeCandles(candleMs);
    this.#quote = { instrument: 0, timeMs: 0, bid: 0, bidQty: 0, ask: 0, askQty: 0 };
    const { handlers } = this.#strategy;
    if (handlers.onFill) this.#desk.held.onFill = (fill) => handlers.onFill?.(fill, this.#desk);
  }

  onTime(ticks: TickDesk): void {
    this.#desk.ticks = ticks;
    this.#desk.forget((id) => ticks.isWorking(id));
    const timeMs = ticks.timeUs / 1_000;
    const candle = this.#candles.close(timeMs);
    const { handlers } = this.#strategy;
    if (candle && this.#strategy.take(candle)) handlers.onCandle?.(candle, this.#desk);
    this.#point(timeMs - this.#candleMs, this.#desk.equity);
  }

  onTrade(ticks: TickDesk, side: 1 | -1 | 0, priceTicks: number, qtyLots: number): void {
    const desk = this.#desk;
    desk.ticks = ticks;
    const [price, qty] = [priceTicks * this.#feed.tick, qtyLots * this.#feed.lot];
    const timeMs = Math.floor(ticks.timeUs / 1_000);
    this.#candles.add(timeMs, price, qty);
    const { handlers } = this.#strategy;
    if (!handlers.onTrade) return;
    const isBuy = side === 0 ? price >= desk.middle : side > 0;
    handlers.onTrade({ instrument: 0, timeMs, price, qty, side: isBuy ? 'buy' : 'sell' }, desk);
  }

  onBook(ticks: TickDesk): void {
    this.#desk.ticks = ticks;
    this.#desk.watchBracket();
    const { handlers } = this.#strategy;
    if (!handlers.onBook) return;
    const { bids, asks } = ticks.book;
    if (bids.best === NO_TICK || asks.best === NO_TICK) return;
    const quote = this.#quote;
    const [bid, bidQty] = [bids.best * this.#feed.tick, bids.at(bids.best) * this.#feed.lot];
    const [ask, askQty] = [asks.best * this.#feed.tick, asks.at(asks.best) * this.#feed.lot];
    if (bid === quote.bid && bidQty === quote.bidQty && ask === quote.ask && askQty === quote.askQty) return;
    quote.timeMs = Math.floor(ticks.timeUs / 1_000);
    quote.bid = bid;
    quote.bidQty = bidQty;
    quote.ask = ask;
    quote.askQty = askQty;
    handlers.onBook(quote, this.#desk);
  }

  onFill(ticks: TickDesk, fill: TickFill): void {
    this.#desk.ticks = ticks;
    this.#desk.book(fill);
  }

  /** @param finalEquity by the engine's own books */
  result(finalEquity: number): ReplayRun {
    const { account } = this.#desk;
    const last = this.#openTimeMs.at(-1);
    this.#point(
      last === undefined ? Math.floor(this.#feed.localTimeUs[0]! / 1_000) : last + this.#candleMs,
      finalEquity,
    );
    return {
      trades: account.trades.trades(),
      tradeRows: account.trades.rows(),
      openTimeMs: Float64Array.from(this.#openTimeMs),
      equityQuote: Float64Array.from(this.#equityQuote),
      barsInMarket: this.#barsInMarket,
      fills: account.fills,
      costs: account.costs,
      refused: account.refused,
    };
  }

  #point(openTimeMs: number, equity: number): void {
    this.#openTimeMs.push(openTimeMs);
    this.#equityQuote.push(equity);
    if (this.#desk.position !== 0) this.#barsInMarket += 1;
    this.#desk.bar += 1;
  }
}
