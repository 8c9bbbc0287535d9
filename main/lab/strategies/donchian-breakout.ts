import { Donchian } from '../../engine/features/indicators/volatility.ts';
import { real, whole } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** The turtles' rule: in at a new high of many bars, out at a new low of fewer; the other way round where shorts are wanted. */
export const donchianBreakout = defineStrategy({
  name: 'donchian-breakout',
  title: 'Donchian breakout',
  about: 'Buys a close above the highest of many bars and leaves below the lowest of fewer.',
  params: {
    entryBars: whole(55, 5, 2_000, 'bars of the channel that is broken'),
    exitBars: whole(20, 2, 1_000, 'bars of the channel that ends it'),
    shorts: whole(0, 0, 1, '1: also sells short below the channel'),
    share: real(0.95, 0.01, 1, 'of equity in an entry'),
  },
  conflict: ({ entryBars, exitBars }) =>
    exitBars <= entryBars ? null : `exitBars (${exitBars}) must not be above entryBars (${entryBars})`,
  start({ params, trackCandles }) {
    const channel = (bars: number) =>
      trackCandles(new Donchian(bars), (each, { high, low }) => each.update(high, low)).indicator;
    const [entry, exit] = [channel(params.entryBars), channel(params.exitBars)];
    return {
      onCandle({ close }, desk) {
        const { position } = desk;
        if (close > entry.upper) desk.enter('long', { share: params.share });
        else if (close < entry.lower && params.shorts === 1) desk.enter('short', { share: params.share });
        else if ((position > 0 && close < exit.lower) || (position < 0 && close > exit.upper)) desk.exit();
      },
    };
  },
});
