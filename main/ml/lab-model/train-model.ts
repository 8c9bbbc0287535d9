import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { fittedOnAll } from '../audit/fitted-on-all.ts';
import { auditDataSet, refuseLeaks } from '../audit/leakage-audit.ts';
import type { ModelCard } from '../card.ts';
import { buildDataSet, type InstrumentCandles, type Question } from '../datasets/build-data-set.ts';
import { type DataSet, samplesWithWindow, selectSamples } from '../datasets/data-set.ts';
import type { JudgedSet } from '../datasets/data-set-file.ts';
import type { Family, Fitted } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import { evenSample, permutationImportance } from '../judgement/importance.ts';
import { type Judgement, judge } from '../judgement/judge.ts';
import { movesAlong } from '../judgement/moves-along.ts';
import { fitWithStopping, type Subject } from '../judgement/out-of-fold.ts';
import { saysRise } from '../judgement/rise.ts';
import { treeShap } from '../judgement/tree-shap.ts';
import { directionOfLabel } from '../labels/direction.ts';
import { horizonOf } from '../labels/label.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import { treeRows } from '../trees/tree.ts';
import type { Choice } from '../tuning/choose-settings.ts';
import { answeringOf } from './answering.ts';
import { cardOfJudgement, TRAINER_VERSION } from './card-of-judgement.ts';
import { goldenOf } from './golden.ts';
import { sourceOf } from './source-of.ts';

export interface LabPlan {
  readonly name: string;
  readonly version: string;
  readonly family: Family;
  readonly hyperParameters: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly question: Question;
  /** Levels of the quantiles asked for in place of the value; none for other questions. */
  readonly levels: readonly number[];
  readonly embargoBars: number;
  readonly tradedShare: number;
  readonly feeBpsRoundTrip: number;
  /** Chooses settings, and how they are then to be judged, once the data set is known not to leak. */
  readonly choose: (subject: Subject, judged: JudgedSet) => Promise<Choice>;
  /** What was judged has been tried, whatever becomes of the model: called before anyone hears what came of it. */
  readonly onJudged?: (judgement: Judgement) => void;
  /** Its licence to trade begins. */
  readonly nowMs: number;
  readonly signal?: AbortSignal;
}

export interface LabModel extends MadeModel {
  readonly judgement: Judgement;
}

const IMPORTANCE_SAMPLES = 1_000;
const RESAMPLES = 500;

/**
 * Audits, judges and trains: what is written down is the model learnt from all samples, with the map that judging found, and the
 * judgement of the same settings on what they had not seen.
 * @throws Error where the data set leaks, or model and graph disagree; RangeError for what the family cannot answer
 */
export async function trainLabModel(
  instruments: readonly InstrumentCandles[],
  plan: LabPlan,
  say: (text: string) => void,
): Promise<LabModel> {
  const { family, question, hyperParameters, seed } = plan;
  const { set, task: asked } = buildDataSet(instruments, question);
  const task: Task =
    plan.levels.length > 0 && asked.kind === 'regression' ? { ...asked, kind: 'quantile', levels: plan.levels } : asked;
  if (!family.tasks.includes(task.kind)) throw new RangeError(`${family.title} answers no ${task.kind} questions`);
  say(`${set.rowOf.length} questions`);
  const build = (given: readonly InstrumentCandles[]): DataSet => buildDataSet(given, question).set;
  const audited = [
    ...refuseLeaks(auditDataSet(build, instruments, { directionOf: directionOfLabel(question.label), seed })),
  ];
  if (family.takes === 'rows') audited.push(...refuseLeaks(await fittedOnAll(family, set, task, hyperParameters)));
  say('no leaks found');

  const embargoMs = plan.embargoBars * TIMEFRAME_MS[question.timeframe];
  const moves = movesAlong(
    set,
    instruments.map(({ candles }) => candles),
    question.label,
  );
  const choice = await plan.choose({ family, hyperParameters, task, seed }, { set, moves });
  const subject = { family, hyperParameters: choice.hyperParameters, task, seed };
  const asRise = saysRise(question.label, task);
  const judgement = await judge(subject, set, {
    protocol: choice.protocol,
    asRise,
    embargoMs,
    moves,
    tradedShare: plan.tradedShare,
    feeBpsRoundTrip: plan.feeBpsRoundTrip,
    tried: choice.tried,
    resamples: RESAMPLES,
    onFold: (fold, folds) => say(`fold ${fold} of ${folds}`),
    ...(plan.signal && { signal: plan.signal }),
  });
  plan.onJudged?.(judgement);
  say(judgement.verdict.reason);

  const all = Int32Array.from(set.rowOf.keys());
  const fitted = await fitWithStopping(subject, set, all, embargoMs, plan.signal);
  const answering = answeringOf(set, fitted, judgement, asRise);
  const model = answering.fitted.toOnnx(aboutOf(plan, set, judgement), answering.map);
  const able = selectSamples(answering.set, samplesWithWindow(set, fitted.windowBars));
  const sample = evenSample(able, IMPORTANCE_SAMPLES);
  const card = cardOfJudgement(
    {
      name: plan.name,
      version: plan.version,
      title: `${plan.name}, ${family.title}`,
      family: { name: family.name, title: family.title },
      timeframe: question.timeframe,
      label: question.label,
      sources: instruments.map(sourceOf),
      hyperParameters: subject.hyperParameters,
      seed,
      embargoMs,
      audited,
      importance: await importanceOf(answering.fitted, sample, seed),
      nowMs: plan.nowMs,
    },
    { ...answering, model, judgement },
  );
  return { model, golden: await goldenOf(model, answering.fitted, sample, answering.map), card, judgement };
}

function aboutOf({ name, version, question, seed }: LabPlan, set: DataSet, judgement: Judgement) {
  return {
    graphName: name,
    producerVersion: TRAINER_VERSION,
    metadata: new Map([
      ['model', `${name} ${version}`],
      ['feature_set', set.matrix.set.name],
      ['feature_set_hash', set.matrix.set.hash],
      ['features', set.matrix.set.features.join(' ')],
      ['question', JSON.stringify(question.label)],
      ['horizon_bars', String(horizonOf(question.label))],
      ['edge', judgement.verdict.edge],
      ['seed', String(seed)],
    ]),
  };
}

/** Permutation importance, and for trees the mean size of what each feature adds. */
async function importanceOf(fitted: Fitted, sample: DataSet, seed: number): Promise<ModelCard['importance']> {
  const found = await permutationImportance(fitted, evenSample(sample, 300), seed);
  const names = sample.matrix.set.features;
  const rows = treeRows(evenSample(sample, 200));
  const shap = fitted.trees === undefined ? null : treeShap(fitted.trees, treeRows(sample), rows);
  return found.map(({ feature, lossGrowth }) => {
    const column = names.indexOf(feature);
    const sizes = shap?.filter((_, i) => i % names.length === column).map(Math.abs);
    return { feature, lossGrowth, shap: sizes ? sizes.reduce((sum, size) => sum + size, 0) / sizes.length : null };
  });
}
