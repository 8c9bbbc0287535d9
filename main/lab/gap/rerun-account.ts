import { existsSync } from 'node:fs';
import { parseDecimal } from '../../engine/domain/decimal.ts';
import { versionKey } from '../../engine/domain/ensemble.ts';
import type { PredictionArrived, StrategySpoke } from '../../engine/domain/events.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import type { Quote } from '../../engine/domain/market.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import type { ModelCard } from '../../ml/card.ts';
import { REALISTIC, type RunSettings } from '../backtest/settings.ts';
import type { Proposers } from '../exact/exact-plan.ts';
import { runExact } from '../exact/run-exact.ts';
import { agentsFor } from '../strategy/strategy-agents.ts';
import { type Decision, readDecisions } from './decisions.ts';
import type { MatchedRun } from './match-decisions.ts';
import { type MarketsAsked, type PerpetualRerun, rerunMarkets } from './rerun-markets.ts';

/** Of the days that are run again: how often it is said how far it is. */
const TELL_EVERY_MS = 3_600_000;

/** The same account run again by the exact gear, as its robot: every question is signed at once. */
export interface RerunAccount extends MatchedRun {
  readonly bars: number;
  /** Of every perpetual of the account: whether it was run again. */
  readonly perpetuals: ReadonlyMap<InstrumentId, PerpetualRerun>;
  /** What it decided and booked. */
  readonly ledger: readonly LogRecord[];
  /** The last price of each instrument in the window, for what is left open. */
  readonly closes: ReadonlyMap<InstrumentId, string>;
}

export interface RerunAsked extends MarketsAsked {
  /** Of those that vote until a line-up says otherwise. */
  readonly cards: readonly ModelCard[];
  /** Of every version that a line-up may name. */
  readonly library: readonly ModelCard[];
  /** What the models answered in life: the re-run's say the same. */
  readonly answers: readonly PredictionArrived[];
  /** The same of strategies of the user's own: what they wanted in life. */
  readonly spoken?: readonly StrategySpoke[];
  readonly settings?: Partial<RunSettings>;
  /** Who proposes, on all there is, where it is not the desk's own members. */
  readonly proposers?: Proposers;
  readonly tell?: (share: number) => void;
}

/** One sentence where nothing can be run again. */
export async function rerunAccount(
  asked: RerunAsked,
): Promise<Result<RerunAccount, { readonly kind: 'no-rerun'; readonly message: string }>> {
  const no = (message: string) => fail({ kind: 'no-rerun' as const, message });
  const { account, toMs, cards, answers } = asked;
  const strategies = account.session.strategies ?? [];
  const heard = new Set([...cards.map(nameOf), ...answers].map(versionKey));
  const library = asked.library.filter((card) => heard.has(versionKey(nameOf(card))));
  if (![asked.candleStore, asked.perpetualCandleStore].some((path) => existsSync(path)))
    return no(`${asked.candleStore} is missing: without candles nothing can be re-run`);
  const timeframes = [...new Set([...library, ...strategies].map(({ timeframe }) => timeframe))];
  const { markets, perpetuals } = rerunMarkets(asked, timeframes, asked.proposers && (() => true));
  if (markets.length === 0) return no('there are no two minutes of candles of that time to run again');
  const ledger: LogRecord[] = [];
  const arrivals = new Map<string, string>();
  const quotes = new Map<InstrumentId, Quote>();
  let toldMs = account.fromMs;
  try {
    await runExact({
      ...(asked.proposers ?? { members: agentsFor(strategies) }),
      markets,
      settings: { ...REALISTIC, ...asked.settings, cashQuote: account.cashQuote },
      ...(account.margin && { marginQuote: account.margin.walletQuote }),
      limits: account.limits,
      inputs: account.inputs,
      models: { cards, library, answers },
      ...(asked.spoken && { spoken: asked.spoken }),
      watch: (event, timeMs) => {
        if (timeMs - toldMs >= TELL_EVERY_MS) {
          toldMs = timeMs;
          asked.tell?.(Math.min(1, (timeMs - account.fromMs) / (toMs - account.fromMs)));
        }
        if (event.kind === 'MarketBatchReceived') {
          if (event.quote) quotes.set(event.instrumentId, event.quote);
          return;
        }
        if (event.kind === 'OrderPersisted') {
          const { clientOrderId, instrumentId, side } = event.order;
          const quote = quotes.get(instrumentId);
          if (quote) arrivals.set(clientOrderId, side === 'buy' ? quote.ask : quote.bid);
        }
        ledger.push({ seq: ledger.length + 1, timeMs, event });
      },
    });
  } catch (error) {
    return no(`the re-run failed: ${(error as Error).message}`);
  }
  const closes = new Map(markets.map(({ record, candles }) => [record!.id, String(candles.close.at(-1))] as const));
  return ok({
    decisions: readDecisions(ledger, toMs).decisions,
    arrivalOf: (decision: Decision) => {
      const arrival = decision.order && arrivals.get(decision.order.clientOrderId);
      return decision.ownPrice ?? (arrival ? parseDecimal(arrival) : null);
    },
    bars: markets.reduce((sum, { candles }) => sum + candles.close.length, 0),
    perpetuals,
    ledger,
    closes,
  });
}

const nameOf = ({ name, version }: ModelCard) => ({ model: name, version });
