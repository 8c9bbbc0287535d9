import { formatDecimal, toNumberLossy } from '../../engine/domain/decimal.ts';
import type { EngineStarted, InputEvent } from '../../engine/domain/events.ts';
import { type InstrumentId, type InstrumentRecord, isPerpetual } from '../../engine/domain/instrument.ts';
import type { RiskLimits } from '../../engine/domain/proposal.ts';
import { createCore } from '../../engine/kernel/core.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import { createPipeline } from '../../engine/pipeline.ts';

/** An account as its journal has it at a time: what a re-run begins with. */
export interface AccountAt {
  /** The first moment at or after the one asked for at which it was open. */
  readonly fromMs: number;
  readonly quote: string;
  readonly cashQuote: number;
  /** Coins held, by the spot instrument that trades them for `quote`. */
  readonly held: ReadonlyMap<InstrumentId, string>;
  /** Spot instruments that trade for `quote`. */
  readonly instruments: readonly InstrumentRecord[];
  readonly limits: RiskLimits;
  /** What a person has set of limits, models and their weights: what stood at the start, and what came later. */
  readonly inputs: readonly { readonly timeMs: number; readonly event: InputEvent }[];
  /** The last session up to the end. */
  readonly session: EngineStarted;
}

/** Null where the account had not been opened by `toMs`. @param ledger records of the ledger, from its first */
export function accountAt(ledger: readonly LogRecord[], fromMs: number, toMs: number): AccountAt | null {
  const opening = ledger.find(({ event }) => event.kind === 'OpeningBalancesBooked' && event.venue === undefined);
  if (!opening || opening.timeMs >= toMs) return null;
  const startMs = Math.max(fromMs, opening.timeMs);
  const pipeline = createPipeline([]);
  const core = createCore({
    journal: { append: () => 0, commit: () => {} },
    stages: pipeline.stages,
    perform: () => {},
    onEvent: () => {},
  });
  const inputs: { timeMs: number; event: InputEvent }[] = [];
  let session: EngineStarted | null = null;
  for (const record of ledger) {
    const { timeMs, event } = record;
    if (timeMs >= toMs) break;
    if (event.kind === 'EngineStarted') session = event;
    if (timeMs < startMs || record.seq <= opening.seq) core.restore(record);
    else if (event.kind === 'LimitsSet') inputs.push({ timeMs, event });
    if (event.kind === 'LineUpSet' || event.kind === 'EnsembleSet' || event.kind === 'TrustModelSet')
      inputs.push({ timeMs, event });
  }
  if (!session) return null;
  const known = new Map(pipeline.instruments.view.all().map((instrument) => [instrument.id, instrument]));
  const records = lastRecords(ledger, toMs).filter(({ id }) => !isPerpetual(id));
  const quote = commonest(records.map((record) => record.quote));
  const instruments = records.filter((record) => record.quote === quote);
  const held = new Map<InstrumentId, string>();
  for (const { instrumentId, qtyBase } of pipeline.ledger.portfolio.positions()) {
    if (known.get(instrumentId)?.quote === quote && !isPerpetual(instrumentId) && qtyBase > 0n)
      held.set(instrumentId, formatDecimal(qtyBase));
  }
  return {
    fromMs: startMs,
    quote,
    cashQuote: toNumberLossy(pipeline.ledger.portfolio.cashQuote(quote)),
    held,
    instruments,
    limits: pipeline.risk.view.limits(),
    inputs,
    session,
  };
}

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
