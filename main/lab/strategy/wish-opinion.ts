/** What a strategy wants, as the opinion of a member of the ensemble. */
import { abstaining, type Opinion } from '../../engine/decision/agent.ts';
import { toNumberLossy } from '../../engine/domain/decimal.ts';
import type { StrategyWish } from '../../engine/domain/events.ts';
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
  { wish, wishedMs, close, candleCloseTimeMs }: Wanted,
  held: HeldNow,
  nowMs: number,
  supposed: SupposedEdge | null,
): Opinion {
  const base = { ...abstaining('', 'unknown', candleCloseTimeMs), ...supposed };
  if (wish === null || nowMs - wishedMs > WISH_LIFE_MS) return { ...base, stance: 'hold', note: 'wants nothing new' };
  const isSpotShort = wish.kind === 'enter' && wish.direction === 'short' && !held.canShort;
  if (wish.kind === 'exit' || isSpotShort) {
    const text = isSpotShort ? 'wants to be short: on spot that is flat' : 'wants to be flat';
    const stance = held.position < 0 ? 'buy' : 'sell';
    return { ...base, stance, strength: 'clear', note: text, reasons: [{ code: name, text }] };
  }
  const measured = supposed ? SUPPOSED : UNMEASURED;
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
