import { createHash } from 'node:crypto';
import type { ModelReport } from '../../../preload/model-report.ts';
import type { ImportPlan } from '../../../preload/models-contract.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import type { MadeElsewhere, ModelCard } from '../card.ts';
import type { AskedData, InstrumentCandles, Question } from '../datasets/build-data-set.ts';
import { type DataSet, samplesWithWindow, selectSamples, windowAt } from '../datasets/data-set.ts';
import { evenSample } from '../judgement/importance.ts';
import { openAnswers } from '../lab-model/answers.ts';
import { cardOfJudgement, TRAINER_VERSION } from '../lab-model/card-of-judgement.ts';
import { goldenOf } from '../lab-model/golden.ts';
import { sourceOf } from '../lab-model/source-of.ts';
import type { ModelOutline } from '../onnx/model-outline.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import { judgeJob, longestLifeMs } from '../train/judge-job.ts';
import { DAYS_MIN } from '../train/report-of-judgement.ts';
import { dayBlocks } from '../training/block-bootstrap.ts';
import type { TrialBook } from '../tuning/trial-book.ts';
import type { ChosenPorts } from './choose-ports.ts';
import { knownFamily, MADE_ELSEWHERE } from './known-family.ts';
import { type Unfit, unfit } from './unfit.ts';
import { type Reading, wrapModel } from './wrap-model.ts';

/** A model that was brought, and all that is to be known before it is judged. */
export interface Brought {
  readonly file: Uint8Array;
  readonly outline: ModelOutline;
  readonly ports: ChosenPorts;
  readonly reading: Reading;
  readonly plan: ImportPlan;
}

/** Candles as samples, looked through for leaks. */
export interface JudgedOn extends AskedData {
  readonly instruments: readonly InstrumentCandles[];
  readonly moves: Float64Array | null;
  readonly question: Question;
  /** What was looked for in vain. */
  readonly audited: readonly string[];
}

interface JudgeWatch {
  /** What others have tried on the same question. */
  readonly book: TrialBook;
  readonly nowMs: number;
}

const COMPARED_SAMPLES = 500;
const JUDGED_SOURCE = 'candles that it was judged on; the hash is of their closes';
const NO_VERSION = '0.0.0';
/** Of an end its last moment: a day that is told is whole. */
const DAY = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** The samples whose question was asked after the model had learnt, and a label's life later: what it learnt from may have been answered then. */
export function samplesAfter(set: DataSet, learntToMs: number, windowBars: number): Result<Int32Array, Unfit> {
  const fromMs = learntToMs + longestLifeMs(set);
  const able = samplesWithWindow(set, windowBars);
  const later = able.filter((i) => set.askedMs[i]! >= fromMs);
  const lastMs = set.askedMs.reduce((last, askedMs) => Math.max(last, askedMs), 0);
  if (later.length === 0)
    return unfit(
      `its candles end on ${DAY(lastMs)}, and it had learnt until ${DAY(learntToMs - 1)}: it is judged on what came after`,
    );
  const days = dayBlocks(later.map((i) => set.askedMs[i]!)).blockCount;
  if (days >= DAYS_MIN) return ok(later);
  return unfit(
    `${days} day${days === 1 ? '' : 's'} of candles came after ${DAY(learntToMs - 1)}, until when it had learnt: ${DAYS_MIN} are the fewest that it is judged on`,
  );
}

/**
 * Judges a model as those are that are trained here, by the samples that are left: what is learnt of them, how its answers are to be
 * read, is learnt for each fold from the others.
 * @param later from `samplesAfter`
 * @throws RangeError for answers that are no probabilities
 */
export async function judgeModel(
  brought: Brought,
  on: JudgedOn,
  later: Int32Array,
  { book, nowMs }: JudgeWatch,
): Promise<Result<{ made: MadeModel; report: ModelReport }, Unfit>> {
  const { outline, ports, reading, plan, file } = brought;
  const set = selectSamples(on.set, later);
  const windowBars = ports.windowBars ?? 1;
  const fileSha256 = createHash('sha256').update(file).digest('hex');
  const about = aboutOf(brought, on, fileSha256);
  const wrapped = (map: OutputMap) => wrapModel(outline, ports, reading, map, about);
  const answers = await openAnswers(wrapped({ kind: 'none' }), 'binary');
  try {
    const family = knownFamily(answers, windowBars, (_, map) => wrapped(map));
    // No two files are the same setting: each that is brought counts as a try.
    const seed = Number.parseInt(fileSha256.slice(0, 7), 16);
    const subject = { family, hyperParameters: {}, task: on.task, seed };
    const fitted = await family.fit(set, on.task, subject);
    const moves = on.moves && Float64Array.from(later, (i) => on.moves![i]!);
    const watch = { asRise: false, choice: null, book, signal: new AbortController().signal };
    const judged = await judgeJob(subject, fitted, { judged: { set, moves }, stopping: set }, watch);
    if (judged.report.edge === 'unknown')
      return unfit(judged.report.sentence.replace(/^Not/, 'not').replace(/\.$/, ''));
    const { map } = judged.answering;
    const model = wrapped(map);
    const card = cardOfJudgement(
      {
        name: plan.name,
        version: NO_VERSION,
        title: plan.title,
        family: { ...MADE_ELSEWHERE },
        timeframe: on.question.timeframe,
        label: on.question.label,
        sources: on.instruments.map((each) => ({ ...sourceOf(each), source: JUDGED_SOURCE })),
        hyperParameters: {},
        seed,
        embargoMs: judged.embargoMs,
        audited: on.audited,
        importance: judged.importance.map(({ feature, lossGrowth }) => ({ feature, lossGrowth, shap: null })),
        nowMs,
      },
      { set, fitted, from: null, model, judgement: judged.judgement, map },
    );
    const golden = await goldenOf(model, fitted, evenSample(set, COMPARED_SAMPLES), map);
    return ok({ made: { model, golden, card: asBrought(card, brought, fileSha256) }, report: judged.report });
  } finally {
    await answers.release();
  }
}

/** The card without what nobody here knows: what it learnt from, and how. */
function asBrought(card: MadeModel['card'], { outline, ports, reading, plan, file }: Brought, fileSha256: string) {
  const { learntToMs } = plan;
  const said: MadeElsewhere = {
    author: plan.author,
    licence: plan.licence,
    note: plan.note,
    learntToMs,
    producer: outline.producer,
    fileSha256,
    fileBytes: file.length,
    ...ports.text,
    columns: columnsText(ports, card.featureSet),
    answer: answerText(reading),
  };
  return {
    ...card,
    spans: { ...card.spans, training: { fromMs: learntToMs, toMs: learntToMs, samples: 0, effectiveSamples: 0 } },
    calibration: { ...card.calibration, fittedOn: 'its answers to what came after it had learnt' },
    outOfSample: { ...card.outOfSample, naiveAnswer: 'always saying how often it came true in the other folds' },
    madeElsewhere: said,
  } satisfies MadeModel['card'];
}

const columnsText = ({ columns }: ChosenPorts, { name, features }: ModelCard['featureSet']): string =>
  columns === null
    ? `all ${features.length} of ${name}, in its order`
    : `${columns.map((at) => features[at]).join(', ')} of ${name}`;

function answerText({ width, at, isOfNo }: Reading): string {
  const number = width === 1 ? 'its only number' : `number ${at} of ${width}, counted from 0`;
  return isOfNo ? `${number}, taken from one` : number;
}

function aboutOf({ plan }: Brought, { question, set }: JudgedOn, fileSha256: string) {
  return {
    graphName: plan.name,
    producerVersion: TRAINER_VERSION,
    metadata: new Map([
      ['made_elsewhere', fileSha256],
      ['feature_set', set.matrix.set.name],
      ['feature_set_hash', set.matrix.set.hash],
      ['question', JSON.stringify(question.label)],
    ]),
  };
}

/** A few real rows, as the model is asked them: the first, the last, and some between. */
export function probeRows(set: DataSet, later: Int32Array, windowBars: number, count = 64): Float32Array[] {
  const few = evenSample(selectSamples(set, later), count);
  return Array.from(few.rowOf, (_, i) => windowAt(few, i, windowBars));
}
