import type { DataPlan, ImportPlan, ModelsCatalogue, TrainingPlan } from '../../../preload/models-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { featureSetByName } from '../../engine/features/feature-sets.ts';
import type { FamilyOutline } from '../train/family-outline.ts';
import { questionOf } from './questions.ts';

/** Why something cannot be trained, in one sentence. */
export interface BadTraining {
  readonly kind: 'no-family' | 'bad-parameter' | 'no-features' | 'bad-span' | 'not-answered';
  readonly text: string;
}

type Parameter = ModelsCatalogue['questions'][number]['params'][number];

const bad = (kind: BadTraining['kind'], text: string): Result<never, BadTraining> => fail({ kind, text });

/** What can be said of a data set before any candle is read. */
export function checkData(plan: DataPlan): Result<null, BadTraining> {
  const { fromMs, toMs, question } = plan;
  if (fromMs !== null && toMs !== null && fromMs >= toMs) return bad('bad-span', 'The span ends before it begins.');
  const set = featureSetByName(plan.featureSet);
  if (!set) return bad('no-features', `There is no feature set ${plan.featureSet}.`);
  const asked = questionOf(question.kind);
  if (question.kind === 'reversal' && !set.features.some(({ name }) => name === 'sma_20'))
    return bad('no-features', `Feature set ${set.name} knows no trend (sma_20) to ask about.`);
  const wrong = settingProblem(asked.title, asked.params, question.params);
  return wrong === null ? ok(null) : bad('bad-parameter', wrong);
}

/** What can be said of a model that was made elsewhere before it is looked into. */
export function checkBrought({ question, featureSet }: ImportPlan): Result<null, BadTraining> {
  if (featureSet !== null && !featureSetByName(featureSet))
    return bad('no-features', `There is no feature set ${featureSet}.`);
  const asked = questionOf(question.kind);
  const wrong = settingProblem(asked.title, asked.params, question.params);
  return wrong === null ? ok(null) : bad('bad-parameter', wrong);
}

/** What can be said of a training before any candle is read. */
export function checkTraining(
  plan: TrainingPlan,
  families: readonly FamilyOutline[],
): Result<FamilyOutline, BadTraining> {
  const data = checkData(plan.data);
  if (!data.ok) return data;
  const family = families.find(({ name }) => name === plan.family);
  if (!family) return bad('no-family', `There is no family ${plan.family}.`);
  const wrong = settingProblem(family.title, family.params, plan.hyperParameters);
  if (wrong !== null) return bad('bad-parameter', wrong);
  const asked = questionOf(plan.data.question.kind);
  if (!family.tasks.includes(asked.task))
    return bad('not-answered', `A ${family.title} does not answer the question of ${asked.title}.`);
  if (plan.search !== null && family.params.every(({ searched }) => searched === null))
    return bad('bad-parameter', `${family.title}: there is no setting to search.`);
  return ok(family);
}

/** The first setting that nobody knows or that lies outside its limits. */
function settingProblem(
  whose: string,
  params: readonly Parameter[],
  given: Readonly<Record<string, number>>,
): string | null {
  for (const [name, value] of Object.entries(given)) {
    const parameter = params.find((each) => each.name === name);
    if (!parameter) return `${whose}: there is no setting ${name}.`;
    const { label, least, most, whole } = parameter;
    if (whole && !Number.isInteger(value)) return `${whose}: ${label} must be a whole number, not ${value}.`;
    if (!(value >= least && value <= most))
      return `${whose}: ${label} must lie between ${least} and ${most}, not ${value}.`;
  }
  return null;
}
