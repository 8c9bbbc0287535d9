import { StrategyFeed } from '../strategy/feed.ts';
import type { StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';
import { Account } from './account.ts';
import { BarBook, type SharedByBooks } from './bar-book.ts';
import type { BarRun } from './bar-run.ts';
import type { MandateSigner } from './mandate-signer.ts';
import type { Market, RunSettings } from './settings.ts';
import type { Trade } from './trade.ts';

/** One strategy on the instruments it looks at together. */
interface Player {
  readonly feed: StrategyFeed;
  readonly handlers: StrategyHandlers;
}

/** An instrument's place in the run: where it is in its candles, and who plays it. */
interface Lane {
  readonly book: BarBook;
  readonly player: Player;
  readonly openTimeMs: Float64Array;
  readonly predictions: Float64Array | null;
  next: number;
}

/** A run whose trades are counted already, and made into objects only where somebody asks for them. */
export interface LoopRun extends BarRun {
  readonly tradeCount: number;
}

/** Every bar of every market, in order of time: what is ordered meets the market, then the strategy is asked, then equity is a point. */
export function barLoop(
  strategy: StrategyDefinition,
  params: Readonly<Record<string, number>>,
  markets: readonly Market[],
  settings: RunSettings,
  signer: MandateSigner | null = null,
): LoopRun {
  const account = new Account(settings.cashQuote);
  const lanes = lanesOf(strategy, params, markets, settings, { account, signer });
  const single = lanes.length === 1 ? lanes[0]! : null;
  const openTimeMs = single ? single.openTimeMs : timesOf(markets);
  const equityQuote = new Float64Array(openTimeMs.length);
  if (single) runOne(single, equityQuote, account, settings);
  else runMany(lanes, openTimeMs, equityQuote, account, settings);
  let trades: readonly Trade[] | null = null;
  return {
    get trades() {
      trades ??= single ? account.trades.trades() : onRunBars(account.trades.trades(), lanes, openTimeMs);
      return trades;
    },
    tradeCount: account.trades.length,
    openTimeMs,
    equityQuote,
    barsInMarket: lanes.reduce((sum, { book }) => sum + book.barsInMarket, 0),
    fills: account.fills,
    costs: account.costs,
    refused: account.refused,
  };
}

function lanesOf(
  strategy: StrategyDefinition,
  params: Readonly<Record<string, number>>,
  markets: readonly Market[],
  settings: RunSettings,
  shared: SharedByBooks,
): Lane[] {
  const together = strategy.instruments ?? 1;
  let player: Player | null = null;
  let group: BarBook[] = [];
  return markets.map((market, instrument) => {
    const spanMs = spanOf(market.candles.openTimeMs);
    if (!player || instrument % together === 0) {
      const feed = new StrategyFeed(strategy, params, spanMs);
      player = { feed, handlers: feed.handlers };
      group = [];
    }
    const book = new BarBook(market, { instrument, group }, spanMs, settings, shared);
    const { handlers } = player;
    if (handlers.onFill) book.held.onFill = (fill) => handlers.onFill?.(fill, book);
    return { book, player, openTimeMs: market.candles.openTimeMs, predictions: market.predictions ?? null, next: 0 };
  });
}

function runOne(
  { book, player, predictions }: Lane,
  equity: Float64Array,
  account: Account,
  settings: RunSettings,
): void {
  const { feed, handlers } = player;
  const atClose = settings.fill === 'same-close';
  const bars = equity.length;
  for (let bar = 0; bar < bars; bar += 1) {
    book.pass(bar);
    if (feed.take(book.candle)) handlers.onCandle?.(book.candle, book);
    if (predictions !== null) predict(book, handlers, predictions[bar]!);
    if (atClose) book.fillAtClose();
    equity[bar] = account.cashQuote + book.openProfit;
  }
}

function runMany(
  lanes: readonly Lane[],
  times: Float64Array,
  equity: Float64Array,
  account: Account,
  settings: RunSettings,
): void {
  const atClose = settings.fill === 'same-close';
  const due: Lane[] = [];
  for (const [point, timeMs] of times.entries()) {
    due.length = 0;
    for (const lane of lanes) {
      if (lane.openTimeMs[lane.next] !== timeMs) continue;
      lane.book.pass(lane.next);
      due.push(lane);
    }
    for (const { book, player, predictions, next } of due) {
      if (player.feed.take(book.candle)) player.handlers.onCandle?.(book.candle, book);
      if (predictions !== null) predict(book, player.handlers, predictions[next]!);
    }
    for (const lane of due) {
      if (atClose) lane.book.fillAtClose();
      lane.next += 1;
    }
    equity[point] = account.equityQuote;
  }
}

function predict(book: BarBook, handlers: StrategyHandlers, probability: number): void {
  if (Number.isNaN(probability)) return;
  handlers.onPrediction?.({ instrument: book.candle.instrument, probability }, book);
}

/** The shortest step between two bars: their length, whatever is missing. */
export function spanOf(openTimeMs: Float64Array): number {
  let span = Number.POSITIVE_INFINITY;
  // A file whose first thousand steps are all holes is no candle file.
  const bars = Math.min(openTimeMs.length, 1_000);
  for (let bar = 1; bar < bars; bar += 1) span = Math.min(span, openTimeMs[bar]! - openTimeMs[bar - 1]!);
  return Number.isFinite(span) ? span : 60_000;
}

/** Trades know the bars of their own instrument; a run's bars are those of all its instruments. */
function onRunBars(trades: readonly Trade[], lanes: readonly Lane[], times: Float64Array): readonly Trade[] {
  const barOf = new Map(Array.from(times, (timeMs, bar) => [timeMs, bar]));
  return trades.map((trade) => {
    const own = lanes[trade.instrument]!.openTimeMs;
    return { ...trade, entryBar: barOf.get(own[trade.entryBar]!)!, exitBar: barOf.get(own[trade.exitBar]!)! };
  });
}

/** Every time at which some market has a bar, once. */
function timesOf(markets: readonly Market[]): Float64Array {
  const all = Float64Array.from(markets.flatMap(({ candles }) => [...candles.openTimeMs])).sort();
  return all.filter((timeMs, at) => at === 0 || timeMs !== all[at - 1]);
}
