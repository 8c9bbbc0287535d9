/** What a strategy wants, as the opinion of a member of the ensemble. */
import { abstaining, type Opinion } from '../../engine/decision/agent.ts';
import { toNumberLossy } from '../../engine/domain/decimal.ts';
import type { Rests, StrategyWish } from '../../engine/domain/events.ts';
import { accountsOf, type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { Reason } from '../../engine/domain/proposal.ts';
import type { StrategyAccount } from '../../engine/strategy-account.ts';
import type { SupposedEdge } from '../backtest/mandate-signer.ts';
import { WISH_LIFE_MS } from './strategy.ts';
import type { HeldNow } from './strategy-runner.ts';

/** Of one instrument, read from the account whenever it is asked. */
export function heldOf(id: InstrumentId, account: StrategyAccount): HeldNow {
  return {
    canShort: isPerpetual(id),
    get lot() {
      return toNumberLossy(account.lotStep?.(id) ?? 0n);
    },
    get position() {
      return toNumberLossy(account.position(id)?.qtyBase ?? 0n);
    },
    get entryPrice() {
      const held = account.position(id);
      return held && held.qtyBase !== 0n ? toNumberLossy(held.costQuote) / toNumberLossy(held.qtyBase) : 0;
    },
    get equity() {
      return toNumberLossy(account.equityQuote(accountsOf(id).quote));
    },
  };
}

/** What was wanted of an instrument at its last candle. */
export interface Wanted {
  readonly wish: StrategyWish | null;
  readonly wishedMs: number;
  readonly rests: Rests;
  /** When the strategy was last told something: what is to rest is asked for then, and stands as long as it says nothing else. */
  readonly toldMs: number;
  readonly close: number;
  readonly candleCloseTimeMs: number;
}

/** Every proposed entry has a stop. Where the strategy names none it lies this far away: for the day that nobody thought of. */
const STOP_SHARE = 0.2;
const UNMEASURED = { code: 'no-edge', text: 'No edge measured of this strategy here' };
const SUPPOSED = { code: 'supposed-edge', text: 'Its edge is supposed: nobody measured it' };

/** @param name of the strategy. @param supposed what if its edge were measured; on the desk nobody's is */
export function wishOpinion(
  name: string,
  { wish, wishedMs, rests, toldMs, close, candleCloseTimeMs }: Wanted,
  held: HeldNow,
  nowMs: number,
  supposed: SupposedEdge | null,
): Opinion {
  const measured = supposed ? SUPPOSED : UNMEASURED;
  // While it wants to trade now nothing of it is to rest.
  const base = { ...abstaining('', 'unknown', candleCloseTimeMs), ...supposed, rests: {} };
  if (wish === null || nowMs - wishedMs > WISH_LIFE_MS) {
    const isFresh = nowMs - toldMs <= WISH_LIFE_MS;
    const resting = isFresh ? restingOpinion(name, rests, held, measured) : null;
    return { ...base, stance: 'hold', note: 'wants nothing new', ...resting, rests };
  }
  const isSpotShort = wish.kind === 'enter' && wish.direction === 'short' && !held.canShort;
  if (wish.kind === 'exit' || isSpotShort) {
    const text = isSpotShort ? 'wants to be short: on spot that is flat' : 'wants to be flat';
    const stance = held.position < 0 ? 'buy' : 'sell';
    return { ...base, stance, strength: 'clear', note: text, reasons: [{ code: name, text }] };
  }
  return { ...base, ...entryOpinion(name, wish, { close, equity: held.equity, measured }) };
}

function entryOpinion(
  name: string,
  { direction, entry }: Extract<StrategyWish, { readonly kind: 'enter' }>,
  { close, equity, measured }: { readonly close: number; readonly equity: number; readonly measured: Reason },
): Partial<Opinion> {
  const { stop, target } = entry;
  const wants = `wants to be ${direction}`;
  const text = stop === undefined ? `${wants}; without a stop of its own, so one is set 20 % away` : wants;
  return {
    stance: direction === 'long' ? 'buy' : 'sell',
    strength: 'clear',
    note: text,
    reasons: [{ code: name, text }, measured],
    bracket: {
      stop: stop === undefined ? { away: STOP_SHARE * close } : { at: stop },
      target: target === undefined ? null : { at: target },
    },
    qtyBaseMax: 'qty' in entry ? entry.qty : (entry.share * equity) / close,
  };
}

/** Of what it wants to rest the side that can be acted on: with something held what closes it, else what opens. */
function restingOpinion(
  name: string,
  rests: Rests,
  { position, canShort }: HeldNow,
  measured: Reason,
): Partial<Opinion> | null {
  const opening = rests.buy || !canShort ? 'buy' : 'sell';
  const side = position === 0 ? opening : position > 0 ? 'sell' : 'buy';
  const order = rests[side];
  if (!order) return null;
  const opens = position === 0;
  const text = side === 'buy' ? 'wants a bid to rest' : 'wants an ask to rest';
  const stop = order.price * (side === 'buy' ? 1 - STOP_SHARE : 1 + STOP_SHARE);
  return {
    stance: side,
    strength: 'clear',
    note: text,
    reasons: opens ? [{ code: name, text: `${text}; its stop is set 20 % away` }, measured] : [{ code: name, text }],
    bracket: opens ? { stop: { at: stop }, target: null } : null,
    isToRest: true,
  };
}
