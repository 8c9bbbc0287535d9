import { formatDecimal, isDecimal, parseDecimal } from '../domain/decimal.ts';
import type { EngineEvent, ReductionWanted } from '../domain/events.ts';
import { type Instrument, type InstrumentId, isPerpetual } from '../domain/instrument.ts';
import { signedTick } from '../domain/money.ts';
import type { CountersignedOrder, OrderPurpose } from '../domain/order.ts';
import { addsRisk, type OrdersView, type PortfolioView } from '../domain/portfolio.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** What a signed entry promised, and how much of it has filled. */
interface CoveringEntry {
  readonly clientOrderId: string;
  readonly stop: string | null;
  readonly target: string | null;
  filledBase: bigint;
  /** Nothing is held of it any more, as execution last said. */
  over: boolean;
}

type Refusal = { readonly kind: 'not-reducing' | 'not-covered' | 'bad-grid'; readonly text: string };

/** Beyond so many entries per instrument the oldest is forgotten of which nothing is held; one that is held never is. */
const ENTRIES_KEPT = 200;

export const reductionSubject = (wanted: ReductionWanted): string => `${wanted.instrumentId}:${wanted.purpose}`;

/**
 * Which sales give way to which: a stop to every exit and target, all but another flatten to a flatten. Execution sends
 * the later one only when the earlier one is off the venue, so that one balance backs one exit. On a perpetual the venue
 * itself keeps each from closing more than there is: stop and target rest beside everything else.
 */
function stepsAside(other: OrderPurpose, { purpose: asking, instrumentId }: ReductionWanted): boolean {
  if (isPerpetual(instrumentId) && (asking === 'stop' || asking === 'target' || other === 'target')) return true;
  if (asking === 'flatten') return other !== 'flatten';
  return asking !== 'stop' && other === 'stop';
}

/** Sells wanted or signed that execution does not list yet, and what entries cover. Changed by `apply` alone. */
export interface Reductions {
  apply(event: EngineEvent): void;
  /** Whether the system may sign: it reduces what is held and not yet backed, and a stop or target was promised. */
  check(wanted: ReductionWanted): Result<bigint, Refusal>;
}

export interface ReductionViews {
  readonly portfolio: PortfolioView;
  readonly orders: OrdersView;
  instruments(): ReadonlyMap<InstrumentId, Instrument>;
}

const samePrice = (a: string, b: string): boolean =>
  isDecimal(a) && isDecimal(b) && parseDecimal(a) === parseDecimal(b);

export function createReductions(views: ReductionViews): Reductions {
  const entries = new Map<InstrumentId, CoveringEntry[]>();
  /** Asked for and not answered yet, in order. */
  let wantedNow: ReductionWanted[] = [];
  /** Signed and not yet persisted. */
  const inFlight = new Map<string, CountersignedOrder>();

  const answered = (subject: string): void => {
    const at = wantedNow.findIndex((wanted) => reductionSubject(wanted) === subject);
    if (at >= 0) wantedNow.splice(at, 1);
  };

  const noteSigned = (order: CountersignedOrder): void => {
    if (!addsRisk(order)) inFlight.set(order.clientOrderId, order);
    if (order.signature.by === 'system') answered(`${order.instrumentId}:${order.purpose}`);
    if (order.purpose !== 'entry') return;
    const list = entries.get(order.instrumentId) ?? [];
    const { clientOrderId, protectiveStopPrice: stop, targetPrice: target } = order;
    const kept = list.length < ENTRIES_KEPT ? list : withoutOldestOver(list);
    entries.set(order.instrumentId, [...kept, { clientOrderId, stop, target, filledBase: 0n, over: false }]);
  };

  const withoutOldestOver = (list: readonly CoveringEntry[]): readonly CoveringEntry[] => {
    const working = new Set(views.orders.open().map(({ clientOrderId }) => clientOrderId));
    const at = list.findIndex(
      (entry) => (entry.over || entry.filledBase === 0n || entry.stop === null) && !working.has(entry.clientOrderId),
    );
    return at === -1 ? list : list.toSpliced(at, 1);
  };

  /** What other sales will take of what is held: open, signed and wanted before this one. */
  const backedBase = (asking: ReductionWanted): bigint => {
    const counts = (other: { readonly instrumentId: InstrumentId; readonly purpose: OrderPurpose }): boolean =>
      other.instrumentId === asking.instrumentId && !stepsAside(other.purpose, asking);
    let backed = 0n;
    for (const order of views.orders.open()) if (!addsRisk(order) && counts(order)) backed += order.remainingBase;
    for (const order of inFlight.values()) if (counts(order)) backed += parseDecimal(order.qtyBase);
    for (const wanted of wantedNow) {
      if (wanted === asking) break;
      if (counts(wanted) && isDecimal(wanted.qtyBase)) backed += parseDecimal(wanted.qtyBase);
    }
    return backed;
  };

  /** The entry's signature covers its own stop and target, and as much as has filled. */
  const checkCover = (wanted: ReductionWanted, qty: bigint, instrument: Instrument): Refusal | null => {
    if (wanted.purpose !== 'stop' && wanted.purpose !== 'target') return null;
    const list = entries.get(wanted.instrumentId) ?? [];
    const cover = list.find(({ clientOrderId }) => clientOrderId === wanted.coveredBy);
    if (!cover) return { kind: 'not-covered', text: `no signed entry covers this ${wanted.purpose}` };
    const filled = list.reduce((sum, { filledBase }) => sum + filledBase, 0n);
    if (qty > filled) {
      const text = `${formatDecimal(qty)} is more than the ${formatDecimal(filled)} that signed entries have filled`;
      return { kind: 'not-covered', text };
    }
    const differs = (what: 'stop' | 'target', asked: string | null): Refusal | null => {
      const promised = cover[what] === null ? null : signedTick(cover[what], instrument, wanted.side ?? 'sell');
      if (promised !== null && (asked === null ? wanted.type === 'market' : samePrice(asked, promised))) return null;
      return { kind: 'not-covered', text: `the entry was signed with ${what} ${promised ?? 'none'}, not ${asked}` };
    };
    const { purpose, type, triggerPrice, limitPrice } = wanted;
    if (type === 'oco') return differs('stop', triggerPrice) ?? differs('target', limitPrice);
    return differs(purpose, triggerPrice ?? (purpose === 'target' ? limitPrice : null));
  };

  return {
    apply(event) {
      switch (event.kind) {
        case 'EngineStarted':
          wantedNow = [];
          inFlight.clear();
          break;
        case 'ReductionWanted':
          wantedNow.push(event);
          break;
        case 'RequestRefused':
          answered(event.subject);
          break;
        case 'OrderSigned':
          noteSigned(event.order);
          break;
        case 'OrderPersisted':
          inFlight.delete(event.order.clientOrderId);
          break;
        case 'OrderStateChanged':
          inFlight.delete(event.clientOrderId);
          break;
        case 'FillBooked': {
          if (event.purpose !== 'entry') break;
          const list = entries.get(event.fill.instrumentId) ?? [];
          const cover = list.find(({ clientOrderId }) => clientOrderId === event.fill.clientOrderId);
          if (!cover) break;
          cover.filledBase += parseDecimal(event.fill.qtyBase);
          cover.over = false;
          break;
        }
        case 'ProtectionChanged': {
          const list = entries.get(event.instrumentId) ?? [];
          const cover = list.find(({ clientOrderId }) => clientOrderId === event.coveredBy);
          if (cover) cover.over = event.state === 'none';
          break;
        }
        default:
      }
    },
    check(wanted) {
      const instrument = views.instruments().get(wanted.instrumentId);
      if (!instrument || !isDecimal(wanted.qtyBase)) return fail({ kind: 'bad-grid', text: 'not a known order' });
      const qty = parseDecimal(wanted.qtyBase);
      if (qty <= 0n || qty % instrument.lotStep !== 0n) {
        return fail({ kind: 'bad-grid', text: `${wanted.qtyBase} is not a positive quantity on the lot` });
      }
      const position = views.portfolio.position(wanted.instrumentId)?.qtyBase ?? 0n;
      const held = wanted.side === 'buy' ? -position : position;
      const backed = backedBase(wanted);
      if (qty > held - backed) {
        const text = `${wanted.qtyBase} is more than the ${formatDecimal(held)} held less ${formatDecimal(backed)} already sold`;
        return fail({ kind: 'not-reducing', text });
      }
      const refusal = checkCover(wanted, qty, instrument);
      return refusal ? fail(refusal) : ok(qty);
    },
  };
}
