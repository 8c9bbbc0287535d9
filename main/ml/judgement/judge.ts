import { combinatorialFolds } from '../../lab/splits/combinatorial-folds.ts';
import { purgedFolds } from '../../lab/splits/purged-folds.ts';
import type { Split } from '../../lab/splits/split.ts';
import { walkForward } from '../../lab/splits/walk-forward.ts';
import { type DataSet, selectSamples } from '../datasets/data-set.ts';
import { outputCount, type Task } from '../families/task.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import {
  type BootstrapOptions,
  bootstrapByBlock,
  dayBlocks,
  type Estimate,
  weightedMean,
} from '../training/block-bootstrap.ts';
import { calibrateAcrossFolds } from './calibrate.ts';
import { type EventFigures, eventFigures } from './event-figures.ts';
import { type IntervalFigures, intervalFigures } from './interval-figures.ts';
import { leaningOf } from './leaning.ts';
import { lossOf, naiveAnswer } from './losses.ts';
import { type NetOfCosts, netOfCosts } from './net-of-costs.ts';
import {
  answerFolds,
  type FoldAnswers,
  type FoldWatch,
  mergeFolds,
  type OutOfFold,
  type Subject,
} from './out-of-fold.ts';
import { pathAucs } from './path-aucs.ts';
import { riseProbabilities, riseSet } from './rise.ts';
import { judgeSelection, type Selection, type Tried } from './selection.ts';
import { judgeVerdict, type Verdict } from './verdict.ts';

export type Protocol =
  | { readonly kind: 'purged-folds'; readonly folds: number }
  | { readonly kind: 'walk-forward'; readonly trainingMs: number; readonly testMs: number }
  | { readonly kind: 'combinatorial'; readonly groups: number; readonly testGroups: number };

export interface JudgePlan extends FoldWatch {
  readonly protocol: Protocol;
  /** Kept free around what is tested: at least the longest label or feature. */
  readonly embargoMs: number;
  /** Judges the chance of a rise that follows from answers about a move, in place of these (`saysRise`). */
  readonly asRise?: boolean;
  /** Move of each sample's price to its answer (`movesOf`); null where nothing can be traded on the answers. */
  readonly moves: Float64Array | null;
  /** Share of the surest answers that are traded, and what a round trip costs. */
  readonly tradedShare: number;
  readonly feeBpsRoundTrip: number;
  readonly tried: Tried;
  readonly resamples: number;
}

/** How a model did on what it had not seen. */
export interface Judgement {
  readonly protocol: Protocol;
  readonly folds: number;
  /** From the first question asked to the last one answered, UTC. */
  readonly testedFromMs: number;
  readonly testedToMs: number;
  readonly samples: number;
  /** Samples that share no bar: as many independent events. */
  readonly effectiveSamples: number;
  readonly loss: number;
  readonly naiveLoss: number;
  /** Of the naive loss less the model's, per sample; the interval resamples whole days. */
  readonly lossGain: Estimate;
  /** Of the move itself, where the chance of a rise was judged. */
  readonly move: Pick<Judgement, 'loss' | 'naiveLoss' | 'lossGain'> | null;
  /** Of a question with two answers. */
  readonly event: EventFigures | null;
  /** Of quantiles. */
  readonly intervals: IntervalFigures | null;
  readonly net: NetOfCosts | null;
  readonly selection: Selection;
  /** What the shipped graph does to raw answers. */
  readonly map: OutputMap;
  /** AUC of each path through all groups, ascending; of the combinatorial protocol. */
  readonly pathAucs: readonly number[] | null;
  readonly verdict: Verdict;
}

/** Answers every sample out of fold, calibrates across folds and judges what comes out. The same inputs give the same judgement. */
export async function judge(subject: Subject, set: DataSet, plan: JudgePlan): Promise<Judgement> {
  if (set.targetNames.length !== 1) {
    throw new RangeError(`one question at a time is judged, not ${set.targetNames.join(', ')}`);
  }
  // Walking forward nothing that came later may say how an answer is read.
  const earlierOnly = plan.protocol.kind === 'walk-forward';
  const folds = foldsOf(set, plan.protocol, plan.embargoMs);
  const said = await answerFolds(subject, set, folds, plan.embargoMs, plan);
  const own: Asked = { task: subject.task, set, said };
  const asked = plan.asRise === true ? rises(own) : own;
  const answered = mergeFolds(asked, asked.set, asked.said);
  if (answered.indices.length === 0) throw new RangeError('no sample was left to be tested');
  const tested = selectSamples(asked.set, answered.indices);
  const effectiveSamples = separate(tested).length;
  const { answers, map } = mapAnswers(asked, tested, answered, effectiveSamples, earlierOnly);
  const bootstrap = { resamples: plan.resamples, seed: subject.seed };
  const gain = gainOf(asked, folds, { ...answered, answers }, bootstrap);
  const ownAnswered = asked === own ? answered : mergeFolds(own, set, said);
  const event = asked.task.kind === 'binary' ? eventFigures(tested, answers, separate(tested), bootstrap) : null;
  const leaning = leaningOf(asked.task, answers);
  const net =
    plan.moves === null || leaning === null
      ? null
      : netOfCosts(set, answered.indices, leaning, plan.moves, plan.tradedShare, plan.feeBpsRoundTrip);
  const selection = judgeSelection(net?.daily ?? { fromDay: 0, returns: new Float64Array(0) }, plan.tried);
  return {
    protocol: plan.protocol,
    folds: folds.length,
    testedFromMs: tested.askedMs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    testedToMs: tested.knownMs.reduce((a, b) => Math.max(a, b), 0),
    samples: tested.rowOf.length,
    effectiveSamples,
    ...gain,
    move: asked === own ? null : gainOf(own, folds, ownAnswered, bootstrap),
    event,
    intervals: intervalFigures(own.task, selectSamples(set, ownAnswered.indices), ownAnswered, earlierOnly),
    net,
    selection,
    map,
    pathAucs:
      plan.protocol.kind === 'combinatorial' && event !== null ? pathAucs(asked.set, plan.protocol, asked.said) : null,
    verdict: judgeVerdict(gain.lossGain, event?.auc ?? null, net, selection),
  };
}

/** A question, the samples it is asked of, and what each fold said. */
interface Asked {
  readonly task: Task;
  readonly set: DataSet;
  readonly said: readonly FoldAnswers[];
}

const rises = ({ task, set, said }: Asked): Asked => ({
  task: { kind: 'binary' },
  set: riseSet(set),
  said: said.map(({ indices, answers }) => ({ indices, answers: riseProbabilities(task, answers) })),
});

/** Losses of the answers beside those of what training alone would have one always say. */
function gainOf(
  { task, set }: Asked,
  folds: readonly Split[],
  answered: OutOfFold,
  bootstrap: BootstrapOptions,
): Pick<Judgement, 'loss' | 'naiveLoss' | 'lossGain'> {
  const { targets, askedMs } = selectSamples(set, answered.indices);
  const { answers, foldOf } = answered;
  const width = outputCount(task);
  const naive = naiveByFold(task, set, folds, answered);
  const losses = Float64Array.from(targets, (target, i) => lossOf(task, answers, i * width, target));
  const naiveLosses = Float64Array.from(targets, (target, i) => lossOf(task, naive[foldOf[i]!]!, 0, target));
  const gains = naiveLosses.map((loss, i) => loss - losses[i]!);
  const { blockOf, blockCount } = dayBlocks(askedMs);
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    loss: mean(losses),
    naiveLoss: mean(naiveLosses),
    lossGain: bootstrapByBlock(blockOf, blockCount, (times) => weightedMean(gains, times), bootstrap),
  };
}

/** What is tested by what was learnt from. */
export function foldsOf(set: DataSet, protocol: Protocol, embargoMs: number): readonly Split[] {
  switch (protocol.kind) {
    case 'purged-folds':
      return purgedFolds(set, protocol.folds, embargoMs);
    case 'walk-forward':
      return walkForward(set, {
        kind: 'anchored',
        trainingMs: protocol.trainingMs,
        testMs: protocol.testMs,
        embargoMs,
      });
    case 'combinatorial':
      return combinatorialFolds(set, protocol.groups, protocol.testGroups, embargoMs).splits;
  }
}

/** Samples that share no bar with another of their instrument, in order of time. */
function separate({ askedMs, knownMs, instrumentOf }: DataSet): Int32Array {
  const freeFromMs = new Map<number, number>();
  return Int32Array.from(askedMs.keys()).filter((i) => {
    const instrument = instrumentOf[i]!;
    if (askedMs[i]! < (freeFromMs.get(instrument) ?? Number.NEGATIVE_INFINITY)) return false;
    freeFromMs.set(instrument, knownMs[i]!);
    return true;
  });
}

/** The answers as the shipped graph would give them, each mapped by what other folds showed. */
function mapAnswers(
  { task }: Asked,
  tested: DataSet,
  { answers, foldOf }: OutOfFold,
  events: number,
  earlierOnly: boolean,
) {
  if (task.kind !== 'binary') return { answers, map: { kind: 'none' } as const };
  const labels = Uint8Array.from(tested.targets);
  const { calibrated, map } = calibrateAcrossFolds(
    Float64Array.from(answers),
    labels,
    tested.weights,
    foldOf,
    events,
    earlierOnly,
  );
  return { answers: Float32Array.from(calibrated), map };
}

/** What each fold's training samples would have one say of any sample. */
function naiveByFold(task: Task, set: DataSet, folds: readonly Split[], { foldOf }: OutOfFold): readonly number[][] {
  const used = new Set(foldOf);
  return folds.map(({ training }, fold) =>
    used.has(fold) ? naiveAnswer(task, selectSamples(set, training).targets) : [],
  );
}
