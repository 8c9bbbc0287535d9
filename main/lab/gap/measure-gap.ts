import { existsSync } from 'node:fs';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { divideDecimal, formatDecimal, multiplyDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import type { Quote } from '../../engine/domain/market.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import { readLane } from '../../engine/kernel/log-reader.ts';
import { openCandleStore } from '../../engine/venues/candle-store/candle-store.ts';
import { type JournalWindow, journalOrders, type OpenOrder, QuotesAt } from './journal-orders.ts';
import { missedExit } from './missed-exit.ts';
import { type GapOrder, type GapReport, splitGap } from './split-gap.ts';

export interface GapFolder {
  readonly journalDir: string;
  readonly candleStore: string;
}

export interface MeasuredGap extends GapReport {
  /** Orders that were sent when no quote was there: their latency counts as none. */
  readonly withoutArrival: number;
  readonly feesUnpriced: number;
}

export interface GapFault {
  readonly kind: 'damaged';
  readonly message: string;
}

/** The gap between what an account did in a window and what the robot would have done, from the account's own journal. Changes nothing. */
export function measureGap(folder: GapFolder, window: JournalWindow): Result<MeasuredGap, GapFault> {
  const ledger: LogRecord[] = [];
  const read = readLane(folder.journalDir, 'ledger', (record) => ledger.push(record));
  if (read.damage && read.damage.how !== 'torn')
    return fail({ kind: 'damaged', message: `${folder.journalDir}: ${read.damage.what}` });
  const { orders, lastPrices, feesUnpriced } = journalOrders(ledger, window);
  const instruments = new Set(orders.map(({ instrumentId }) => instrumentId));
  const quotes = new QuotesAt([
    ...orders.flatMap(({ instrumentId, sentMs }) => (sentMs === null ? [] : [[instrumentId, sentMs] as const])),
    ...[...instruments].map((instrumentId) => [instrumentId, window.toMs] as const),
  ]);
  readLane(folder.journalDir, 'market', (record) => quotes.read(record));
  const candles = candlesOf(folder.candleStore, window.toMs);
  let withoutArrival = 0;
  const priced = orders.map((order): GapOrder => {
    const { id, instrumentId, timeMs, side, sentMs, live } = order;
    const rerunPrice = order.rerun?.price ?? null;
    const quote = sentMs === null ? null : quotes.at(instrumentId, sentMs);
    const arrival = order.arrivalPrice ?? (quote && (side === 'buy' ? quote.ask : quote.bid));
    if (arrival === null && sentMs !== null) withoutArrival += 1;
    const mark = middleOf(quotes.at(instrumentId, window.toMs)) ?? lastPrices.get(instrumentId) ?? rerunPrice ?? '0';
    const left = sentMs === null ? leftAt(order, candles) : null;
    return {
      id,
      instrumentId,
      timeMs,
      side,
      markPrice: left ?? mark,
      rerun: left === null ? order.rerun : withExitFee(order.rerun, left, window.feeRate),
      live: live && { ...live, arrivalPrice: arrival ?? rerunPrice ?? mark },
    };
  });
  return ok({ ...splitGap(priced), withoutArrival, feesUnpriced });
}

const middleOf = (quote: Quote | null): string | null =>
  quote && formatDecimal(divideDecimal(parseDecimal(quote.bid) + parseDecimal(quote.ask), 2n * 10n ** 18n, 'half-up'));

type CandlesFrom = (instrumentId: string, fromMs: number) => CandleColumns | null;

function candlesOf(path: string, toMs: number): CandlesFrom {
  return (instrumentId, fromMs) => {
    if (!existsSync(path)) return null;
    const store = openCandleStore(path, { readOnly: true, onProblem: () => undefined });
    try {
      return store.read(instrumentId, '1m', fromMs, toMs);
    } finally {
      store.close();
    }
  };
}

/** Where an entry that nobody took would have been left by its own stop or target. */
function leftAt({ instrumentId, side, timeMs, bracket }: OpenOrder, candles: CandlesFrom): string | null {
  if (bracket === null || (bracket.stopPrice === null && bracket.targetPrice === null)) return null;
  const after = candles(instrumentId, timeMs);
  if (after === null) return null;
  const [stop, target] = [bracket.stopPrice, bracket.targetPrice].map((price) =>
    price === null ? null : Number(price),
  );
  const price = missedExit(after, side, stop ?? null, target ?? null);
  return price === null ? null : formatDecimal(parseDecimal(price.toFixed(8)));
}

function withExitFee(rerun: GapOrder['rerun'], exitPrice: string, feeRate: string): GapOrder['rerun'] {
  if (rerun === null) return null;
  const notional = multiplyDecimal(parseDecimal(exitPrice), parseDecimal(rerun.qtyBase), 'half-up');
  const fee = multiplyDecimal(notional, parseDecimal(feeRate), 'half-up');
  return { ...rerun, feeQuote: formatDecimal(parseDecimal(rerun.feeQuote) + fee) };
}
