import { z } from 'zod';
import { MANDATE_REFUSALS } from '../../engine/approval/mandate.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { RunColumns } from '../backtest/bar-run.ts';
import { barTimes } from '../backtest/bar-times.ts';
import { isReason, TRADE_FIELDS } from '../backtest/trade-log.ts';
import type { Steps, StrategyAnswer, StrategyGround, StrategyJob } from '../workers/strategy-jobs.ts';
import type { HandSaid } from '../workers/worker-crew.ts';
import { outlineSchema } from './outline-schema.ts';

/** What an answer about a ground may speak of. */
export interface GroundSize {
  /** Points of equity of a run. */
  readonly points: number;
  readonly instruments: number;
}

export const groundSize = ({ markets }: StrategyGround): GroundSize => ({
  points: barTimes(markets).length,
  instruments: markets.length,
});

interface BadAnswer {
  readonly kind: 'bad-answer';
  /** What is wrong and where, without a stop. */
  readonly message: string;
}

type Checked<T> = Result<T, BadAnswer>;
const bad = (message: string): Checked<never> => fail({ kind: 'bad-answer', message });

const TEXT_MAX = 2_000;
/** Over so many bars nobody trades more often. */
const TRADES_MAX = 4_000_000;
const DAYS_MAX = 100_000;
const CODE_FILES_MAX = 200;

const text = z.string().max(TEXT_MAX);
const count = z.int().nonnegative();
/** A ratio without a value is NaN. */
const ratio = z.union([z.number(), z.nan(), z.literal(Number.POSITIVE_INFINITY), z.literal(Number.NEGATIVE_INFINITY)]);
const column = z.instanceof(Float64Array);
const costs = z.strictObject({ fees: z.number(), slippage: z.number(), funding: z.number(), borrow: z.number() });
const refused = z.strictObject({ tooSmall: count, noMoney: count, noShorts: count, letGo: count });
const finite = (values: Float64Array): boolean => firstBad(values, Number.isFinite) === -1;

const runSchema = z.strictObject({
  tradeRows: column,
  equityQuote: column,
  barsInMarket: count,
  fills: count,
  costs,
  refused,
  mandate: z.strictObject({ signed: count, refused: z.map(z.enum(MANDATE_REFUSALS), count) }).optional(),
});
const evaluationSchema = z
  .strictObject({
    figures: z.strictObject({
      returnPct: z.number(),
      sharpe: ratio,
      maxDrawdownPct: z.number(),
      turnoverPerYear: ratio,
      trades: count,
    }),
    day: z.instanceof(Int32Array),
    returns: column.refine(finite, 'has a return that is no number'),
  })
  .refine(({ day, returns }) => day.length === returns.length && day.length <= DAYS_MAX, 'days and returns differ');
const sweepResult = z.strictObject({ finalEquity: z.number(), trades: count, fills: count, fees: z.number() });

const interval = z.strictObject({ value: ratio, low: ratio, high: ratio, shareBelowZero: ratio });
const intervals = z.record(z.string().max(60), interval);
const tone = z.enum(['good', 'doubtful', 'bad']);
const figure = z.union([text, ratio, z.null()]);
const judgementSchema = z.strictObject({
  verdict: z.strictObject({
    kind: z.enum(['void', 'not-enough', 'no-edge', 'doubtful', 'worth-paper']),
    tone,
    sentence: text,
    reasons: z.array(z.object({ code: text, tone, text }).catchall(figure)).max(50),
  }),
  returns: z.strictObject({ method: z.enum(['stationary', 'circular']), blockLength: ratio, figures: intervals }),
  trades: z.strictObject({ shuffled: intervals, redrawn: intervals }).nullable(),
  deflated: z.record(z.string().max(60), figure),
  overfitting: z.strictObject({ probability: ratio, trials: count }).nullable(),
});

const instrument = z.int().min(0).max(49);
const bracket = { stop: z.number().positive().optional(), target: z.number().positive().optional() };
const wish = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exit') }),
  z.strictObject({
    kind: z.literal('enter'),
    direction: z.enum(['long', 'short']),
    entry: z.union([
      z.strictObject({ qty: z.number().positive(), ...bracket }),
      z.strictObject({ share: z.number(), ...bracket }),
    ]),
  }),
]);

const resting = z.strictObject({ qty: z.number().positive(), price: z.number().positive() });
const rests = z.strictObject({ buy: resting.optional(), sell: resting.optional() });

const answers = {
  describe: z.strictObject({
    kind: z.literal('describe'),
    outline: outlineSchema,
    code: z.array(text).max(CODE_FILES_MAX),
  }),
  fit: z.strictObject({ kind: z.literal('fit'), conflict: text.nullable() }),
  backtest: z.strictObject({ kind: z.literal('backtest'), run: runSchema }),
  evaluate: z.strictObject({ kind: z.literal('evaluate'), evaluation: evaluationSchema.nullable() }),
  ticks: z.strictObject({ kind: z.literal('ticks'), run: runSchema, openTimeMs: column }),
  hear: z.strictObject({
    kind: z.literal('hear'),
    isWarm: z.boolean(),
    hearsMarket: z.boolean(),
    wishes: z.array(z.strictObject({ instrument, wish: wish.nullable(), rests: rests.optional() })).max(50),
  }),
  sweep: z.strictObject({ kind: z.literal('sweep'), results: z.array(sweepResult.nullable()) }),
  judge: z.strictObject({ kind: z.literal('judge'), judgement: judgementSchema }),
  study: z.strictObject({
    kind: z.literal('study'),
    run: runSchema,
    exposureShare: column.refine(finite, 'has a share that is no number'),
    judgement: judgementSchema,
  }),
} satisfies Record<StrategyJob['kind'], z.ZodType>;

const otherSaid = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failed'), text }),
  z.strictObject({ kind: z.literal('progress'), progress: z.strictObject({ done: count, total: count }) }),
]);

/** What a sandbox says while it is at a job: ours to believe, or what is wrong with it. */
export function checkSaid(
  message: unknown,
  job: StrategyJob,
  ground: GroundSize,
): Checked<HandSaid<StrategyAnswer, Steps>> {
  const isAnswer = z.looseObject({ kind: z.literal('answer') }).safeParse(message).success;
  if (!isAnswer) {
    const read = otherSaid.safeParse(message);
    return read.success ? ok(read.data) : bad(sentenceOf(read.error));
  }
  const schema = z.strictObject({ kind: z.literal('answer'), answer: answers[job.kind] });
  const read = schema.safeParse(message);
  if (!read.success) return bad(sentenceOf(read.error));
  const answer = read.data.answer as StrategyAnswer;
  const problem = problemOf(answer, job, ground);
  return problem === null ? ok({ kind: 'answer', answer }) : bad(problem);
}

function problemOf(answer: StrategyAnswer, job: StrategyJob, ground: GroundSize): string | null {
  if (answer.kind === 'backtest' || answer.kind === 'study') return runProblem(answer.run, ground);

  if (answer.kind === 'ticks') {
    const { run, openTimeMs } = answer;
    if (firstBad(openTimeMs, Number.isInteger) !== -1) return 'a time of a bar that is none';
    return runProblem(run, { points: openTimeMs.length, instruments: 1 });
  }
  if (answer.kind === 'hear' && job.kind === 'hear') {
    const other = answer.wishes.find(({ instrument: at }) => at >= job.held.length);
    return other === undefined ? null : `it wants something of instrument ${other.instrument} of ${job.held.length}`;
  }
  if (answer.kind === 'sweep' && job.kind === 'sweep' && answer.results.length !== job.settings.length)
    return `${answer.results.length} results of ${job.settings.length} settings`;
  return null;
}

/** Whether a run can be of this ground. */
export function runProblem({ tradeRows, equityQuote }: RunColumns, ground: GroundSize): string | null {
  const { points } = ground;
  if (equityQuote.length !== points) return `${equityQuote.length} points of equity over ${points} bars`;
  const bar = firstBad(equityQuote, Number.isFinite);
  if (bar >= 0) return `its equity at bar ${bar + 1} is ${equityQuote[bar]}`;
  if (tradeRows.length % TRADE_FIELDS !== 0 || tradeRows.length > TRADES_MAX * TRADE_FIELDS)
    return `${tradeRows.length / TRADE_FIELDS} trades`;
  for (let at = 0; at < tradeRows.length; at += TRADE_FIELDS) {
    if (!isTrade(tradeRows.subarray(at, at + TRADE_FIELDS), ground))
      return `its trade ${at / TRADE_FIELDS + 1} is none`;
  }
  return null;
}

function isTrade(row: Float64Array, { points, instruments }: GroundSize): boolean {
  const [instrument, entryBar, exitBar, qty, entryPrice, exitPrice, , , reason] = row as unknown as readonly number[];
  return (
    finite(row) &&
    Number.isInteger(instrument) &&
    instrument! >= 0 &&
    instrument! < instruments &&
    Number.isInteger(entryBar) &&
    Number.isInteger(exitBar) &&
    entryBar! >= 0 &&
    entryBar! <= exitBar! &&
    exitBar! < points &&
    qty !== 0 &&
    entryPrice! > 0 &&
    exitPrice! > 0 &&
    isReason(reason!)
  );
}

/** -1 where all are good. */
function firstBad(values: Float64Array, isGood: (value: number) => boolean): number {
  for (let at = 0; at < values.length; at += 1) if (!isGood(values[at]!)) return at;
  return -1;
}

function sentenceOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return `${issue?.path.join('.') || 'it'} ${issue?.message ?? ''}`.trim().slice(0, TEXT_MAX);
}
