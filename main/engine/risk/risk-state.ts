import { parseDecimal } from '../domain/decimal.ts';
import type { EngineEvent, VenueAccessChanged } from '../domain/events.ts';
import { accountWord, SPOT_VENUE, venueOfAccount, venueWord } from '../domain/instrument.ts';
import { addsRisk } from '../domain/portfolio.ts';
import type { Reason, RiskLimits } from '../domain/proposal.ts';
import { assert } from '../domain/result.ts';
import { type ExactLimits, readLimits, withPerpetualLimits } from './exact-limits.ts';

const MINUTE_MS = 60_000;
/** What seems to lie far ahead was signed before the clock was set back, nobody knows how long ago. */
const isWithinMinute = (atMs: number, nowMs: number): boolean => Math.abs(nowMs - atMs) < MINUTE_MS;

export interface Hold extends Reason {
  readonly code: 'halted' | 'reconciling' | VenueAccessChanged['code'];
  /** What differs, where a person's word can end the hold. */
  readonly difference?: { readonly asset: string; readonly ledger: string; readonly venue: string };
}

const named = (hold: Hold, venue: string): Hold =>
  hold.difference ? hold : { ...hold, text: `${venueWord(venue)}: ${hold.text}` };

const accessText = (code: VenueAccessChanged['code'], why: string): string =>
  code === 'maintenance' ? `the venue is in maintenance: ${why}` : why;

/** Switches, limits and holds; changed by `apply` alone. */
export interface RiskState {
  apply(event: EngineEvent, timeMs: number): void;
  readonly armed: boolean;
  readonly killSwitch: boolean;
  readonly limits: Required<RiskLimits>;
  readonly exact: ExactLimits;
  /** What holds entries at this venue. */
  holds(venue: string): readonly Hold[];
  /** The same of every venue that has been heard of, each that is not spot's named. */
  allHolds(): readonly Hold[];
  /** Orders signed by a person or a mandate that add risk, in the minute before `nowMs`. */
  ordersLastMinute(nowMs: number): number;
}

/** How we stand with one venue since the engine started. */
interface Standing {
  reconciled: boolean;
  /** Null until somebody says. */
  privateStream: 'connecting' | 'live' | 'down' | null;
  /** What keeps the venue from letting us trade, in its words. */
  readonly barred: Map<VenueAccessChanged['code'], string>;
}

export function createRiskState(): RiskState {
  let armed = false;
  let killSwitch = false;
  let limits: Required<RiskLimits> | null = null;
  let exact: ExactLimits | null = null;
  let chosenByPerson = false;
  const venues = new Map<string, Standing>();
  const differing = new Map<string, NonNullable<Hold['difference']>>();
  let signedMs: number[] = [];

  const take = (next: RiskLimits): boolean => {
    const read = readLimits(next);
    if (!read.ok) return false;
    limits = withPerpetualLimits(next);
    exact = read.value;
    return true;
  };

  const standing = (venue = SPOT_VENUE): Standing => {
    const known = venues.get(venue) ?? { reconciled: false, privateStream: null, barred: new Map() };
    venues.set(venue, known);
    return known;
  };

  const apply = (event: EngineEvent, timeMs: number): void => {
    switch (event.kind) {
      case 'EngineStarted':
        armed = false;
        venues.clear();
        if (!chosenByPerson) assert(take(event.limits), 'the engine was started with limits that are none');
        break;
      case 'ArmSet':
        armed = event.armed;
        break;
      case 'KillSwitchSet':
        killSwitch = event.on;
        break;
      case 'LimitsSet':
        if (take(event.limits)) chosenByPerson = true;
        break;
      case 'OrderSigned':
        if (event.order.signature.by === 'system' || !addsRisk(event.order)) break;
        signedMs = signedMs.filter((atMs) => isWithinMinute(atMs, timeMs));
        signedMs.push(timeMs);
        break;
      case 'PrivateStreamChanged':
        standing(event.venue).privateStream = event.status;
        if (event.status === 'down') standing(event.venue).reconciled = false;
        break;
      case 'VenueAccessChanged':
        if (event.why === null) standing(event.venue).barred.delete(event.code);
        else standing(event.venue).barred.set(event.code, event.why);
        break;
      case 'BalanceDiffered':
        // The ledger says equal amounts when an asset no longer differs.
        if (parseDecimal(event.ledger) === parseDecimal(event.venue)) differing.delete(event.asset);
        else differing.set(event.asset, { asset: event.asset, ledger: event.ledger, venue: event.venue });
        break;
      case 'OpeningBalancesBooked':
        for (const { asset } of event.balances) differing.delete(asset);
        break;
      case 'Reconciled':
        standing(event.venue).reconciled = true;
        break;
      default:
    }
  };

  const ready = <T>(value: T | null): T => {
    assert(value !== null, 'risk was asked before the engine started');
    return value;
  };

  return {
    apply,
    get armed() {
      return armed;
    },
    get killSwitch() {
      return killSwitch;
    },
    get limits() {
      return ready(limits);
    },
    get exact() {
      return ready(exact);
    },
    holds(venue) {
      const holds: Hold[] = [];
      const { privateStream, reconciled, barred } = standing(venue);
      if (privateStream === 'down') holds.push({ code: 'reconciling', text: 'the order stream to the venue is down' });
      else if (privateStream === 'connecting') {
        holds.push({ code: 'reconciling', text: 'the order stream to the venue is not up yet' });
      } else if (!reconciled)
        holds.push({ code: 'reconciling', text: "not yet reconciled with the venue's own books" });
      for (const [code, why] of barred) holds.push({ code, text: accessText(code, why) });
      for (const difference of differing.values()) {
        if (venueOfAccount(difference.asset) !== venue) continue;
        const { asset, ledger, venue: said } = difference;
        const text = `${accountWord(asset)}: the ledger says ${ledger}, the venue ${said}`;
        holds.push({ code: 'halted', text, difference });
      }
      return holds;
    },
    allHolds() {
      const own = this.holds(SPOT_VENUE);
      const others = [...venues.keys()].filter((venue) => venue !== SPOT_VENUE);
      return [...own, ...others.flatMap((venue) => this.holds(venue).map((hold) => named(hold, venue)))];
    },
    ordersLastMinute: (nowMs) => signedMs.filter((atMs) => isWithinMinute(atMs, nowMs)).length,
  };
}
