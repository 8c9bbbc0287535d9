import { formatDecimal } from '../../../main/engine/domain/decimal.ts';
import { accountsOf } from '../../../main/engine/domain/instrument.ts';
import type { RulesChange } from '../../../main/practice/matching/rules.ts';
import type { DeedOf } from './operations.ts';
import { listingAt, perpetualAt } from './picks.ts';
import type { CrashPoint } from './sim-disk.ts';
import type { Listing } from './sim-market.ts';
import { type SimPerpetuals, USDM } from './sim-perpetuals.ts';
import type { World } from './world.ts';

/** What goes wrong for a while, or happens once, without anybody's doing. @throws Violation */
export function befall(world: World, { fault, pick, ms, size }: DeedOf<'world'>): void {
  const listing = listingAt(world, pick);
  const { id } = listing.record;
  const { venue, wire } = world.sideOf(id);
  const connector = () => world.connectorOf(id);
  const untilMs = world.time.nowMs + ms;
  switch (fault) {
    case 'stream-down':
      wire.breakStream(untilMs);
      break;
    case 'ban-429':
    case 'ban-418':
      // A ban is never taken back: what the venue once named is kept to.
      wire.ban = { status: fault === 'ban-429' ? 429 : 418, untilMs: Math.max(untilMs, wire.ban?.untilMs ?? 0) };
      break;
    case 'venue-unreachable':
      wire.unreachableUntilMs = untilMs;
      wire.breakStream(untilMs);
      break;
    case 'quotes-frozen':
      world.frozenUntilMs.set(id, untilMs);
      break;
    case 'feed-down':
      world.feedDownUntilMs.set(id, untilMs);
      world.guard(() => connector().feed(listing, 'down'));
      world.time.after(ms, () => connector().feed(listing, 'live'));
      break;
    case 'price-shock': {
      const bps = (size < 0.65 ? -1 : 1) * (100 + 500 * Math.abs(size - 0.5));
      world.print(listing, Math.round(listing.lastTicks * (1 + bps / 10_000)), 400_000);
      break;
    }
    case 'clock-step':
      world.clockOffsetMs = Math.round((size - 0.5) * (size < 0.1 ? 30_000 : 4_000));
      break;
    case 'cancelled-elsewhere':
      if (!venue.cancelElsewhere(pick)) return;
      break;
    case 'rules-changed':
      venue.changeRules(listing, rulesDrawn(listing, size));
      break;
    case 'traded-elsewhere':
      if (!tradeElsewhere(world, listing, size)) return;
      break;
    case 'funding': {
      const perpetual = perpetualAt(world, pick);
      if (!perpetual || !world.perpetuals?.fund(perpetual, Math.round((size - 0.5) * 4_000))) return;
      break;
    }
    case 'margin-call':
      if (!callMargin(world, pick)) return;
      break;
  }
  world.faults.strike(fault);
}

/** Other steps, coarser or the market's own again, and another smallest order. */
function rulesDrawn({ rules }: Listing, size: number): RulesChange {
  const ticks = [1n, 5n, 10n][Math.floor(size * 7) % 3] as bigint;
  const lots = [1n, 2n, 10n][Math.floor(size * 14) % 3] as bigint;
  const lotStep = formatDecimal(rules.lotAtoms * lots);
  const tickSize = formatDecimal(rules.tickAtoms * ticks);
  return { tickSize, lotStep, minQty: lotStep, minNotional: size < 0.5 ? '5' : '10' };
}

/** The market runs away from a position until its margin is used up. */
function callMargin(world: World, pick: number): boolean {
  const listing = perpetualAt(world, pick);
  const ticks = listing && world.perpetuals?.ruinTicks(listing);
  if (!listing || !ticks) return false;
  world.print(listing, ticks, 400_000);
  return true;
}

function tradeElsewhere(world: World, listing: Listing, size: number): boolean {
  const { rules, record } = listing;
  const isSpot = accountsOf(record.id).venue !== USDM;
  const free = world.venue.account.get(rules.base).free;
  const side = size < 0.5 && (free > 0n || !isSpot) ? 'sell' : 'buy';
  const worth = Math.max(1, Math.floor((10 + 60 * size) / (listing.lastTicks * rules.tickSize * rules.lotSize)));
  const qtyLots = isSpot && side === 'sell' ? Math.min(worth, Number(free / rules.lotAtoms)) : worth;
  world.tickets += 1;
  const rests = size > 0.8;
  const placed = (isSpot ? world.venue : (world.perpetuals as SimPerpetuals)).place({
    symbol: rules.symbol,
    side,
    type: rests ? 'limit' : 'market',
    timeInForce: rests ? 'gtc' : 'ioc',
    priceTicks: rests ? Math.round(listing.lastTicks * (side === 'buy' ? 0.999 : 1.001)) : null,
    stopTicks: null,
    qtyLots,
    quoteBudgetAtoms: null,
    clientOrderId: `web-${world.seed}-${world.tickets}`,
    orderListId: -1,
  });
  return !('kind' in placed);
}

/** The process dies, now or at the next such point. @throws Violation */
export async function crash(world: World, { fault, count, share, downMs }: DeedOf<'crash'>): Promise<void> {
  const power = fault === 'power-cut' || (fault === 'crash-after-write' && share < 0.5);
  if (fault === 'crash-idle' || fault === 'power-cut') {
    world.faults.strike(fault);
    await world.crash(power, share, downMs);
    return;
  }
  world.crashPlan = { power, share, downMs };
  if (fault === 'crash-before-send' || fault === 'crash-after-send') {
    world.sendCrash = { left: 1 + (count % 4), before: fault === 'crash-before-send' };
  } else world.disk.arm(fault.slice('crash-'.length) as CrashPoint, count, share);
}
