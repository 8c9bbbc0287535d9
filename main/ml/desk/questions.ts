import type { ModelsCatalogue } from '../../../preload/models-contract.ts';
import { type LabelSpec, labelSchema } from '../labels/label.ts';

/** The questions about the future that a model may be asked to learn, with their settings. */

type Question = ModelsCatalogue['questions'][number];
type Parameter = Question['params'][number];

const horizonBars: Parameter = {
  name: 'horizonBars',
  standard: 12,
  least: 1,
  most: 2_000,
  whole: true,
  about: 'candles after which the answer is known',
};
const volatilityBars: Parameter = {
  name: 'volatilityBars',
  standard: 48,
  least: 5,
  most: 288,
  whole: true,
  about: 'candles by which moves are measured',
};
const multiple = (about: string): Parameter => ({
  name: 'multiple',
  standard: 1,
  least: 0.1,
  most: 20,
  whole: false,
  about,
});

export const QUESTIONS: readonly Question[] = [
  {
    kind: 'direction',
    title: 'direction',
    about: 'Does price meet the upper barrier before the lower one? The end of the horizon is decided by its close.',
    task: 'binary',
    params: [horizonBars, multiple('deviations to each barrier'), volatilityBars],
  },
  {
    kind: 'reversal',
    title: 'trend reversal',
    about: 'Does the trend turn: so many ATR against it before as many with it?',
    task: 'binary',
    params: [horizonBars, multiple('ATR to each barrier')],
  },
  {
    kind: 'triple-barrier',
    title: 'triple barrier',
    about: 'Which barrier does price meet first: the upper, the lower, or the end of the horizon?',
    task: 'multiclass',
    params: [horizonBars, multiple('deviations to each barrier'), volatilityBars],
  },
  {
    kind: 'move',
    title: 'size of the move',
    about: 'How far does price move in so many candles, in deviations of the time gone by?',
    task: 'regression',
    params: [horizonBars, volatilityBars],
  },
  {
    kind: 'volatility-regime',
    title: 'volatility regime',
    about: 'Will moves be calmer, alike or wilder than they have been?',
    task: 'multiclass',
    params: [
      horizonBars,
      volatilityBars,
      { name: 'ratio', standard: 1.25, least: 1.01, most: 5, whole: false, about: 'how much wilder counts' },
    ],
  },
];

export const questionOf = (kind: Question['kind']): Question => QUESTIONS.find((each) => each.kind === kind)!;

/** The label of a question with all its settings. @throws ZodError for settings outside their limits */
export function labelOf(kind: Question['kind'], params: Readonly<Record<string, number>>): LabelSpec {
  const { params: declared } = questionOf(kind);
  const full = Object.fromEntries(declared.map(({ name, standard }) => [name, params[name] ?? standard]));
  if (kind !== 'move') return labelSchema.parse({ kind, ...full });
  return labelSchema.parse({ kind, horizons: [full.horizonBars], volatilityBars: full.volatilityBars });
}
