import { divideDecimal, formatDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import type { PredictionArrived, StrategySpoke } from '../../engine/domain/events.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { Quote } from '../../engine/domain/market.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import { type LaneContents, readLane } from '../../engine/kernel/log-reader.ts';
import type { ModelCard } from '../../ml/card.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { ExactMarket, Proposers } from '../exact/exact-plan.ts';
import { accountAt } from './account-at.ts';
import { type Decision, readDecisions } from './decisions.ts';
import { type Incomes, incomesOf, LivedFunding } from './lived-funding.ts';
import { matchDecisions } from './match-decisions.ts';
import { QuotesAt } from './quotes-at.ts';
import { rerunAccount } from './rerun-account.ts';
import type { PerpetualRerun } from './rerun-markets.ts';
import { type GapIncome, type GapReport, splitGap } from './split-gap.ts';

/** Where an account keeps its journal and its candles. */
export interface GapFolder {
  readonly journalDir: string;
  readonly candleStore: string;
  readonly perpetualCandleStore: string;
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
  /** The same of perpetuals, whose fees are others. */
  readonly perpetualFees?: ExactMarket['fees'];
  /** Who proposes in the re-run, on all there is, where it is not the desk's own members. */
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
  /** Perpetuals that were traded in life and not run again, and why not. */
  readonly notRerun: readonly { readonly instrumentId: InstrumentId; readonly why: Exclude<PerpetualRerun, 'run'> }[];
  /** Positions that the venue liquidated. */
  readonly liquidations: { readonly live: number; readonly rerun: number };
  /** Times at which the re-run held a perpetual and nobody knows what funding was. */
  readonly fundingUnknown: number;
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
  const { journalDir, candleStore, perpetualCandleStore } = folder;
  const { fromMs, toMs, cards, library = cards, settings, perpetualFees, proposers, tell } = asked;
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
  const funding = new LivedFunding(ledger, account.fromMs, toMs);
  const answers: PredictionArrived[] = [];
  const spoken: StrategySpoke[] = [];
  readLane(journalDir, 'market', (record) => {
    quotes.read(record);
    funding.read(record);
    const { event, timeMs } = record;
    if (timeMs < account.fromMs || timeMs >= toMs) return;
    if (event.kind === 'PredictionArrived') answers.push(event);
    else if (event.kind === 'StrategySpoke') spoken.push(event);
  });

  const rerun = await rerunAccount({
    account,
    toMs,
    candleStore,
    perpetualCandleStore,
    fundingOf: (id) => funding.eventsOf(id),
    cards,
    library,
    answers,
    spoken,
    ...(settings && { settings }),
    ...(perpetualFees && { perpetualFees }),
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
  const { bars, perpetuals, ledger: rerunLedger } = rerun.value;
  const isLivedAlone = (id: InstrumentId): boolean => isPerpetual(id) && perpetuals.get(id) !== 'run';
  const { orders, missed } = matchDecisions(live, rerun.value, { markOf, isLivedAlone });
  const incomes = matchIncomes(
    incomesOf(ledger, account.fromMs, toMs),
    incomesOf(rerunLedger, Number.NEGATIVE_INFINITY, toMs),
    isLivedAlone,
  );
  const notRerun = [...instruments].flatMap((instrumentId) => {
    const why = isPerpetual(instrumentId) ? (perpetuals.get(instrumentId) ?? 'not-named') : 'run';
    return why === 'run' ? [] : [{ instrumentId, why }];
  });
  const rerunIds = [...perpetuals].flatMap(([id, standing]) => (standing === 'run' ? [id] : []));
  return ok({
    ...splitGap(orders, incomes),
    bars,
    missed,
    withoutArrival,
    feesUnpriced: read.feesUnpriced,
    answers: answers.length,
    models: cards.length,
    notRerun,
    liquidations: { live: liquidationsIn(decisions), rerun: liquidationsIn(rerun.value.decisions) },
    fundingUnknown: funding.unknownOf(rerunIds, rerunLedger),
    fromMs: account.fromMs,
    toMs,
    quote: account.quote,
  });
}

const liquidationsIn = (decisions: readonly Decision[]): number => decisions.filter(({ by }) => by === 'venue').length;

/** By perpetual and kind, beside each other. */
function matchIncomes(live: Incomes, rerun: Incomes, isLivedAlone: (id: InstrumentId) => boolean): GapIncome[] {
  return (['funding', 'insurance'] as const).flatMap((kind) =>
    [...new Set([...live[kind].keys(), ...rerun[kind].keys()])].map((instrumentId) => ({
      instrumentId,
      kind,
      isByHand: isLivedAlone(instrumentId),
      live: formatDecimal(live[kind].get(instrumentId) ?? 0n),
      rerun: formatDecimal(rerun[kind].get(instrumentId) ?? 0n),
    })),
  );
}

/** A lane that is still being written may end in half a line. */
const damageOf = ({ damage }: LaneContents): string | null => (damage && damage.how !== 'torn' ? damage.what : null);

const middleOf = (quote: Quote | null): string | null =>
  quote && formatDecimal(divideDecimal(parseDecimal(quote.bid) + parseDecimal(quote.ask), 2n * 10n ** 18n, 'half-up'));
