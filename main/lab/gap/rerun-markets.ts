import { existsSync } from 'node:fs';
import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import { type InstrumentId, type InstrumentRecord, isPerpetual } from '../../engine/domain/instrument.ts';
import { type CandleStore, openCandleStore } from '../../engine/venues/candle-store/candle-store.ts';
import type { ExactFunding, ExactMarket } from '../exact/exact-plan.ts';
import { type AccountAt, namedPerpetuals } from './account-at.ts';

export const RERUN_BAR: Timeframe = '1m';
const BAR_MS = TIMEFRAME_MS[RERUN_BAR];
/** Features and rules look no further back. */
const PAST_BARS = 600;

/** What a retail account pays for perpetuals: half of spot's, and less for what rests. */
const PERPETUAL_FEES = { makerFee: 0.0002, takerFee: 0.0005 };

/** Why a perpetual is run again, or is not. */
export type PerpetualRerun = 'run' | 'no-wallet' | 'not-named' | 'no-candles';

export interface RerunMarkets {
  readonly markets: readonly ExactMarket[];
  /** Of every perpetual of the account. */
  readonly perpetuals: ReadonlyMap<InstrumentId, PerpetualRerun>;
}

export interface MarketsAsked {
  readonly account: AccountAt;
  readonly toMs: number;
  /** Of spot and of perpetuals. */
  readonly candleStore: string;
  readonly perpetualCandleStore: string;
  /** Of a perpetual in that time. */
  readonly fundingOf?: (id: InstrumentId) => readonly ExactFunding[];
  readonly perpetualFees?: ExactMarket['fees'];
}

/**
 * Every instrument of spot that has minutes in the window, and every perpetual that a strategy names or that was held, with the longer
 * candles that members look at, and the past of both.
 * @param looksAt whether who proposes trades a perpetual; where it is not given, what the account's strategies name
 */
export function rerunMarkets(
  asked: MarketsAsked,
  timeframes: readonly Timeframe[],
  looksAt?: (id: InstrumentId) => boolean,
): RerunMarkets {
  const { account, candleStore, perpetualCandleStore } = asked;
  const { margin, session } = account;
  const named = namedPerpetuals(session);
  const isWanted = looksAt ?? ((id: InstrumentId) => named.has(id));
  const wanted = account.perpetuals.filter(({ id }) => margin && (isWanted(id) || margin.positions.has(id)));
  const markets = [
    ...marketsOf(asked, candleStore, account.instruments, timeframes),
    ...marketsOf(asked, perpetualCandleStore, wanted, timeframes),
  ];
  const run = new Set(markets.map(({ record }) => record?.id));
  const standing = (id: InstrumentId): PerpetualRerun => {
    if (run.has(id)) return 'run';
    if (!margin) return 'no-wallet';
    return isWanted(id) ? 'no-candles' : 'not-named';
  };
  return { markets, perpetuals: new Map(account.perpetuals.map(({ id }) => [id, standing(id)])) };
}

function marketsOf(
  asked: MarketsAsked,
  path: string,
  records: readonly InstrumentRecord[],
  timeframes: readonly Timeframe[],
): ExactMarket[] {
  const { account, toMs } = asked;
  if (records.length === 0 || !existsSync(path)) return [];
  const store = openCandleStore(path, { readOnly: true, onProblem: () => undefined });
  const fromMs = account.fromMs - (account.fromMs % BAR_MS);
  try {
    return records.flatMap((record): ExactMarket[] => {
      const { id } = record;
      const candles = store.read(id, RERUN_BAR, fromMs, toMs - BAR_MS + 1);
      if (candles.close.length < 2) return [];
      const longer = timeframes
        .filter((timeframe) => timeframe !== RERUN_BAR)
        .map((timeframe) => {
          const firstMs = fromMs - TIMEFRAME_MS[timeframe] + 1;
          return { timeframe, candles: store.read(id, timeframe, firstMs, toMs), beforeMs: firstMs };
        });
      const past = [{ timeframe: RERUN_BAR, beforeMs: fromMs }, ...longer].map(({ timeframe, beforeMs }) => ({
        timeframe,
        candles: rowsBefore(store, id, timeframe, beforeMs),
      }));
      return [
        { record, candles, longer, past, ...(isPerpetual(id) ? marginOf(asked, id, fromMs) : spotOf(asked, id)) },
      ];
    });
  } finally {
    store.close();
  }
}

const spotOf = ({ account }: MarketsAsked, id: InstrumentId): Partial<ExactMarket> => ({
  heldBase: account.held.get(id) ?? '0',
});

function marginOf(
  { account, fundingOf, perpetualFees }: MarketsAsked,
  id: InstrumentId,
  fromMs: number,
): Partial<ExactMarket> {
  const held = account.margin?.positions.get(id);
  // What was due before is paid after the account has been opened: else it would be taken for a part of what it opened with.
  const funding = fundingOf?.(id).map((event) => ({ ...event, timeMs: Math.max(event.timeMs, fromMs + 1) }));
  return {
    fees: perpetualFees ?? PERPETUAL_FEES,
    ...(funding && { funding }),
    ...(held && { heldBase: held.qtyBase, costQuote: held.costQuote }),
  };
}

function rowsBefore(store: CandleStore, id: InstrumentId, timeframe: Timeframe, beforeMs: number): CandleRow[] {
  const { openTimeMs, open, high, low, close, volume }: CandleColumns = store.readBefore(
    id,
    timeframe,
    beforeMs,
    PAST_BARS,
  );
  return Array.from(
    openTimeMs,
    (timeMs, at): CandleRow => [timeMs, open[at]!, high[at]!, low[at]!, close[at]!, volume[at]!],
  );
}
