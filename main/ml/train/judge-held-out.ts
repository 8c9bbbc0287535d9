import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import { type DataSet, samplesWithWindow, selectSamples } from '../datasets/data-set.ts';
import type { JobData } from '../datasets/data-set-file.ts';
import { effectiveSamples } from '../datasets/effective-samples.ts';
import type { Fitted } from '../families/family.ts';
import { outputCount, type Task } from '../families/task.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from '../training/block-bootstrap.ts';
import { applyPlatt, fitPlatt } from '../training/calibration.ts';
import { permutationImportance } from './importance.ts';
import { binaryFigures, reliabilityOf } from './report-figures.ts';

/** Resamples behind an interval. */
const RESAMPLES = 400;
/** Fewer days than this say nothing: a day's answers go together. */
const DAYS_MIN = 10;
/** Fewer questions that share no bar say nothing either. */
const EFFECTIVE_MIN = 50;

export interface Judged {
  readonly report: ModelReport;
  /** What makes the model's answers believable, found on the samples it stopped by. */
  readonly map: OutputMap;
}

/** Answers and what they cost, sample by sample. */
interface Losses {
  readonly answers: Float64Array;
  readonly model: Float64Array;
  readonly yardstick: Float64Array;
}

/**
 * Judges a fitted model by its test samples, which lie after all it has seen: calibrated on the samples it stopped by, held against
 * what training says without a model. Costs are not judged here, so that the best word is `weak`.
 */
export async function judgeHeldOut(
  fitted: Fitted,
  data: Required<JobData>,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Judged> {
  const { task } = fitted;
  const ready = (set: DataSet): DataSet => selectSamples(set, samplesWithWindow(set, fitted.windowBars));
  const test = ready(data.test);
  const map = await calibrate(fitted, ready(data.stopping));
  const naive = naiveAnswer(task, data.training);
  const measure = async (set: DataSet): Promise<Losses> => {
    signal.throwIfAborted();
    const answers = mapped(map, await fitted.predict(set));
    return lossesOf(task, answers, naive, set);
  };
  const losses = await measure(test);
  const gains = losses.yardstick.map((loss, i) => loss - losses.model[i]!);
  const { blockOf, blockCount } = dayBlocks(test.askedMs);
  const interval = (statistic: (multiplicity: Float64Array) => number): Estimate =>
    bootstrapByBlock(blockOf, blockCount, statistic, { resamples: RESAMPLES, seed });
  const gain = interval((multiplicity) => weightedMean(gains, multiplicity));
  const labels = Uint8Array.from(test.targets);
  const own = task.kind === 'binary' ? binaryFigures(losses.answers, labels, interval) : [];
  const figures = [gainFigure(task, gain), ...own];
  const importance = await permutationImportance(test, async (set) => mean((await measure(set)).model), seed);
  const worth = effectiveSamples(test);
  return {
    map,
    report: {
      ...verdictOf(figures, { days: blockCount, worth }),
      yardstick: yardstickText(task, naive),
      figures,
      reliability: task.kind === 'binary' ? reliabilityOf(losses.answers, labels) : [],
      importance,
      spans: [spanOf('training', data.training), spanOf('stopping', data.stopping), spanOf('test', data.test)],
      perInstrument: test.matrix.instruments.map((instrument, number) => {
        const mine = gains.filter((_, i) => test.instrumentOf[i] === number);
        return { instrument, samples: mine.length, name: 'Loss gain', value: mine.length === 0 ? 0 : mean(mine) };
      }),
    },
  };
}

async function calibrate(fitted: Fitted, stopping: DataSet): Promise<OutputMap> {
  // One answer alone cannot say how far another deserves belief.
  const isMixed = new Set(stopping.targets).size > 1;
  if (fitted.task.kind !== 'binary' || !isMixed) return { kind: 'none' };
  const margins = Float64Array.from(await fitted.predict(stopping), logOdds);
  return { kind: 'platt', ...fitPlatt(margins, Uint8Array.from(stopping.targets), stopping.weights) };
}

const LEAST = 1e-7;
const logOdds = (probability: number): number => {
  const p = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return Math.log(p / (1 - p));
};

const mapped = (map: OutputMap, answers: Float32Array): Float64Array =>
  map.kind === 'platt' ? applyPlatt(Float64Array.from(answers, logOdds), map) : Float64Array.from(answers);

/** What training alone says without a model: the rate of each class, or the mean. One number for each output. */
function naiveAnswer(task: Task, { targets, weights, targetNames }: DataSet): Float64Array {
  const width = targetNames.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const averageOf = (measured: (target: number) => number, column = 0): number =>
    weights.reduce((sum, weight, i) => sum + weight * measured(targets[i * width + column]!), 0) / total;
  if (task.kind === 'multiclass') {
    return Float64Array.from(task.classes.keys(), (at) => averageOf((target) => (target === at ? 1 : 0)));
  }
  return Float64Array.from({ length: outputCount(task) }, (_, at) => averageOf((target) => target, at % width));
}

function lossesOf(task: Task, answers: Float64Array, naive: Float64Array, set: DataSet): Losses {
  const outputs = outputCount(task);
  const width = set.targetNames.length;
  const one = (said: Float64Array, i: number): number =>
    lossAt(task, said, set.targets.subarray(i * width, i * width + width));
  const samples = Int32Array.from(set.rowOf.keys());
  return {
    answers,
    model: Float64Array.from(samples, (i) => one(answers.subarray(i * outputs, (i + 1) * outputs), i)),
    yardstick: Float64Array.from(samples, (i) => one(naive, i)),
  };
}

const surprise = (probability: number): number => -Math.log(Math.max(probability, LEAST));

/** Of one sample: log loss, or the squared or tilted distance, summed over its targets. */
function lossAt(task: Task, said: Float64Array, targets: Float32Array): number {
  switch (task.kind) {
    case 'binary':
      return surprise(targets[0] === 1 ? said[0]! : 1 - said[0]!);
    case 'multiclass':
      return surprise(said[targets[0]!]!);
    case 'regression':
      return targets.reduce((sum, target, k) => sum + (said[k]! - target) ** 2, 0);
    case 'quantile':
      return targets.reduce((sum, target, k) => {
        const own = task.levels.map((level, at) => {
          const miss = target - said[k * task.levels.length + at]!;
          return Math.max(level * miss, (level - 1) * miss);
        });
        return sum + own.reduce((a, b) => a + b, 0);
      }, 0);
  }
}

function gainFigure(task: Task, { value, low, high }: Estimate): ReportFigure {
  const isProbability = task.kind === 'binary' || task.kind === 'multiclass';
  return {
    name: isProbability ? 'Log-loss gain' : 'Error gain',
    about: `${isProbability ? 'log loss, in nats,' : 'error, in units of the answer,'} that it saves on the yardstick per question`,
    value,
    interval: { low, high },
    withoutSkill: 0,
    better: 'more',
    isShare: false,
  };
}

function yardstickText(task: Task, naive: Float64Array): string {
  const share = (p: number): string => `${(100 * p).toFixed(1)} %`;
  if (task.kind === 'binary') return `always saying ${share(naive[0]!)}, the rate in training`;
  if (task.kind !== 'multiclass') return 'always saying what training says on average';
  return `always saying ${task.classes.map((name, at) => `${name} ${share(naive[at]!)}`).join(', ')}, the rates in training`;
}

/** Skill is claimed where every figure that has an interval lies wholly above what no skill scores. */
function verdictOf(
  figures: readonly ReportFigure[],
  { days, worth }: { readonly days: number; readonly worth: number },
): Pick<ModelReport, 'edge' | 'sentence' | 'reasons'> {
  if (days < DAYS_MIN || worth < EFFECTIVE_MIN) {
    const said = `the test covers ${days} day${days === 1 ? '' : 's'} and ${Math.floor(worth)} questions that share no candle`;
    return {
      edge: 'unknown',
      sentence: `Not enough to judge: ${said}.`,
      reasons: [`At least ${DAYS_MIN} days and ${EFFECTIVE_MIN} such questions are needed: take a longer span.`],
    };
  }
  const drawn = figures.filter(({ interval }) => interval !== null);
  const isSure = ({ interval, withoutSkill }: ReportFigure): boolean => interval!.low > (withoutSkill ?? 0);
  const reasons = drawn.map((figure) => {
    const { low, high } = figure.interval!;
    const said = isSure(figure) ? 'above' : 'not surely above';
    return `${figure.name} ${rounded(figure.value)} (${rounded(low)} to ${rounded(high)}) is ${said} ${figure.withoutSkill ?? 0}.`;
  });
  if (!drawn.every(isSure)) {
    return { edge: 'none', sentence: 'No edge: it does not surely answer better than the yardstick.', reasons };
  }
  const sentence = 'It answers better than the yardstick; whether that pays its costs has not been judged.';
  return { edge: 'weak', sentence, reasons };
}

const rounded = (value: number): string => value.toFixed(Math.abs(value) < 0.1 ? 4 : 3);

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function spanOf(use: ModelReport['spans'][number]['use'], set: DataSet): ModelReport['spans'][number] {
  const times = [...set.askedMs];
  return {
    use,
    fromMs: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    toMs: times.reduce((a, b) => Math.max(a, b), 0),
    samples: times.length,
    effectiveSamples: Math.round(effectiveSamples(set)),
  };
}
