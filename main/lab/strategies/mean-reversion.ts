import { Rsi } from '../../engine/features/indicators/oscillators.ts';
import { Atr, Bollinger } from '../../engine/features/indicators/volatility.ts';
import { real, whole } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** Buys what fell below its lower band while its RSI is low, and sells it back at the middle. */
export const meanReversion = defineStrategy({
  name: 'mean-reversion',
  title: 'Mean reversion',
  about: 'Buys below the lower Bollinger band with a low RSI and leaves at the middle band or at a stop.',
  params: {
    bars: whole(20, 5, 500, 'bars of the bands'),
    width: real(2, 0.5, 5, 'deviations of the bands'),
    rsiBars: whole(14, 2, 200, 'bars of the RSI'),
    rsiBelow: real(30, 1, 60, 'RSI at most'),
    stopAtr: real(3, 0.5, 20, 'distance of the stop in true ranges'),
    share: real(0.95, 0.01, 1, 'of equity in an entry'),
  },
  start({ params, track, trackCandles }) {
    const bands = track(new Bollinger(params.bars, params.width)).indicator;
    const rsi = track(new Rsi(params.rsiBars));
    const atr = trackCandles(new Atr(14), (each, { high, low, close }) => each.update(high, low, close));
    return {
      onCandle({ close }, desk) {
        if (desk.position > 0) {
          if (close >= bands.middle) desk.exit();
        } else if (close < bands.lower && rsi.value <= params.rsiBelow) {
          desk.enter('long', { share: params.share, stop: close - params.stopAtr * atr.value });
        }
      },
    };
  },
});
