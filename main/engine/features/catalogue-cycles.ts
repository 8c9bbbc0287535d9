/** Catalogue: cycle indicators. */

import { factor, type IndicatorDefinition, running } from './indicator-definition.ts';
import { CyclePeriod, CyclePhase, Mama } from './indicators/hilbert.ts';

export const CYCLE_INDICATORS: readonly IndicatorDefinition[] = [
  {
    name: 'mama',
    parameters: [factor('fast', 0.5, 0.01), factor('slow', 0.05, 0.01)],
    columns: ([f, s]) => [`MAMA_${f}_${s}_MAMA`, `MAMA_${f}_${s}_FAMA`],
    conflict: ([fast, slow]) =>
      fast! <= 0.99 && slow! <= fast! ? undefined : 'limits are at most 0.99 and slow is not above fast',
    create: running(
      ([f, s]) => new Mama(f!, s!),
      (state, { close }, out) => {
        out[0] = state.update(close);
        out[1] = state.following;
      },
    ),
  },
  {
    name: 'ht_dcperiod',
    parameters: [],
    columns: () => ['HT_DCPERIOD'],
    create: running(
      () => new CyclePeriod(),
      (state, { close }, out) => {
        out[0] = state.update(close);
      },
    ),
  },
  {
    name: 'ht_trendline',
    parameters: [],
    columns: () => ['HT_TRENDLINE'],
    create: running(
      () => new CyclePhase(),
      (state, { close }, out) => {
        out[0] = state.update(close) ? state.trendLine : Number.NaN;
      },
    ),
  },
  {
    name: 'ht_sine',
    parameters: [],
    columns: () => ['HT_SINE_SINE', 'HT_SINE_LEADSINE'],
    create: running(
      () => new CyclePhase(),
      (state, { close }, out) => {
        const ready = state.update(close);
        out[0] = ready ? state.sine : Number.NaN;
        out[1] = ready ? state.lead : Number.NaN;
      },
    ),
  },
  {
    name: 'ht_trendmode',
    parameters: [],
    columns: () => ['HT_TRENDMODE'],
    create: running(
      () => new CyclePhase(),
      (state, { close }, out) => {
        out[0] = state.update(close) ? state.mode : Number.NaN;
      },
    ),
  },
];
