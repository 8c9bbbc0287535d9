import { systemClock } from '../../engine/kernel/clock.ts';
import { samplesWithWindow, selectSamples } from '../datasets/data-set.ts';
import { familyOf } from '../families/families.ts';
import { evenSample } from '../judgement/importance.ts';
import { cardOfJudgement } from '../lab-model/card-of-judgement.ts';
import { goldenOf } from '../lab-model/golden.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import type { FitWork } from './job.ts';
import type { Judged } from './judge-job.ts';

const COMPARED_SAMPLES = 500;
/** Of a model that has not been published. */
const NO_VERSION = '0.0.0';

/** What publishing a finished job takes, beside its model; null where the job is not to trade. @throws Error where graph and model disagree */
export async function draftOf(
  { card: wanted, family: familyName, hyperParameters, seed }: FitWork,
  model: Uint8Array,
  { answering, judgement, importance, embargoMs }: Judged,
): Promise<Pick<MadeModel, 'card' | 'golden'> | null> {
  if (wanted === undefined) return null;
  const { set, fitted, map } = answering;
  const family = familyOf(familyName);
  const sample = evenSample(selectSamples(set, samplesWithWindow(set, fitted.windowBars)), COMPARED_SAMPLES);
  const card = cardOfJudgement(
    {
      ...wanted,
      version: NO_VERSION,
      family: { name: family.name, title: family.title },
      hyperParameters,
      seed,
      embargoMs,
      importance: importance.map(({ feature, lossGrowth }) => ({ feature, lossGrowth, shap: null })),
      nowMs: systemClock.nowMs(),
    },
    { ...answering, model, judgement },
  );
  return { card, golden: await goldenOf(model, fitted, sample, map) };
}
