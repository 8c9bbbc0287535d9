import { createHash } from 'node:crypto';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { fittedOnAll } from '../audit/fitted-on-all.ts';
import { auditDataSet, refuseLeaks } from '../audit/leakage-audit.ts';
import { buildDataSet, type InstrumentCandles, type Question } from '../datasets/build-data-set.ts';
import { type DataSet, samplesWithWindow, selectSamples, windowAt } from '../datasets/data-set.ts';
import type { JudgedSet } from '../datasets/data-set-file.ts';
import type { Family, Fitted } from '../families/family.ts';
import { outputCount, type Task } from '../families/task.ts';
import { applyCalibration } from '../judgement/calibrate.ts';
import { evenSample, permutationImportance } from '../judgement/importance.ts';
import { type Judgement, judge } from '../judgement/judge.ts';
import { movesOf } from '../judgement/net-of-costs.ts';
import { fitWithStopping, type Subject } from '../judgement/out-of-fold.ts';
import { treeShap } from '../judgement/tree-shap.ts';
import { directionOfLabel } from '../labels/direction.ts';
import { horizonOf } from '../labels/label.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { treeRows } from '../trees/tree.ts';
import type { Choice } from '../tuning/choose-settings.ts';
import { openAnswers } from './answers.ts';
import type { LabGolden, LabReport } from './report-file.ts';

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
  readonly signal?: AbortSignal;
}

export interface LabModel {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly report: LabReport;
  readonly golden: LabGolden;
  readonly judgement: Judgement;
}

/** Changes whenever the same data and plan would give another model. */
const TRAINER_VERSION = '1.0.0';
const GOLDEN_CASES = 16;
const IMPORTANCE_SAMPLES = 1_000;
const RESAMPLES = 500;
/** Model and graph must agree this closely, in units of the answer. */
const PARITY_MAX = 1e-3;

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
  refuseLeaks(auditDataSet(build, instruments, { directionOf: directionOfLabel(question.label), seed }));
  if (family.takes === 'rows') refuseLeaks(await fittedOnAll(family, set, task, hyperParameters));
  say('no leaks found');

  const embargoMs = plan.embargoBars * TIMEFRAME_MS[question.timeframe];
  const moves = movesAlong(set, instruments, question);
  const choice = await plan.choose({ family, hyperParameters, task, seed }, { set, moves });
  const subject = { family, hyperParameters: choice.hyperParameters, task, seed };
  const judgement = await judge(subject, set, {
    protocol: choice.protocol,
    embargoMs,
    moves,
    tradedShare: plan.tradedShare,
    feeBpsRoundTrip: plan.feeBpsRoundTrip,
    tried: choice.tried,
    resamples: RESAMPLES,
    onFold: (fold, folds) => say(`fold ${fold} of ${folds}`),
    ...(plan.signal && { signal: plan.signal }),
  });
  say(judgement.verdict.reason);

  const all = Int32Array.from(set.rowOf.keys());
  const fitted = await fitWithStopping(subject, set, all, embargoMs, plan.signal);
  const map: OutputMap =
    judgement.intervals === null ? judgement.map : { kind: 'shift', by: judgement.intervals.shift };
  const model = fitted.toOnnx(aboutOf(plan, set, judgement), map);
  const sample = evenSample(selectSamples(set, samplesWithWindow(set, fitted.windowBars)), IMPORTANCE_SAMPLES);
  const golden = await goldenOf(model, fitted, sample, map);
  return {
    model,
    golden,
    judgement,
    report: {
      schemaVersion: 1,
      name: plan.name,
      version: plan.version,
      family: family.name,
      hyperParameters: { ...subject.hyperParameters },
      seed,
      modelSha256: createHash('sha256').update(model).digest('hex'),
      question: {
        timeframe: question.timeframe,
        featureSet: { ...set.matrix.set, features: [...set.matrix.set.features] },
        label: question.label,
        task: task.kind,
        outputs: outputNames(task, set.targetNames),
      },
      windowBars: fitted.windowBars,
      sources: instruments.map(({ instrument, candles }) => ({
        instrument,
        bars: candles.close.length,
        fromMs: candles.openTimeMs[0]!,
        toMs: candles.openTimeMs.at(-1)!,
        sha256: createHash('sha256')
          .update(new Uint8Array(candles.close.buffer, candles.close.byteOffset, candles.close.byteLength))
          .digest('hex'),
      })),
      audit: {
        leaks: [],
        checked: [
          'times',
          'look-ahead',
          'label ends',
          'known answers',
          'foreknowledge on random walks',
          'fitted on all',
        ],
      },
      judgement: JSON.parse(JSON.stringify(judgement)),
      importance: await importanceOf(fitted, sample, seed),
    },
  };
}

/** Moves to the answers, the way that a yes says price goes; null where answers say no direction. */
function movesAlong(set: DataSet, instruments: readonly InstrumentCandles[], { label }: Question): Float64Array | null {
  const directionOf = directionOfLabel(label);
  if (directionOf === null) return null;
  const moves = movesOf(
    set,
    instruments.map(({ candles }) => candles),
  );
  if (label.kind !== 'reversal') return moves;
  const turned = { ...set, targets: new Float32Array(set.targets.length).fill(1) };
  return moves.map((move, sample) => move * directionOf(turned, sample));
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

function outputNames(task: Task, targets: readonly string[]): string[] {
  if (task.kind === 'multiclass') return [...task.classes];
  if (task.kind === 'quantile') return targets.flatMap((target) => task.levels.map((level) => `${target} q${level}`));
  return [...targets];
}

/** What the runtime answers to a few samples; refuses a graph that does not answer as the model does. */
async function goldenOf(model: Uint8Array, fitted: Fitted, sample: DataSet, map: OutputMap): Promise<LabGolden> {
  const width = outputCount(fitted.task);
  const session = await openAnswers(model, fitted.task.kind);
  try {
    const own = await fitted.predict(sample);
    const answers = await session.answer(sample, fitted.windowBars);
    for (let i = 0; i < own.length; i++) {
      const wanted = mapped(map, own[i]!, i % width);
      const off = Math.abs(answers[i]! - wanted);
      if (!(off <= PARITY_MAX * Math.max(1, Math.abs(wanted))))
        throw new Error(`model and graph differ by ${off} on sample ${i}`);
    }
    const stride = Math.max(1, Math.floor(sample.rowOf.length / GOLDEN_CASES));
    const cases = Array.from({ length: Math.min(GOLDEN_CASES, sample.rowOf.length) }, (_, k) => ({
      features: [...windowAt(sample, k * stride, fitted.windowBars)],
      answer: [...answers.subarray(k * stride * width, (k * stride + 1) * width)],
    }));
    return { tolerance: 1e-4, cases };
  } finally {
    await session.release();
  }
}

const mapped = (map: OutputMap, raw: number, output: number): number =>
  map.kind === 'shift' ? raw + map.by[output]! : applyCalibration(map, raw);

/** Permutation importance, and for trees the mean size of what each feature adds. */
async function importanceOf(fitted: Fitted, sample: DataSet, seed: number): Promise<LabReport['importance']> {
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
