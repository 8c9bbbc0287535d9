import type { AuditReceived } from '../../domain/events.ts';
import type { VenueFill, VenueOrderReport } from '../../domain/order.ts';
import type { AuditStatus, BelievedOpen } from '../venue-port.ts';
import type { ConnectorContext } from './connector-context.ts';
import { describeError } from './errors.ts';
import { isPairId } from './oco-pairs.ts';
import type { PrivateReads } from './private-reads.ts';

const FIRST_AUDIT_BACK_MS = 86_400_000;
/** Fills this long before the last audit are asked for again: one may have been on its way then. */
const OVERLAP_MS = 60_000;
const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 15_000;
const BELIEVED_MAX = 2_000;
/** Orders behind fills that nobody has named are looked up, at most this many in one audit. */
const STRANGERS_MAX = 50;

/**
 * Reads the venue's own books: after every private (re)subscribe, periodically, and on demand. One audit runs at a time;
 * what asks meanwhile gets the next one.
 */
export interface Auditor {
  request(believedOpen?: readonly BelievedOpen[], fillsSinceMs?: number | null): void;
  /** Orders that reports have shown open or closed, to be asked about when the venue's list lacks them. */
  noteOpen(order: BelievedOpen): void;
  noteClosed(clientOrderId: string): void;
  status(): AuditStatus;
}

export interface AuditorParts {
  readonly reads: PrivateReads;
  /** Last price of an asset's market, as a decimal string. */
  readonly markOf: (asset: string) => Promise<string | null>;
  /** Whether a report has shown whose the order is that the venue calls so (`instrument|id`). */
  readonly isNamed: (venueName: string) => boolean;
}

export function createAuditor(context: ConnectorContext, { reads, markOf, isNamed }: AuditorParts): Auditor {
  const believed = new Map<string, BelievedOpen>();
  /** On the venue's clock: its fills are asked for by it. */
  let auditedToMs: number | null = null;
  let sinceAskedMs: number | null = null;
  let wanted = false;
  let busy = false;
  let problem = '';

  /** What we believe open and the venue does not list; one that it does not know is for execution to query with all due care. */
  async function closedOrders(open: readonly VenueOrderReport[]): Promise<VenueOrderReport[]> {
    const listed = new Set(open.map((order) => order.clientOrderId));
    const missing = [...believed.values()].filter(({ clientOrderId }) => !listed.has(clientOrderId));
    const out: VenueOrderReport[] = [];
    for (const id of new Set(missing.map(({ instrumentId }) => instrumentId))) {
      const orders = missing.filter(({ instrumentId }) => instrumentId === id);
      const known = orders.flatMap(({ venueOrderId }) => venueOrderId ?? []);
      const inLists = await reads.ordersInLists(id, known);
      out.push(...inLists);
      const told = new Set(inLists.map(({ venueOrderId }) => venueOrderId));
      for (const { clientOrderId, venueOrderId } of orders) {
        if (venueOrderId !== null && told.has(venueOrderId)) continue;
        const order = await reads.order(
          id,
          isPairId(venueOrderId) ? { clientOrderId, type: 'oco' } : { clientOrderId },
        );
        if (order) out.push(order);
      }
    }
    return out;
  }

  /**
   * The orders of fills whose names nobody knows: one of ours that was called not found may be among them, and a list of
   * fills does not say so.
   */
  async function strangers(
    fills: readonly VenueFill[],
    told: readonly VenueOrderReport[],
  ): Promise<VenueOrderReport[]> {
    const listed = new Set(told.map((order) => `${order.instrumentId}|${order.venueOrderId}`));
    const asked = new Map<string, VenueFill>();
    for (const fill of fills) {
      const name = `${fill.instrumentId}|${fill.venueOrderId}`;
      if (!listed.has(name) && !isNamed(name)) asked.set(name, fill);
    }
    const out: VenueOrderReport[] = [];
    for (const { instrumentId, venueOrderId } of [...asked.values()].slice(-STRANGERS_MAX)) {
      const order = await reads.order(instrumentId, { venueOrderId });
      if (order) out.push(order);
    }
    return out;
  }

  /** From when on this audit asks for fills, on the venue's clock; what claims to be later than now is no such time. */
  function sinceOf(askedMs: number | null, venueNowMs: number): number {
    const known = auditedToMs === null ? venueNowMs - FIRST_AUDIT_BACK_MS : auditedToMs - OVERLAP_MS;
    if (askedMs === null || askedMs > venueNowMs) return known;
    return auditedToMs === null ? askedMs : Math.min(askedMs, known);
  }

  async function read(sinceMs: number | null): Promise<AuditReceived> {
    // What was filled before the account was opened is told from what came after by the venue's time.
    await context.verifyClock();
    const askedAtMs = context.nowMs();
    const venueNowMs = askedAtMs - context.clockSkewMs();
    const since = sinceOf(sinceMs, venueNowMs);
    const openOrders = await reads.openOrders();
    const closed = await closedOrders(openOrders);
    const balances = await reads.balances();
    const positions = await reads.positions?.();
    // After them: what was traded or paid while money and positions were read is in here at the latest, and the next audit sees both.
    const fills = (await Promise.all(context.instruments.all.map(({ id }) => reads.fills(id, since)))).flat();
    closed.push(...(await strangers(fills, [...openOrders, ...closed])));
    const incomes = await reads.incomes?.(since);
    const prices = await Promise.all(balances.map(({ asset }) => markOf(asset)));
    const marks = balances.flatMap(({ asset }, index) => {
      const priceQuote = prices[index] ?? null;
      return priceQuote === null ? [] : [{ asset, priceQuote }];
    });
    auditedToMs = venueNowMs;
    for (const order of closed)
      if (order.status !== 'open' && order.status !== 'partially-filled') believed.delete(order.clientOrderId);
    const books = {
      openOrders,
      closedOrders: closed,
      fills,
      balances,
      ...(positions ? { positions } : {}),
      ...(incomes ? { incomes } : {}),
    };
    return { kind: 'AuditReceived', ...books, askedAtMs, venueTimeMs: Math.round(venueNowMs), marks };
  }

  function askFrom(sinceMs: number | null): void {
    if (sinceMs !== null) sinceAskedMs = Math.min(sinceAskedMs ?? sinceMs, sinceMs);
  }

  async function run(): Promise<void> {
    busy = true;
    let pauseMs = RETRY_MS_FIRST;
    while (wanted && context.running()) {
      wanted = false;
      // What is asked while this one is being read belongs to the next.
      const sinceMs = sinceAskedMs;
      sinceAskedMs = null;
      try {
        context.emit(await read(sinceMs));
        problem = '';
        pauseMs = RETRY_MS_FIRST;
      } catch (error) {
        // Nothing of a half-read audit is passed on.
        problem = describeError(error);
        wanted = true;
        askFrom(sinceMs);
        await context.sleep(pauseMs);
        pauseMs = Math.min(RETRY_MS_MAX, pauseMs * 2);
      }
    }
    busy = false;
  }

  return {
    request(open = [], fillsSinceMs = null) {
      for (const order of open) believed.set(order.clientOrderId, order);
      askFrom(fillsSinceMs);
      wanted = true;
      if (!busy && context.instruments.all.length > 0) void run();
    },
    noteOpen(order) {
      if (believed.size < BELIEVED_MAX || believed.has(order.clientOrderId)) believed.set(order.clientOrderId, order);
    },
    noteClosed(clientOrderId) {
      believed.delete(clientOrderId);
    },
    status: () => ({ running: busy, problem }),
  };
}
