import { divideDecimal, formatDecimal, multiplyDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import type { InstrumentRecord } from '../../engine/domain/instrument.ts';
import type { Quote } from '../../engine/domain/market.ts';
import type { CountersignedOrder } from '../../engine/domain/order.ts';
import type { Proposal } from '../../engine/domain/proposal.ts';
import type { LogRecord } from '../../engine/kernel/log-format.ts';
import type { GapOrder, LiveOrder } from './split-gap.ts';

export interface JournalWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** What the re-run pays, of price × quantity. */
  readonly feeRate: string;
}

/** What the journal says of a window, before prices are looked up in the market's part of it. */
export interface JournalOrders {
  readonly orders: readonly OpenOrder[];
  /** The last price of a fill of each instrument, for want of a quote. */
  readonly lastPrices: ReadonlyMap<string, string>;
  /** Fees in an asset that nothing here prices. */
  readonly feesUnpriced: number;
}

/** An order whose arrival and mark are not known yet. */
export interface OpenOrder {
  readonly id: string;
  readonly instrumentId: string;
  readonly side: 'buy' | 'sell';
  /** When it was proposed, or given. */
  readonly timeMs: number;
  /** When it was made durable, right before it was sent; null where it never was. */
  readonly sentMs: number | null;
  readonly rerun: GapOrder['rerun'];
  readonly live: Omit<LiveOrder, 'arrivalPrice'> | null;
  /** Where the order itself says what was there: a stop's trigger. */
  readonly arrivalPrice: string | null;
  /** Where it would have been left again; null where that is not for it to say. */
  readonly bracket: { readonly stopPrice: string | null; readonly targetPrice: string | null } | null;
}

interface Told {
  readonly proposal: Proposal;
  /** As risk let it pass; null while or where it did not. */
  qtyBase: string | null;
}

interface Sent {
  readonly order: CountersignedOrder;
  readonly timeMs: number;
  filled: bigint;
  notional: bigint;
  fee: bigint;
}

/**
 * What was decided in a window and what became of it. The re-run is the robot's: each proposal that risk let pass is taken at once and
 * whole, at the best quote it was shown with. A stop, target or flatten is the re-run's too, at its trigger or limit. What a person
 * ordered by hand is in life alone.
 * @param ledger records of the ledger, in order, those before the window among them
 */
export function journalOrders(ledger: readonly LogRecord[], { fromMs, toMs, feeRate }: JournalWindow): JournalOrders {
  const quoteAssets = new Map<string, InstrumentRecord>();
  const proposals = new Map<string, Told>();
  const sent = new Map<string, Sent>();
  const lastPrices = new Map<string, string>();
  let feesUnpriced = 0;
  for (const { timeMs, event } of ledger) {
    if (timeMs >= toMs) break;
    if (event.kind === 'InstrumentsLoaded') {
      for (const instrument of event.instruments) quoteAssets.set(instrument.id, instrument);
    } else if (event.kind === 'ProposalMade') {
      proposals.set(event.proposal.id, { proposal: event.proposal, qtyBase: null });
    } else if (event.kind === 'RiskVerdictGiven') {
      const told = proposals.get(event.proposalId);
      const passes = event.verdict.outcome !== 'deny';
      if (told && event.verdict.phase === 'proposing' && passes) told.qtyBase = event.verdict.qtyBase;
    } else if (event.kind === 'OrderPersisted') {
      sent.set(event.order.clientOrderId, { order: event.order, timeMs, filled: 0n, notional: 0n, fee: 0n });
    } else if (event.kind === 'FillBooked') {
      const { fill } = event;
      lastPrices.set(fill.instrumentId, fill.price);
      const order = sent.get(fill.clientOrderId);
      if (!order) continue;
      const [price, qty] = [parseDecimal(fill.price), parseDecimal(fill.qtyBase)];
      order.filled += qty;
      order.notional += multiplyDecimal(price, qty, 'half-up');
      const fee = feeInQuote(fill, price, quoteAssets.get(fill.instrumentId));
      if (fee === null) feesUnpriced += 1;
      else order.fee += fee;
    }
  }
  const rate = parseDecimal(feeRate);
  const orders = [...fromProposals(proposals, sent, rate), ...fromOrders(proposals, sent, rate)]
    .filter(({ timeMs }) => timeMs >= fromMs)
    .sort((a, b) => a.timeMs - b.timeMs);
  return { orders, lastPrices, feesUnpriced };
}

function feeInQuote(
  { fee, feeAsset }: { fee: string; feeAsset: string },
  price: bigint,
  instrument: InstrumentRecord | undefined,
): bigint | null {
  const amount = parseDecimal(fee);
  if (amount === 0n || feeAsset === instrument?.quote) return amount;
  return feeAsset === instrument?.base ? multiplyDecimal(amount, price, 'half-up') : null;
}

const atRerun = (qtyBase: string, price: string, rate: bigint): NonNullable<GapOrder['rerun']> => {
  const notional = multiplyDecimal(parseDecimal(price), parseDecimal(qtyBase), 'half-up');
  return { qtyBase, price, feeQuote: formatDecimal(multiplyDecimal(notional, rate, 'half-up')) };
};

const atLive = ({ order, filled, notional, fee }: Sent): NonNullable<OpenOrder['live']> => ({
  signedBase: order.qtyBase,
  filledBase: formatDecimal(filled),
  notionalQuote: formatDecimal(notional),
  feeQuote: formatDecimal(fee),
});

const NOT_TAKEN = { signedBase: '0', filledBase: '0', notionalQuote: '0', feeQuote: '0' };

/** One for each proposal of a machine that risk let pass; a person's change of it is the same decision. */
function fromProposals(
  proposals: ReadonlyMap<string, Told>,
  sent: ReadonlyMap<string, Sent>,
  rate: bigint,
): OpenOrder[] {
  const changedTo = new Map([...proposals.values()].map(({ proposal }) => [proposal.changeOf, proposal.id]));
  const entries = new Map([...sent.values()].map((each) => [each.order.proposalId, each]));
  return [...proposals.values()].flatMap(({ proposal, qtyBase }) => {
    if (proposal.origin === 'manual' || proposal.changeOf !== null || qtyBase === null) return [];
    let last = proposal.id;
    for (let next = changedTo.get(last); next !== undefined; next = changedTo.get(last)) last = next;
    const order = entries.get(last);
    const { id, instrumentId, side, bandPrice, madeAtMs, reduceOnly, stopPrice, targetPrice } = proposal;
    const rerun = atRerun(qtyBase, bandPrice, rate);
    return [
      {
        id,
        instrumentId,
        side,
        timeMs: madeAtMs,
        sentMs: order?.timeMs ?? null,
        rerun,
        live: order ? atLive(order) : NOT_TAKEN,
        arrivalPrice: null,
        bracket: reduceOnly ? null : { stopPrice, targetPrice },
      },
    ];
  });
}

/** Orders without a machine's proposal: protective ones, which the re-run has as well, and those of a person. */
function fromOrders(proposals: ReadonlyMap<string, Told>, sent: ReadonlyMap<string, Sent>, rate: bigint): OpenOrder[] {
  return [...sent.values()].flatMap((each): OpenOrder[] => {
    const { order, timeMs, filled, notional } = each;
    const proposal = proposals.get(order.proposalId ?? '')?.proposal;
    if (filled === 0n || (proposal !== undefined && proposal.origin !== 'manual')) return [];
    const isOwn = order.purpose === 'entry' || order.purpose === 'foreign' || proposal !== undefined;
    const price = order.triggerPrice ?? order.limitPrice ?? formatDecimal(divideDecimal(notional, filled, 'half-up'));
    return [
      {
        id: order.clientOrderId,
        instrumentId: order.instrumentId,
        side: order.side,
        timeMs,
        sentMs: timeMs,
        rerun: isOwn ? null : atRerun(formatDecimal(filled), price, rate),
        live: atLive(each),
        arrivalPrice: isOwn ? null : price,
        bracket: null,
      },
    ];
  });
}

/** Best quotes by instrument and time, as far as they are wanted. */
export class QuotesAt {
  readonly #wanted: Map<string, number[]>;
  readonly #found = new Map<string, Quote>();
  readonly #last = new Map<string, Quote>();

  constructor(wanted: Iterable<readonly [instrumentId: string, timeMs: number]>) {
    this.#wanted = new Map();
    for (const [instrumentId, timeMs] of wanted)
      this.#wanted.set(instrumentId, [...(this.#wanted.get(instrumentId) ?? []), timeMs]);
    for (const times of this.#wanted.values()) times.sort((a, b) => a - b);
  }

  /** Call in the order of the log. */
  read({ timeMs, event }: LogRecord): void {
    if (event.kind !== 'MarketBatchReceived' || event.quote === null) return;
    const times = this.#wanted.get(event.instrumentId);
    const before = this.#last.get(event.instrumentId);
    while (times?.[0] !== undefined && times[0] < timeMs) {
      const wanted = times.shift()!;
      if (before) this.#found.set(`${event.instrumentId} ${wanted}`, before);
    }
    this.#last.set(event.instrumentId, event.quote);
  }

  /** The last one at or before that time. */
  at(instrumentId: string, timeMs: number): Quote | null {
    return this.#found.get(`${instrumentId} ${timeMs}`) ?? this.#last.get(instrumentId) ?? null;
  }
}
