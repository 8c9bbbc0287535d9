/** The models of direction that ship beside the reversal model: one question, asked of six ways to learn. */

export interface DirectionPlan {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly hyperParameters: Readonly<Record<string, number>>;
}

/** Nets see an hour and twenty minutes; trees are kept small, for what ships is downloaded by everyone. */
const NET = { windowBars: 16, epochs: 12, patience: 3 };

export const DIRECTION_PLANS: readonly DirectionPlan[] = [
  {
    name: 'direction-forest',
    title: 'Direction, random forest',
    family: 'random-forest',
    hyperParameters: { trees: 60, leaves: 64, leafWeightMin: 300 },
  },
  { name: 'direction-seasonal', title: 'Direction, seasonal sum', family: 'seasonal', hyperParameters: {} },
  { name: 'direction-regimes', title: 'Direction, regimes', family: 'hmm-regimes', hyperParameters: { starts: 2 } },
  {
    name: 'direction-mlp',
    title: 'Direction, multilayer perceptron',
    family: 'mlp',
    hyperParameters: { epochs: 12, patience: 3 },
  },
  {
    name: 'direction-cnn',
    title: 'Direction, convolutional net',
    family: 'cnn',
    hyperParameters: { ...NET, width: 16, layers: 2 },
  },
  {
    name: 'direction-transformer',
    title: 'Direction, transformer',
    family: 'transformer',
    hyperParameters: { ...NET, headWidth: 4, heads: 4, layers: 1 },
  },
];
