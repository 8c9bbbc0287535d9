import { StrategyFeed } from '../strategy/feed.ts';
import type { StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';
import { Account } from './account.ts';
import { BarBook, type SharedByBooks } from './bar-book.ts';
import type { BarRun } from './bar-run.ts';
import { barTimes, lowerBound } from './bar-times.ts';
import type { MandateSigner } from './mandate-signer.ts';
import type { Market, RunSettings } from './settings.ts';
import type { Trade } from './trade.ts';
import { TRADE_FIELDS, tradesOf } from './trade-log.ts';

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
  /** Rows of a `TradeLog`. */
  tradeRows(): Float64Array;
}

/** Told now and then how many bars have passed. */
export type OnBars = (done: number, total: number) => void;

/** Bars between two words of how far a run is. */
const STRETCH = 65_536;

/** Every bar of every market, in order of time: what is ordered meets the market, then the strategy is asked, then equity is a point. */
export function barLoop(
  strategy: StrategyDefinition,
  params: Readonly<Record<string, number>>,
  markets: readonly Market[],
  settings: RunSettings,
  signer: MandateSigner | null = null,
  onBars?: OnBars,
): LoopRun {
  const account = new Account(settings.cashQuote);
  const lanes = lanesOf(strategy, params, markets, settings, { account, signer });
  const single = lanes.length === 1 ? lanes[0]! : null;
  const openTimeMs = single ? single.openTimeMs : barTimes(markets);
  const equityQuote = new Float64Array(openTimeMs.length);
  const atClose = settings.fill === 'same-close';
  const due: Lane[] = [];
  const bars = equityQuote.length;
  for (let from = 0; from < bars; from += STRETCH) {
    onBars?.(from, bars);
    const to = Math.min(from + STRETCH, bars);
    if (single) runOne(single, equityQuote, account, atClose, from, to);
    else runMany(lanes, due, openTimeMs, equityQuote, account, atClose, from, to);
  }
  const tradeRows = (): Float64Array =>
    single ? account.trades.rows() : onRunBars(account.trades.rows(), lanes, openTimeMs);
  let trades: readonly Trade[] | null = null;
  return {
    get trades() {
      trades ??= tradesOf(tradeRows());
      return trades;
    },
    tradeCount: account.trades.length,
    tradeRows,
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
  atClose: boolean,
  from: number,
  to: number,
): void {
  const { feed, handlers } = player;
  for (let bar = from; bar < to; bar += 1) {
    book.pass(bar);
    if (feed.take(book.candle)) handlers.onCandle?.(book.candle, book);
    if (predictions !== null) predict(book, handlers, predictions[bar]!);
    if (atClose) book.fillAtClose();
    equity[bar] = account.cashQuote + book.openProfit;
  }
}

function runMany(
  lanes: readonly Lane[],
  due: Lane[],
  times: Float64Array,
  equity: Float64Array,
  account: Account,
  atClose: boolean,
  from: number,
  to: number,
): void {
  for (let point = from; point < to; point += 1) {
    const timeMs = times[point];
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

/** Trades know the bars of their own instrument; a run's bars are those of all its instruments. Changes the rows. */
function onRunBars(rows: Float64Array, lanes: readonly Lane[], times: Float64Array): Float64Array {
  for (let at = 0; at < rows.length; at += TRADE_FIELDS) {
    const own = lanes[rows[at]!]!.openTimeMs;
    if (own === times) continue;
    rows[at + 1] = lowerBound(times, own[rows[at + 1]!]!);
    rows[at + 2] = lowerBound(times, own[rows[at + 2]!]!);
  }
  return rows;
}
