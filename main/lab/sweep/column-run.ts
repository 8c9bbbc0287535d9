import { Account } from '../backtest/account.ts';
import { BarBook } from '../backtest/bar-book.ts';
import { spanOf } from '../backtest/bar-loop.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';
import type { ColumnRule, Lead, Size, StrategyColumns } from '../strategy/strategy.ts';
import { isPlain, nextAbove, nextBelow, plainRun } from './plain-run.ts';
import type { SweepResult } from './sweep.ts';

/**
 * A run that looks only at bars where a rule's word changes something: the same book, orders and fills as the event loop's, without the bars
 * between, in which nothing can happen to a position without stop, target, funding or debt.
 */
export function columnRun<V>(
  rule: ColumnRule<V>,
  params: V,
  columns: StrategyColumns,
  market: Market,
  settings: RunSettings,
): SweepResult {
  const lead = rule.lead(columns, params);
  const entry = rule.entry(params);
  if (isPlain(market, settings)) return plainRun(lead, entry, market.candles, settings);
  const account = new Account(settings.cashQuote);
  const spanMs = spanOf(market.candles.openTimeMs);
  const book = new BarBook(market, { instrument: 0, group: [] }, spanMs, settings, { account, signer: null });
  playLead(book, lead, entry, settings.fill === 'same-close');
  book.skipTo(market.candles.close.length - 1);
  const { trades, fills, costs } = account;
  return { finalEquity: account.equityQuote, trades: trades.length, fills, fees: costs.fees };
}

/** Nothing stands after the loop: code that was compiled while it ran would be thrown away there, once per setting. */
function playLead(book: BarBook, lead: Lead, entry: Size, atClose: boolean): void {
  const bars = lead.ahead.length;
  for (let bar = 0; bar < bars; bar += 1) {
    if (book.isIdle) {
      bar = book.position === 0 ? nextAbove(lead, bar) : nextBelow(lead, bar);
      if (bar === bars) return;
      book.skipTo(bar);
    } else book.pass(bar);
    const by = leadAt(lead, bar);
    if (book.position === 0) {
      if (by > 0) book.enter('long', entry);
    } else if (by < 0) book.exit();
    if (atClose) book.fillAtClose();
  }
}

const leadAt = ({ ahead, aheadTimes, behind, behindTimes }: Lead, bar: number): number =>
  ahead[bar]! * aheadTimes - behind[bar]! * behindTimes;

/** Whether nothing but a rule's own word ends a position: then bars may be skipped. */
export const canSkipBars = ({ funding }: Market, { shorts, leverageMax, borrowPerYear }: RunSettings): boolean =>
  funding === undefined && (borrowPerYear === 0 || (!shorts && leverageMax <= 1));
