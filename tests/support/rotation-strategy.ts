import { Sma } from '../../main/engine/features/indicators/moving-averages.ts';
import { defineStrategy } from '../../main/lab/strategy/strategy.ts';

/** Of two instruments holds the one that stands further above its average; neither where both are below. */
export const rotation = (qtys: readonly [number, number]) =>
  defineStrategy({
    name: 'rotation',
    title: 'Rotation',
    about: 'Holds the stronger of two.',
    instruments: 2,
    params: {},
    start({ track }) {
      const averages = [track(new Sma(48)), track(new Sma(48), { instrument: 1 })];
      const closes = [Number.NaN, Number.NaN];
      const times = [Number.NaN, Number.NaN];
      return {
        onCandle({ instrument, openTimeMs, close }, desk) {
          closes[instrument] = close;
          times[instrument] = openTimeMs;
          if (times[0] !== times[1]) return;
          const above = closes.map((each, at) => each / averages[at]!.value - 1) as [number, number];
          const best = above[0] >= above[1] ? 0 : 1;
          for (const at of [0, 1] as const) {
            if (at === best && above[at] > 0) desk.of(at).enter('long', { qty: qtys[at] });
            else desk.of(at).exit();
          }
        },
      };
    },
  });
