import { formatDecimal, parseDecimal, toNumberLossy } from '../../engine/domain/decimal.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import type { ExactFunding } from '../exact/exact-plan.ts';

/** Money of a perpetual that came or went without a trade, in atoms: received less paid. */
export interface Incomes {
  readonly funding: ReadonlyMap<InstrumentId, bigint>;
  /** What the venue's insurance took over. */
  readonly insurance: ReadonlyMap<InstrumentId, bigint>;
}

/** Venues date funding at the full minute and pay it a little later. */
const MINUTE_MS = 60_000;
/** Where nobody says when funding is due: most perpetuals pay it then. */
const FUNDING_EVERY_MS = 8 * 3_600_000;

const minuteOf = (timeMs: number): number => timeMs - (timeMs % MINUTE_MS);

/** What was booked in `[fromMs, toMs)`. @param ledger records of the ledger */
export function incomesOf(ledger: Iterable<LogRecord>, fromMs: number, toMs: number): Incomes {
  const sums = { funding: new Map<InstrumentId, bigint>(), insurance: new Map<InstrumentId, bigint>() };
  for (const { timeMs, event } of ledger) {
    if (event.kind !== 'IncomeBooked' || timeMs < fromMs || timeMs >= toMs) continue;
    const { kind, instrumentId, amountQuote } = event.income;
    sums[kind].set(instrumentId, (sums[kind].get(instrumentId) ?? 0n) + parseDecimal(amountQuote));
  }
  return sums;
}

/** The funding of a window as an account met it: what was booked, and what the venue said it would be where nothing was held. */
export class LivedFunding {
  readonly #window: { readonly fromMs: number; readonly toMs: number };
  readonly #held: PositionsAt;
  /** By perpetual and full minute: received less paid. */
  readonly #booked = new Map<InstrumentId, Map<number, bigint>>();
  readonly #said = new Map<InstrumentId, Map<number, ExactFunding>>();

  /** @param ledger records of the ledger, from its first */
  constructor(ledger: readonly LogRecord[], fromMs: number, toMs: number) {
    this.#window = { fromMs, toMs };
    this.#held = new PositionsAt(ledger);
    for (const { timeMs, event } of ledger) {
      if (event.kind !== 'IncomeBooked' || event.income.kind !== 'funding') continue;
      if (timeMs < fromMs || timeMs >= toMs) continue;
      const { instrumentId, amountQuote, eventTimeMs } = event.income;
      const of = this.#booked.get(instrumentId) ?? new Map<number, bigint>();
      const dueMs = minuteOf(eventTimeMs);
      this.#booked.set(instrumentId, of.set(dueMs, (of.get(dueMs) ?? 0n) + parseDecimal(amountQuote)));
    }
  }

  /** What the venue says of the funding that is due next: of what it said last before, that counts. */
  read({ event }: LogRecord): void {
    if (event.kind !== 'MarkPriceReceived') return;
    const { markPrice, fundingRate, nextFundingMs } = event.perpetual;
    const timeMs = minuteOf(nextFundingMs);
    if (timeMs < this.#window.fromMs || timeMs >= this.#window.toMs) return;
    const of = this.#said.get(event.instrumentId) ?? new Map<number, ExactFunding>();
    this.#said.set(
      event.instrumentId,
      of.set(timeMs, { timeMs, rate: Number(fundingRate), markPrice: Number(markPrice) }),
    );
  }

  /** In order of time. What was held in life and paid nothing pays nothing: it was booked later, or is not due here. */
  eventsOf(id: InstrumentId): readonly ExactFunding[] {
    const events: ExactFunding[] = [];
    for (const [timeMs, amount] of this.#booked.get(id) ?? []) {
      const held = this.#held.at(id, timeMs);
      if (held === 0n) continue;
      const each = -toNumberLossy(amount) / toNumberLossy(held);
      const booked = { qtyBase: formatDecimal(held), amountQuote: formatDecimal(amount) };
      events.push({ timeMs, rate: each, markPrice: 1, booked });
    }
    for (const [timeMs, said] of this.#said.get(id) ?? []) if (this.#held.at(id, timeMs) === 0n) events.push(said);
    return events.sort((a, b) => a.timeMs - b.timeMs);
  }

  /**
   * How often something was held when funding may have been due and nobody knows of what: nothing was held in life, and nothing is kept of
   * what the venue said.
   * @param ledger records of the account that held it
   */
  unknownOf(ids: Iterable<InstrumentId>, ledger: readonly LogRecord[]): number {
    const { fromMs, toMs } = this.#window;
    const held = new PositionsAt(ledger);
    let unknown = 0;
    for (const id of ids) {
      const firstMs = Math.ceil(fromMs / FUNDING_EVERY_MS) * FUNDING_EVERY_MS;
      for (let dueMs = firstMs; dueMs < toMs; dueMs += FUNDING_EVERY_MS)
        if (held.at(id, dueMs) !== 0n && this.#held.at(id, dueMs) === 0n && !this.#said.get(id)?.has(dueMs))
          unknown += 1;
    }
    return unknown;
  }
}

/** What was held of perpetuals, by the venue's times. */
class PositionsAt {
  readonly #moves = new Map<InstrumentId, { readonly timeMs: number; readonly qty: bigint }[]>();

  constructor(ledger: readonly LogRecord[]) {
    for (const { timeMs, event } of ledger) {
      if (event.kind === 'FillBooked') {
        const { instrumentId, side, qtyBase, eventTimeMs } = event.fill;
        this.#move(instrumentId, eventTimeMs, parseDecimal(side === 'buy' ? qtyBase : `-${qtyBase}`));
      } else if (event.kind === 'OpeningBalancesBooked') {
        for (const { instrumentId, amount } of event.balances)
          this.#move(instrumentId, event.readAtMs ?? timeMs, parseDecimal(amount));
      } else if (event.kind === 'BalanceAdjusted') this.#move(event.instrumentId, timeMs, parseDecimal(event.amount));
    }
  }

  /** What was there just before. Atoms, below zero a short. */
  at(id: InstrumentId, timeMs: number): bigint {
    return (this.#moves.get(id) ?? []).reduce((sum, move) => (move.timeMs < timeMs ? sum + move.qty : sum), 0n);
  }

  #move(id: InstrumentId | null, timeMs: number, qty: bigint): void {
    if (id === null || !isPerpetual(id)) return;
    const moves = this.#moves.get(id) ?? [];
    moves.push({ timeMs, qty });
    this.#moves.set(id, moves);
  }
}
