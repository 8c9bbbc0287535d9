import { divideDecimal, formatDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import type { PredictionArrived, StrategySpoke } from '../../engine/domain/events.ts';
import type { Quote } from '../../engine/domain/market.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import { type LaneContents, readLane } from '../../engine/kernel/log-reader.ts';
import type { ModelCard } from '../../ml/card.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { Proposers } from '../exact/exact-plan.ts';
import { accountAt } from './account-at.ts';
import { readDecisions } from './decisions.ts';
import { matchDecisions } from './match-decisions.ts';
import { QuotesAt } from './quotes-at.ts';
import { rerunAccount } from './rerun-account.ts';
import { type GapReport, splitGap } from './split-gap.ts';

/** Where an account keeps its journal and its candles. */
export interface GapFolder {
  readonly journalDir: string;
  readonly candleStore: string;
}

export interface GapAsked {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of those that vote until a line-up says otherwise. */
  readonly cards: readonly ModelCard[];
  /** Of every version that a line-up may name; those alone where it is not said. */
  readonly library?: readonly ModelCard[];
  /** What the re-run pays and meets; realistic where it is not said. */
  readonly settings?: Partial<RunSettings>;
  /** Who proposes in the re-run where it is not the desk's own members. */
  readonly proposers?: Proposers;
  /** Told how far the re-run is, a share. */
  readonly tell?: (share: number) => void;
}

export interface MeasuredGap extends GapReport {
  /** Of what was re-run: from where the account was open. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly quote: string;
  /** Minutes of all instruments that were re-run. */
  readonly bars: number;
  /** Questions that the re-run took and nobody in life did. */
  readonly missed: number;
  /** Orders that were sent when no quote was kept: their latency counts as none. */
  readonly withoutArrival: number;
  readonly feesUnpriced: number;
  /** Answers of models that were kept and could be said again. */
  readonly answers: number;
  /** That are asked on this desk. */
  readonly models: number;
}

export interface GapFault {
  readonly kind: 'damaged' | 'not-open' | 'no-rerun';
  readonly message: string;
}

/**
 * The gap between what an account did in a window and what the same engine does by itself over the same candles: the account as it stood is
 * run again by the exact gear, every question signed at once, and each order held against its own. Changes nothing.
 */
export async function measureGap(folder: GapFolder, asked: GapAsked): Promise<Result<MeasuredGap, GapFault>> {
  const { journalDir, candleStore } = folder;
  const { fromMs, toMs, cards, library = cards, settings, proposers, tell } = asked;
  const ledger: LogRecord[] = [];
  const damage = damageOf(readLane(journalDir, 'ledger', (record) => ledger.push(record)));
  if (damage !== null) return fail({ kind: 'damaged', message: `${journalDir}: ${damage}` });
  const account = accountAt(ledger, fromMs, toMs);
  if (!account) return fail({ kind: 'not-open', message: 'the account had not been opened by then' });

  const read = readDecisions(ledger, toMs);
  const decisions = read.decisions.filter(({ timeMs }) => timeMs >= account.fromMs);
  const instruments = new Set(decisions.map(({ instrumentId }) => instrumentId));
  const quotes = new QuotesAt([
    ...decisions.flatMap(({ instrumentId, order }) => (order ? [[instrumentId, order.sentMs] as const] : [])),
    ...[...instruments].map((instrumentId) => [instrumentId, toMs] as const),
  ]);
  const answers: PredictionArrived[] = [];
  const spoken: StrategySpoke[] = [];
  readLane(journalDir, 'market', (record) => {
    quotes.read(record);
    const { event, timeMs } = record;
    if (timeMs < account.fromMs || timeMs >= toMs) return;
    if (event.kind === 'PredictionArrived') answers.push(event);
    else if (event.kind === 'StrategySpoke') spoken.push(event);
  });

  const rerun = await rerunAccount({
    account,
    toMs,
    candleStore,
    cards,
    library,
    answers,
    spoken,
    ...(settings && { settings }),
    ...(proposers && { proposers }),
    ...(tell && { tell }),
  });
  if (!rerun.ok) return rerun;
  let withoutArrival = 0;
  const live = {
    decisions,
    arrivalOf: ({ ownPrice, order, instrumentId, side }: (typeof decisions)[number]) => {
      if (ownPrice !== null || order === null) return ownPrice;
      const quote = quotes.at(instrumentId, order.sentMs);
      if (!quote) withoutArrival += 1;
      return quote && parseDecimal(side === 'buy' ? quote.ask : quote.bid);
    },
  };
  const markOf = (id: string): string =>
    rerun.value.closes.get(id) ?? middleOf(quotes.at(id, toMs)) ?? read.lastPrices.get(id) ?? '0';
  const { orders, missed } = matchDecisions(live, rerun.value, markOf);
  const { feesUnpriced } = read;
  const { bars } = rerun.value;
  const counts = { bars, missed, withoutArrival, feesUnpriced, answers: answers.length, models: cards.length };
  return ok({ ...splitGap(orders), ...counts, fromMs: account.fromMs, toMs, quote: account.quote });
}

/** A lane that is still being written may end in half a line. */
const damageOf = ({ damage }: LaneContents): string | null => (damage && damage.how !== 'torn' ? damage.what : null);

const middleOf = (quote: Quote | null): string | null =>
  quote && formatDecimal(divideDecimal(parseDecimal(quote.bid) + parseDecimal(quote.ask), 2n * 10n ** 18n, 'half-up'));
