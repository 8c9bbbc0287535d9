import { type Desk, type Direction, defineStrategy, type StrategyDefinition } from '../strategy/strategy.ts';

/** What a signal file says at each bar's close; 1 where it speaks. */
export interface Signals {
  readonly enterLong: Uint8Array;
  readonly exitLong: Uint8Array;
  readonly enterShort: Uint8Array;
  readonly exitShort: Uint8Array;
}

/** A fixed quantity of base, or a share of equity at the close that speaks, unrounded. */
export type Sizing =
  | { readonly kind: 'fixed'; readonly qtyBase: number }
  | { readonly kind: 'fraction'; readonly ofEquity: number };

export interface SignalRules {
  readonly sizing: Sizing;
  /** Distances from the close that speaks, as shares of it; null for none. */
  readonly stopLossShare: number | null;
  readonly takeProfitShare: number | null;
}

/**
 * One position at a time. Flat, a long entry goes before a short one; in a position an entry the other way reverses it and
 * goes before an exit; entries the same way say nothing new.
 */
export function signalStrategy(signals: Signals, rules: SignalRules): StrategyDefinition {
  const { enterLong, exitLong, enterShort, exitShort } = signals;
  const { sizing, stopLossShare, takeProfitShare } = rules;
  const enter = (direction: Direction, close: number, desk: Desk): void => {
    const sign = direction === 'long' ? 1 : -1;
    desk.enter(direction, {
      ...(sizing.kind === 'fixed' ? { qty: sizing.qtyBase } : { share: sizing.ofEquity }),
      ...(stopLossShare !== null && { stop: close * (1 - sign * stopLossShare) }),
      ...(takeProfitShare !== null && { target: close * (1 + sign * takeProfitShare) }),
    });
  };
  return defineStrategy({
    name: 'signals',
    title: 'Signals',
    about: 'Follows signals made elsewhere.',
    params: {},
    start() {
      let next = 0;
      return {
        onCandle({ close }, desk) {
          const bar = next;
          next += 1;
          const { position } = desk;
          if (position <= 0 && enterLong[bar] === 1) enter('long', close, desk);
          else if (position >= 0 && enterShort[bar] === 1) enter('short', close, desk);
          else if (position > 0 ? exitLong[bar] === 1 : position < 0 && exitShort[bar] === 1) desk.exit();
        },
      };
    },
  });
}
