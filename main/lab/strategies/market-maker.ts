import { Atr } from '../../engine/features/indicators/volatility.ts';
import { real } from '../strategy/parameters.ts';
import { type Desk, defineStrategy } from '../strategy/strategy.ts';

/** Between candles quotes are moved once the price has gone this share of their distance: each move gives up a place in the queue. */
const REQUOTE_SHARE = 0.25;

/** Rests a bid and an ask about the price, both moved against what it holds, so that it holds little. Where there is a book it follows that. */
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
    let quotedAt = Number.NaN;
    const quoteAbout = (price: number, desk: Desk): void => {
      desk.cancel();
      quotedAt = price;
      const { equity, position } = desk;
      if (!(equity > 0 && atr.value > 0)) return;
      const filled = (position * price) / (params.inventory * equity);
      const middle = price - params.skewAtr * atr.value * filled;
      const [bid, ask] = [middle - params.distanceAtr * atr.value, middle + params.distanceAtr * atr.value];
      const qty = (params.share * equity) / price;
      if (filled < 1 && bid > 0) desk.rest('buy', qty, bid);
      if (position > 0) desk.rest('sell', Math.min(qty, position), ask);
    };
    return {
      onCandle: ({ close }, desk) => quoteAbout(close, desk),
      onBook({ bid, ask }, desk) {
        const middle = (bid + ask) / 2;
        if (Math.abs(middle - quotedAt) > REQUOTE_SHARE * params.distanceAtr * atr.value) quoteAbout(middle, desk);
      },
    };
  },
});
