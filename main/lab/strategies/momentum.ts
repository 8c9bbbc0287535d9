import { Sma } from '../../engine/features/indicators/moving-averages.ts';
import { Atr, Donchian } from '../../engine/features/indicators/volatility.ts';
import { real, whole } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** Buys a new high that volume confirms; leaves at a trailing distance, or when the way down is longer than the way up was. */
export const momentum = defineStrategy({
  name: 'momentum',
  title: 'Momentum with volume',
  about: 'Buys a close above the channel on more volume than usual and leaves below a trailing stop.',
  params: {
    bars: whole(48, 5, 1_000, 'bars of the channel'),
    volumeBars: whole(48, 5, 1_000, 'bars of the usual volume'),
    volumeTimes: real(1.5, 0, 10, 'times the usual volume at least'),
    trailAtr: real(4, 0.5, 20, 'trailing distance in true ranges'),
    share: real(0.95, 0.01, 1, 'of equity in an entry'),
  },
  start({ params, trackCandles }) {
    const channel = trackCandles(new Donchian(params.bars), (each, { high, low }) => each.update(high, low)).indicator;
    const volumes = trackCandles(new Sma(params.volumeBars), (each, { volume }) => each.update(volume));
    const atr = trackCandles(new Atr(14), (each, { high, low, close }) => each.update(high, low, close));
    let highest = 0;
    return {
      onCandle({ close, volume }, desk) {
        if (desk.position > 0) {
          if (close > highest) highest = close;
          if (close < highest - params.trailAtr * atr.value) desk.exit();
          return;
        }
        if (!(close > channel.upper && volume >= params.volumeTimes * volumes.value)) return;
        highest = close;
        desk.enter('long', { share: params.share, stop: close - 1.5 * params.trailAtr * atr.value });
      },
    };
  },
});
