import { Sma } from '../../engine/features/indicators/moving-averages.ts';
import { real, whole } from '../strategy/parameters.ts';
import { defineStrategy, type Size } from '../strategy/strategy.ts';

const sizeOf = ({ qty, share }: { readonly qty: number; readonly share: number }): Size =>
  qty > 0 ? { qty } : { share };

/** Long while the fast average of closes is above the slow one: a level, not the moment of crossing. */
export const smaCross = defineStrategy({
  name: 'sma-cross',
  title: 'SMA cross',
  about: 'Long while the fast average of closes is above the slow one.',
  params: {
    fast: whole(10, 1, 1_000, 'bars of the fast average'),
    slow: whole(30, 2, 5_000, 'bars of the slow average'),
    share: real(0.95, 0.01, 1, 'of equity in an entry'),
    qty: real(0, 0, 1e9, 'base of an entry, in place of the share; 0 for none'),
  },
  conflict: ({ fast, slow }) => (fast < slow ? null : `fast (${fast}) must be below slow (${slow})`),
  columns: {
    lead: (columns, { fast, slow }) => ({
      ahead: columns.smaTotals(fast),
      aheadTimes: slow,
      behind: columns.smaTotals(slow),
      behindTimes: fast,
    }),
    entry: sizeOf,
  },
  start({ params, track }) {
    const fast = track(new Sma(params.fast)).indicator;
    const slow = track(new Sma(params.slow)).indicator;
    const size = sizeOf(params);
    return {
      onCandle(_candle, desk) {
        // Sums, each times the other's period: averages that are equal compare equal, which rounded quotients may not.
        const lead = fast.total * slow.period - slow.total * fast.period;
        if (desk.position === 0) {
          if (lead > 0) desk.enter('long', size);
        } else if (lead < 0) desk.exit();
      },
    };
  },
});
