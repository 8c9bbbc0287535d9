import { causalCnn } from '../nets/causal-cnn.ts';
import { lstm } from '../nets/lstm.ts';
import { mlp } from '../nets/mlp.ts';
import { stateSpace } from '../nets/state-space.ts';
import { temporalFusion } from '../nets/temporal-fusion.ts';
import { transformer } from '../nets/transformer.ts';
import { count } from '../settings.ts';
import type { Family } from './family.ts';
import { netFamily, windowBars } from './net-family.ts';
import type { TaskKind } from './task.ts';

const ALL_TASKS: readonly TaskKind[] = ['binary', 'multiclass', 'regression', 'quantile'];

const width = (standard: number) =>
  count(4, 512, standard, {
    label: 'Width',
    unit: 'numbers',
    about: 'Numbers that the net carries for each candle.',
    searched: [8, 96],
  });
const layers = (most: number, standard: number) =>
  count(1, most, standard, {
    label: 'Layers',
    unit: 'layers',
    about: 'Steps of thought one after the other.',
    searched: [1, Math.min(most, 4)],
  });

const mlpFamily = netFamily({
  name: 'mlp',
  title: 'multilayer perceptron',
  tasks: ALL_TASKS,
  sizes: {
    windowBars: windowBars(1, 1),
    width: width(64),
    layers: layers(6, 2),
  },
  barsOf: (sizes) => sizes.windowBars,
  build: (window, outputs, sizes) => mlp(window, outputs, { hidden: new Array(sizes.layers).fill(sizes.width) }),
});

const lstmFamily = netFamily({
  name: 'lstm',
  title: 'long short-term memory',
  tasks: ALL_TASKS,
  sizes: { windowBars: windowBars(32), width: width(48) },
  barsOf: (sizes) => sizes.windowBars,
  build: lstm,
});

const cnnFamily = netFamily({
  name: 'cnn',
  title: 'convolutional net (causal, dilated)',
  tasks: ALL_TASKS,
  sizes: {
    windowBars: windowBars(32),
    width: width(32),
    layers: layers(8, 3),
    taps: count(2, 9, 3, {
      label: 'Taps',
      unit: 'candles',
      about: 'Candles that one convolution sees.',
      searched: [2, 5],
    }),
  },
  barsOf: (sizes) => sizes.windowBars,
  build: causalCnn,
});

const headWidth = (standard: number) =>
  count(2, 64, standard, {
    label: 'Width of a head',
    unit: 'numbers',
    about: 'Numbers that each head of attention carries for a candle.',
    searched: [4, 24],
  });
const heads = count(1, 16, 4, {
  label: 'Heads',
  unit: 'heads',
  about: 'Things that attention looks for at once.',
  searched: [1, 8],
});

const transformerFamily = netFamily({
  name: 'transformer',
  title: 'transformer encoder',
  tasks: ALL_TASKS,
  sizes: { windowBars: windowBars(32), headWidth: headWidth(8), heads, layers: layers(6, 2) },
  barsOf: (sizes) => sizes.windowBars,
  build: (window, outputs, { headWidth, ...sizes }) =>
    transformer(window, outputs, { ...sizes, width: headWidth * sizes.heads }),
});

const temporalFusionFamily = netFamily({
  name: 'temporal-fusion',
  title: 'temporal fusion transformer',
  tasks: ALL_TASKS,
  sizes: { windowBars: windowBars(32), headWidth: headWidth(6), heads },
  barsOf: (sizes) => sizes.windowBars,
  build: (window, outputs, { headWidth, heads: headCount }, horizons) =>
    temporalFusion(window, outputs, { width: headWidth * headCount, heads: headCount, horizons }),
});

const stateSpaceFamily = netFamily({
  name: 'state-space',
  title: 'selective state-space model',
  tasks: ALL_TASKS,
  sizes: {
    windowBars: windowBars(32),
    width: width(24),
    states: count(2, 32, 8, {
      label: 'States',
      unit: 'numbers',
      about: 'Numbers that each channel remembers.',
      searched: [4, 24],
    }),
    layers: layers(4, 1),
  },
  barsOf: (sizes) => sizes.windowBars,
  build: stateSpace,
});

/** Every kind of net that can be trained here. */
export const NET_FAMILIES: readonly Family[] = [
  mlpFamily,
  lstmFamily,
  cnnFamily,
  transformerFamily,
  temporalFusionFamily,
  stateSpaceFamily,
];
