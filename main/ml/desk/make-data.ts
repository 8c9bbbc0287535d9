import type { CandleSource } from '../../../preload/lab-contract.ts';
import type { DataPlan } from '../../../preload/models-contract.ts';
import { type CandleColumns, TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { featureSetByName, setThatKnows } from '../../engine/features/feature-sets.ts';
import { type CandleReader, instrumentName, sourceName, spanOf } from '../../lab/workers/read-candles.ts';
import { type Audit, auditDataSet, type BuildDataSet } from '../audit/leakage-audit.ts';
import { type AskedData, buildDataSet, type InstrumentCandles, type Question } from '../datasets/build-data-set.ts';
import { movesAlong } from '../judgement/moves-along.ts';
import { directionOfLabel } from '../labels/direction.ts';
import { labelOf } from './questions.ts';

/** Why there is no data set, in one sentence. */
export interface NoData {
  readonly kind: 'no-data';
  readonly text: string;
}

const none = (text: string): Result<never, NoData> => fail({ kind: 'no-data', text });

/** A data set, what it was made of, and how to look for leaks in its making. */
export interface MadeData extends AskedData {
  readonly instruments: readonly InstrumentCandles[];
  readonly missingBars: readonly number[];
  /** Of price to each answer, the way that a yes says it goes; null where the question is not about a direction. */
  readonly moves: Float64Array | null;
  readonly question: Question;
  audit(): Audit;
}

const AUDIT_SEED = 1;

/** Reads the candles of a plan that was checked and asks its question of every one of them. */
export async function makeData(plan: DataPlan, reader: CandleReader): Promise<Result<MadeData, NoData>> {
  const instruments: InstrumentCandles[] = [];
  const missingBars: number[] = [];
  for (const given of plan.sources) {
    const source: CandleSource = given.kind === 'file' ? given : { ...given, timeframe: plan.timeframe };
    const read = await reader.read(source, plan.fromMs, plan.toMs);
    if (!read.ok) return none(read.error.text);
    const span = spanOf(read.value, sourceName(source));
    if (!span.ok) return none(span.error.text);
    if (span.value.barMs !== TIMEFRAME_MS[plan.timeframe])
      return none(`${sourceName(source)}: its candles are not those of ${plan.timeframe}.`);
    instruments.push({ instrument: instrumentName(source), candles: columnsOf(read.value) });
    missingBars.push(span.value.missingBars);
  }
  const question: Question = {
    timeframe: plan.timeframe,
    // Of candles alone: so the model is asked when it trades, too.
    featureSet: setThatKnows(featureSetByName(plan.featureSet)!, 'candles'),
    label: labelOf(plan.question.kind, plan.question.params),
  };
  const build: BuildDataSet = (from) => buildDataSet(from, question).set;
  try {
    const asked = buildDataSet(instruments, question);
    const audit = (): Audit =>
      auditDataSet(build, instruments, { directionOf: directionOfLabel(question.label), seed: AUDIT_SEED });
    const candles = instruments.map((each) => each.candles);
    const moves = movesAlong(asked.set, candles, question.label);
    return ok({ ...asked, question, instruments, missingBars, moves, audit });
  } catch (error) {
    // Too few candles, or one with a price that is none: the sentence says which.
    if (error instanceof RangeError) return none(`${error.message}.`);
    throw error;
  }
}

/** Plain columns, whatever they are views of. */
const columnsOf = ({ openTimeMs, open, high, low, close, volume }: CandleColumns): CandleColumns => ({
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
});
