import { multiplyDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import type { FillBooked } from '../../engine/domain/events.ts';
import type { InstrumentId, InstrumentRecord } from '../../engine/domain/instrument.ts';
import { type CountersignedOrder, isVenuesOwnClose } from '../../engine/domain/order.ts';
import type { Proposal } from '../../engine/domain/proposal.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';

/** One thing that was decided in a run, and what became of it. Amounts in atoms. */
export interface Decision {
  /** Of the proposal, or of the order where nobody proposed it. */
  readonly id: string;
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  /** When it was proposed, or given. */
  readonly timeMs: number;
  readonly opens: boolean;
  /** `machine` proposed it; a person gave it; the system closes and protects; the venue liquidates. */
  readonly by: 'machine' | 'person' | 'system' | 'venue';
  /** What the gate let pass, and what was signed of it. */
  readonly asked: bigint;
  readonly signed: bigint;
  readonly filled: bigint;
  /** Price times quantity over all its fills; fees in quote. */
  readonly notional: bigint;
  readonly fee: bigint;
  readonly filledMs: number | null;
  /** The order that it became; null where nobody signed it. */
  readonly order: { readonly clientOrderId: string; readonly sentMs: number } | null;
  /** Where the order itself says what price was there: a stop's trigger. */
  readonly ownPrice: bigint | null;
  /** Of what closes: the decision that had opened the position; null where it is older than the log. */
  readonly closes: string | null;
}

export interface ReadDecisions {
  readonly decisions: readonly Decision[];
  /** The last price of a fill of each instrument, for want of a quote. */
  readonly lastPrices: ReadonlyMap<InstrumentId, string>;
  /** Fees in an asset that nothing here prices. */
  readonly feesUnpriced: number;
}

interface Told {
  readonly proposal: Proposal;
  readonly closes: string | null;
  /** As the gate let it pass; null while or where it did not. */
  passed: bigint | null;
}

interface Sent {
  readonly clientOrderId: string;
  /** Null for one that this engine did not send. */
  readonly order: CountersignedOrder | null;
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  readonly sentMs: number;
  filledMs: number | null;
  filled: bigint;
  notional: bigint;
  fee: bigint;
  closes: string | null;
}

/** What was decided up to a time, in the order of the log, and what became of it. @param ledger records of the ledger, from its first */
export function readDecisions(ledger: Iterable<LogRecord>, toMs: number): ReadDecisions {
  const book = new DecisionBook();
  for (const record of ledger) {
    if (record.timeMs >= toMs) break;
    book.read(record);
  }
  return { decisions: book.decisions(), lastPrices: book.lastPrices, feesUnpriced: book.feesUnpriced };
}

class DecisionBook {
  readonly lastPrices = new Map<InstrumentId, string>();
  feesUnpriced = 0;
  readonly #instruments = new Map<InstrumentId, InstrumentRecord>();
  readonly #told = new Map<string, Told>();
  readonly #sent = new Map<string, Sent>();
  /** The decision that opened what is held. */
  readonly #opened = new Map<InstrumentId, string>();

  read({ timeMs, event }: LogRecord): void {
    switch (event.kind) {
      case 'InstrumentsLoaded':
        for (const instrument of event.instruments) this.#instruments.set(instrument.id, instrument);
        return;
      case 'ProposalMade': {
        const { proposal } = event;
        const closes = this.#opened.get(proposal.instrumentId) ?? null;
        this.#told.set(proposal.id, { proposal, closes, passed: null });
        return;
      }
      case 'RiskVerdictGiven': {
        const { phase, outcome, qtyBase } = event.verdict;
        const told = this.#told.get(event.proposalId);
        if (told && phase === 'proposing' && outcome !== 'deny') told.passed = parseDecimal(qtyBase);
        return;
      }
      case 'OrderPersisted': {
        const { clientOrderId, instrumentId, side } = event.order;
        this.#sent.set(clientOrderId, sentOf(clientOrderId, event.order, { instrumentId, side }, timeMs));
        return;
      }
      case 'FillBooked':
        return this.#fill(event, timeMs);
      default:
    }
  }

  decisions(): readonly Decision[] {
    const all = [...this.#machines(), ...this.#others()];
    return all.sort((a, b) => a.timeMs - b.timeMs);
  }

  #fill({ fill, purpose }: FillBooked, timeMs: number): void {
    const { clientOrderId, instrumentId } = fill;
    this.lastPrices.set(instrumentId, fill.price);
    const sent = this.#sent.get(clientOrderId) ?? sentOf(clientOrderId, null, fill, timeMs);
    this.#sent.set(clientOrderId, sent);
    if (sent.filledMs === null && purpose !== 'entry') sent.closes = this.#opened.get(instrumentId) ?? null;
    if (purpose === 'entry') this.#opened.set(instrumentId, this.#nameOf(sent));
    const [price, qty] = [parseDecimal(fill.price), parseDecimal(fill.qtyBase)];
    sent.filledMs = timeMs;
    sent.filled += qty;
    sent.notional += multiplyDecimal(price, qty, 'half-up');
    const fee = feeInQuote(fill, price, this.#instruments.get(instrumentId));
    if (fee === null) this.feesUnpriced += 1;
    else sent.fee += fee;
  }

  /** A person's change of a proposal is the same decision. */
  #rootOf(proposalId: string): Told | null {
    let told = this.#told.get(proposalId) ?? null;
    while (told?.proposal.changeOf) told = this.#told.get(told.proposal.changeOf) ?? null;
    return told;
  }

  #machineOf({ order }: Sent): Told | null {
    const root = order?.proposalId ? this.#rootOf(order.proposalId) : null;
    return root && root.proposal.origin !== 'manual' ? root : null;
  }

  #nameOf(sent: Sent): string {
    return this.#machineOf(sent)?.proposal.id ?? sent.clientOrderId;
  }

  /** One for each proposal of a machine that the gate let pass. */
  #machines(): Decision[] {
    const sentOf = new Map<string, Sent>();
    for (const sent of this.#sent.values()) {
      const machine = this.#machineOf(sent);
      if (machine) sentOf.set(machine.proposal.id, sent);
    }
    return [...this.#told.values()].flatMap(({ proposal, closes, passed }): Decision[] => {
      const { id, instrumentId, side, madeAtMs, reduceOnly, origin, changeOf } = proposal;
      if (origin === 'manual' || changeOf !== null || passed === null) return [];
      const sent = sentOf.get(id) ?? null;
      return [
        {
          id,
          instrumentId,
          side,
          timeMs: madeAtMs,
          opens: !reduceOnly,
          by: 'machine',
          asked: passed,
          signed: parseDecimal(sent?.order?.qtyBase ?? '0'),
          ...cameOf(sent),
          ownPrice: null,
          closes: reduceOnly ? (sent?.closes ?? closes) : null,
        },
      ];
    });
  }

  /** Orders without a machine's proposal that were filled. */
  #others(): Decision[] {
    return [...this.#sent.values()].flatMap((sent): Decision[] => {
      const { clientOrderId, order, instrumentId, side, sentMs, filled, closes } = sent;
      if (filled === 0n || this.#machineOf(sent)) return [];
      const own = order?.triggerPrice ?? (order?.purpose === 'target' ? order.limitPrice : null) ?? null;
      return [
        {
          id: clientOrderId,
          instrumentId,
          side,
          timeMs: sentMs,
          opens: order?.purpose === 'entry',
          by: giverOf(sent),
          asked: filled,
          signed: filled,
          ...cameOf(sent),
          ownPrice: own === null ? null : parseDecimal(own),
          closes,
        },
      ];
    });
  }
}

function giverOf({ clientOrderId, order }: Sent): Decision['by'] {
  if (isVenuesOwnClose(clientOrderId)) return 'venue';
  return order?.signature.by === 'system' ? 'system' : 'person';
}

const sentOf = (
  clientOrderId: string,
  order: CountersignedOrder | null,
  { instrumentId, side }: Pick<Sent, 'instrumentId' | 'side'>,
  sentMs: number,
): Sent => ({
  clientOrderId,
  order,
  instrumentId,
  side,
  sentMs,
  filledMs: null,
  filled: 0n,
  notional: 0n,
  fee: 0n,
  closes: null,
});

const cameOf = (sent: Sent | null): Pick<Decision, 'filled' | 'notional' | 'fee' | 'filledMs' | 'order'> => ({
  filled: sent?.filled ?? 0n,
  notional: sent?.notional ?? 0n,
  fee: sent?.fee ?? 0n,
  filledMs: sent?.filledMs ?? null,
  order: sent && { clientOrderId: sent.clientOrderId, sentMs: sent.sentMs },
});

function feeInQuote(
  { fee, feeAsset }: { fee: string; feeAsset: string },
  price: bigint,
  instrument: InstrumentRecord | undefined,
): bigint | null {
  const amount = parseDecimal(fee);
  if (amount === 0n || feeAsset === instrument?.quote) return amount;
  return feeAsset === instrument?.base ? multiplyDecimal(amount, price, 'half-up') : null;
}
