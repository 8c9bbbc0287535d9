import { Atr } from '../../engine/features/indicators/volatility.ts';
import { real } from '../strategy/parameters.ts';
import { defineStrategy } from '../strategy/strategy.ts';

/** Acts on a model's calibrated probability of a rise: in when it is high, out when it is not, with stop and target a range away. */
export const modelDriven = defineStrategy({
  name: 'model-driven',
  title: 'Model-driven',
  about: 'Buys at a high probability of a rise and leaves when it is gone, at a stop or at a target.',
  wantsModel: true,
  params: {
    enterAt: real(0.6, 0.5, 0.99, 'probability of a rise at which it buys'),
    leaveAt: real(0.45, 0.01, 0.6, 'probability at which it leaves'),
    barrierAtr: real(3, 0.5, 20, 'distance of stop and target in true ranges'),
    share: real(0.95, 0.01, 1, 'of equity in an entry'),
  },
  start({ params, trackCandles }) {
    const atr = trackCandles(new Atr(14), (each, { high, low, close }) => each.update(high, low, close));
    let close = Number.NaN;
    return {
      onCandle(candle) {
        close = candle.close;
      },
      onPrediction({ probability }, desk) {
        if (Number.isNaN(close)) return;
        const away = params.barrierAtr * atr.value;
        if (probability >= params.enterAt)
          desk.enter('long', { share: params.share, stop: close - away, target: close + away });
        else if (probability <= params.leaveAt) desk.exit();
      },
    };
  },
});
