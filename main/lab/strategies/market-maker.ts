import { Atr } from '../../engine/features/indicators/volatility.ts';
import { real } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** Rests a bid and an ask about the price, both moved against what it holds, so that it holds little. */
export const marketMaker = defineStrategy({
  name: 'market-maker',
  title: 'Market maker',
  about: 'Quotes both sides of the price, skewed against its inventory; resting orders alone.',
  params: {
    distanceAtr: real(1, 0.05, 10, 'half the distance of the quotes, in true ranges'),
    skewAtr: real(1, 0, 10, 'how far a full inventory moves them'),
    share: real(0.1, 0.01, 1, 'of equity in a quote'),
    inventory: real(0.5, 0.01, 1, 'of equity held at most'),
  },
  start({ params, trackCandles }) {
    const atr = trackCandles(new Atr(14), (each, { high, low, close }) => each.update(high, low, close));
    return {
      onCandle({ close }, desk) {
        desk.cancel();
        const { equity, position } = desk;
        if (!(equity > 0 && atr.value > 0)) return;
        const filled = (position * close) / (params.inventory * equity);
        const middle = close - params.skewAtr * atr.value * filled;
        const [bid, ask] = [middle - params.distanceAtr * atr.value, middle + params.distanceAtr * atr.value];
        const qty = (params.share * equity) / close;
        if (filled < 1 && bid > 0) desk.rest('buy', qty, bid);
        if (position > 0) desk.rest('sell', Math.min(qty, position), ask);
      },
    };
  },
});
