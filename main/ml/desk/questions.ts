import { z } from 'zod';
import type { ModelsCatalogue } from '../../../preload/models-contract.ts';
import { type LabelSpec, labelSchema } from '../labels/label.ts';
import { LABEL_OPTIONS } from '../labels/label-options.ts';
import { settingsOf } from '../settings.ts';

/** The questions about the future that a model may be asked to learn, with their settings. */

type Question = ModelsCatalogue['questions'][number];

/** What can be set of a question, as a form has it. */
const paramsOf = (kind: Question['kind']): Question['params'] =>
  settingsOf(z.object(LABEL_OPTIONS[kind])).map(({ logarithmic: _, ...parameter }) => parameter);

const question = (kind: Question['kind'], title: string, task: Question['task'], about: string): Question => ({
  kind,
  title,
  about,
  task,
  params: paramsOf(kind),
});

export const QUESTIONS: readonly Question[] = [
  question(
    'direction',
    'direction',
    'binary',
    'Does price meet the upper barrier before the lower one? The end of the horizon is decided by its close.',
  ),
  question(
    'reversal',
    'trend reversal',
    'binary',
    'Does the trend turn: so many ATR against it before as many with it?',
  ),
  question(
    'triple-barrier',
    'triple barrier',
    'multiclass',
    'Which barrier does price meet first: the upper, the lower, or the end of the horizon?',
  ),
  question(
    'move',
    'size of the move',
    'regression',
    'How far does price move in so many candles, in deviations of the time gone by? It votes by the chance of a rise that follows from its answer.',
  ),
  question(
    'volatility-regime',
    'volatility regime',
    'multiclass',
    'Will moves be calmer, alike or wilder than they have been?',
  ),
];

export const questionOf = (kind: Question['kind']): Question => QUESTIONS.find((each) => each.kind === kind)!;

/** The label of a question with all its settings. @throws ZodError for settings outside their limits */
export function labelOf(kind: Question['kind'], params: Readonly<Record<string, number>>): LabelSpec {
  const { params: declared } = questionOf(kind);
  const full = Object.fromEntries(declared.map(({ name, standard }) => [name, params[name] ?? standard]));
  if (kind !== 'move') return labelSchema.parse({ kind, ...full });
  return labelSchema.parse({ kind, horizons: [full.horizonBars], volatilityBars: full.volatilityBars });
}
