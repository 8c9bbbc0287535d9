import { systemClock } from '../../engine/kernel/clock.ts';
import { type DataSet, samplesWithWindow, selectSamples } from '../datasets/data-set.ts';
import { familyOf } from '../families/families.ts';
import type { Fitted } from '../families/family.ts';
import { evenSample } from '../judgement/importance.ts';
import { cardOfJudgement } from '../lab-model/card-of-judgement.ts';
import { goldenOf } from '../lab-model/golden.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import type { FitWork } from './job.ts';
import type { Judged } from './judge-job.ts';

const COMPARED_SAMPLES = 500;
/** Of a model that has not been published. */
const NO_VERSION = '0.0.0';

interface Trained {
  readonly fitted: Fitted;
  readonly model: Uint8Array;
  readonly judged: Judged;
  readonly set: DataSet;
}

/** What publishing a finished job takes, beside its model; null where the job is not to trade. @throws Error where graph and model disagree */
export async function draftOf(
  { card: wanted, family: familyName, hyperParameters, seed }: FitWork,
  { fitted, model, judged, set }: Trained,
): Promise<Pick<MadeModel, 'card' | 'golden'> | null> {
  if (wanted === undefined) return null;
  const { judgement, importance, embargoMs, map } = judged;
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
    { set, fitted, model, judgement, map },
  );
  return { card, golden: await goldenOf(model, fitted, sample, map) };
}
