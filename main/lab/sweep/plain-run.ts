import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';
import type { Lead, Size } from '../strategy/strategy.ts';
import type { SweepResult } from './sweep.ts';

/** Whether an order is a price, a fee and nothing else: no grid, no volume, no impact, no delay, no hole that it is lost in, no limit to what equity carries. */
export const isPlain = ({ rules }: Market, settings: RunSettings): boolean =>
  rules === undefined &&
  settings.impact === 0 &&
  settings.latencyMs === 0 &&
  settings.wishLifeMs === Number.POSITIVE_INFINITY &&
  settings.volumeShareMax === Number.POSITIVE_INFINITY &&
  settings.leverageMax === Number.POSITIVE_INFINITY;

/** The first bar from `from` on at which the rule says long; all bars where there is none. */
export function nextAbove({ ahead, aheadTimes, behind, behindTimes }: Lead, from: number): number {
  let bar = from;
  while (bar < ahead.length && !(ahead[bar]! * aheadTimes > behind[bar]! * behindTimes)) bar += 1;
  return bar;
}

/** The first bar from `from` on at which the rule says flat; all bars where there is none. */
export function nextBelow({ ahead, aheadTimes, behind, behindTimes }: Lead, from: number): number {
  let bar = from;
  while (bar < ahead.length && !(ahead[bar]! * aheadTimes < behind[bar]! * behindTimes)) bar += 1;
  return bar;
}

/** The trades of a rule over columns under plain settings: the arithmetic of the event loop, step for step, without its bars. */
export function plainRun(lead: Lead, size: Size, candles: CandleColumns, settings: RunSettings): SweepResult {
  const { cashQuote, takerFee, slippageBps, fill } = settings;
  const { open, close } = candles;
  const bars = close.length;
  const delay = fill === 'same-close' ? 0 : 1;
  const prices = delay === 0 ? close : open;
  const slip = slippageBps / 10_000;
  let cash = cashQuote;
  let fees = 0;
  let trades = 0;
  let fills = 0;
  let bar = 0;
  for (;;) {
    bar = nextAbove(lead, bar);
    if (bar + delay >= bars) break;
    const qty = 'qty' in size ? size.qty : (size.share * cash) / close[bar]!;
    if (!(qty > 0)) break;
    bar += delay;
    const entry = slip === 0 ? prices[bar]! : prices[bar]! * (1 + slip);
    const entryFee = takerFee * entry * qty;
    cash -= entryFee;
    fees += entryFee;
    fills += 1;
    bar = nextBelow(lead, delay === 0 ? bar + 1 : bar);
    if (bar + delay >= bars) {
      cash += (close[bars - 1]! - entry) * qty;
      break;
    }
    bar += delay;
    const exit = slip === 0 ? prices[bar]! : prices[bar]! * (1 - slip);
    const exitFee = takerFee * exit * qty;
    cash += (exit - entry) * qty;
    cash -= exitFee;
    fees += exitFee;
    fills += 1;
    trades += 1;
    if (delay === 0) bar += 1;
  }
  return { finalEquity: cash, trades, fills, fees };
}
