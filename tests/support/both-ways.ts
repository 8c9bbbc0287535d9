import { Sma } from '../../main/engine/features/indicators/moving-averages.ts';
import { defineStrategy, type StrategyDefinition } from '../../main/lab/strategy/strategy.ts';

/** Long above its average and short below it, out first and in again a bar later: both gears take one step at a time. */
export const bothWays = (qty: number, stopShare = 0.5): StrategyDefinition =>
  defineStrategy({
    name: 'both-ways',
    title: 'Both ways',
    about: 'Long above an average, short below it.',
    params: {},
    start({ track }) {
      const average = track(new Sma(60));
      return {
        onCandle({ close }, desk) {
          const side = close > average.value ? 1 : -1;
          if (desk.position * side < 0) desk.exit();
          else if (desk.position === 0)
            desk.enter(side > 0 ? 'long' : 'short', { qty, stop: close * (1 - side * stopShare) });
        },
      };
    },
  });
