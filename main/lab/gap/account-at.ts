import { formatDecimal, toNumberLossy } from '../../engine/domain/decimal.ts';
import type { EngineStarted, InputEvent } from '../../engine/domain/events.ts';
import {
  accountName,
  accountsOf,
  type InstrumentId,
  type InstrumentRecord,
  isPerpetual,
  PERPETUAL_VENUE,
} from '../../engine/domain/instrument.ts';
import type { RiskLimits } from '../../engine/domain/proposal.ts';
import { createCore } from '../../engine/kernel/core.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import { createPipeline } from '../../engine/pipeline.ts';

/** The wallet of perpetuals at a time. */
export interface MarginAt {
  readonly walletQuote: number;
  /** Open positions, with what they cost; decimals, below zero for a short. */
  readonly positions: ReadonlyMap<InstrumentId, { readonly qtyBase: string; readonly costQuote: string }>;
}

/** An account as its journal has it at a time: what a re-run begins with. */
export interface AccountAt {
  /**
   * The first moment at or after the one asked for at which it was open; where a strategy names perpetuals, or both were opened together,
   * at which its wallet of perpetuals was open too.
   */
  readonly fromMs: number;
  readonly quote: string;
  readonly cashQuote: number;
  /** Coins held, by the spot instrument that trades them for `quote`. */
  readonly held: ReadonlyMap<InstrumentId, string>;
  /** Spot instruments that trade for `quote`. */
  readonly instruments: readonly InstrumentRecord[];
  /** Perpetuals that settle in `quote`. */
  readonly perpetuals: readonly InstrumentRecord[];
  /** Null where no wallet of perpetuals was open yet. */
  readonly margin: MarginAt | null;
  readonly limits: RiskLimits;
  /** What a person has set of limits, models and their weights: what stood at the start, and what came later. */
  readonly inputs: readonly { readonly timeMs: number; readonly event: InputEvent }[];
  /** The last session up to the end. */
  readonly session: EngineStarted;
}

/** Null where the account had not been opened by `toMs`. @param ledger records of the ledger, from its first */
export function accountAt(ledger: readonly LogRecord[], fromMs: number, toMs: number): AccountAt | null {
  const opening = lastOpening(ledger, toMs);
  if (!opening) return null;
  const startMs = Math.max(fromMs, opening.timeMs);
  const pipeline = createPipeline([]);
  const core = createCore({
    journal: { append: () => 0, commit: () => {} },
    stages: pipeline.stages,
    perform: () => {},
    onEvent: () => {},
  });
  const inputs: { timeMs: number; event: InputEvent }[] = [];
  for (const record of ledger) {
    const { timeMs, event } = record;
    if (timeMs >= toMs) break;
    if (timeMs < startMs || record.seq <= opening.seq) core.restore(record);
    else if (event.kind === 'LimitsSet') inputs.push({ timeMs, event });
    if (event.kind === 'LineUpSet' || event.kind === 'EnsembleSet' || event.kind === 'TrustModelSet')
      inputs.push({ timeMs, event });
  }
  const session = lastSession(ledger, toMs);
  if (!session) return null;
  const known = new Map(pipeline.instruments.view.all().map((instrument) => [instrument.id, instrument]));
  const records = lastRecords(ledger, toMs);
  const spot = records.filter(({ id }) => !isPerpetual(id));
  const quote = commonest((spot.length > 0 ? spot : records).map((record) => record.quote));
  const wallet = accountName(PERPETUAL_VENUE, quote);
  const { portfolio, view } = pipeline.ledger;
  const held = new Map<InstrumentId, string>();
  const positions = new Map<InstrumentId, { qtyBase: string; costQuote: string }>();
  for (const { instrumentId, qtyBase, costQuote } of portfolio.positions()) {
    if (known.get(instrumentId)?.quote !== quote) continue;
    if (accountsOf(instrumentId).cash === wallet)
      positions.set(instrumentId, { qtyBase: formatDecimal(qtyBase), costQuote: formatDecimal(costQuote) });
    else if (qtyBase > 0n) held.set(instrumentId, formatDecimal(qtyBase));
  }
  return {
    fromMs: startMs,
    quote,
    cashQuote: toNumberLossy(portfolio.cashQuote(quote)),
    held,
    instruments: spot.filter((record) => record.quote === quote),
    perpetuals: records.filter(({ id }) => accountsOf(id).cash === wallet),
    margin: view.isOpened(PERPETUAL_VENUE)
      ? { walletQuote: toNumberLossy(portfolio.cashQuote(wallet)), positions }
      : null,
    limits: pipeline.risk.view.limits(),
    inputs,
    session,
  };
}

/** Both wallets opened within this were opened together. */
const TOGETHER_MS = 600_000;

/** The record by which the account was open, its wallet of perpetuals included where that is to be waited for. */
function lastOpening(ledger: readonly LogRecord[], toMs: number): LogRecord | null {
  const openingOf = (venue: string | undefined) =>
    ledger.find(({ event }) => event.kind === 'OpeningBalancesBooked' && event.venue === venue);
  const [spot, margin] = [openingOf(undefined), openingOf(PERPETUAL_VENUE)];
  if (!spot || spot.timeMs >= toMs) return null;
  if (!margin || margin.timeMs >= toMs || margin.seq < spot.seq) return spot;
  const isTogether = margin.timeMs - spot.timeMs <= TOGETHER_MS;
  return isTogether || namedPerpetuals(lastSession(ledger, toMs)).size > 0 ? margin : spot;
}

function lastSession(ledger: readonly LogRecord[], toMs: number): EngineStarted | null {
  const last = ledger.findLast(({ timeMs, event }) => event.kind === 'EngineStarted' && timeMs < toMs);
  return last?.event.kind === 'EngineStarted' ? last.event : null;
}

/** Perpetuals that strategies of a session trade. */
export const namedPerpetuals = (session: EngineStarted | null): ReadonlySet<InstrumentId> =>
  new Set((session?.strategies ?? []).flatMap(({ instruments = [] }) => instruments.filter(isPerpetual)));

function lastRecords(ledger: readonly LogRecord[], toMs: number): readonly InstrumentRecord[] {
  const records = new Map<InstrumentId, InstrumentRecord>();
  for (const { timeMs, event } of ledger) {
    if (timeMs >= toMs) break;
    if (event.kind === 'InstrumentsLoaded') for (const record of event.instruments) records.set(record.id, record);
  }
  return [...records.values()];
}

function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
