import type { Result } from '../../engine/domain/result.ts';
import { ok } from '../../engine/domain/result.ts';
import type { ModelOutline } from '../onnx/model-outline.ts';
import { MODEL_INPUT } from '../onnx/output-head.ts';
import { InferenceSession, Tensor } from '../onnx-runtime.ts';
import type { ChosenPorts } from './choose-ports.ts';
import { type Unfit, unfit } from './unfit.ts';
import { type Reading, SAID, trialModel } from './wrap-model.ts';

/** What the person says of the answer; null for what can be seen from it. */
export interface ToldAnswer {
  readonly classIndex: number | null;
  readonly isOfNo: boolean;
}

/** What a graph answered to some rows. */
export interface Said {
  /** Of the whole answer, rows first. */
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** Of classes' probabilities, from one. */
const SUM_OFF_MAX = 1e-2;
/** Of the same row asked alone and among others. */
const ALONE_OFF_MAX = 1e-3;
const WIDTH_MAX = 256;

/**
 * Runs the graph on a few rows, to see what it answers, and finds the probability in it.
 * @param rows of the set's features, each of a whole window where it takes windows; two at least
 */
export async function tryModel(
  outline: ModelOutline,
  ports: ChosenPorts,
  rows: readonly Float32Array[],
  told: ToldAnswer,
): Promise<Result<Reading, Unfit>> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(trialModel(outline, ports), OPTIONS);
  } catch (error) {
    return unfit(`the runtime cannot read it: ${firstLine(error)}`);
  }
  try {
    const asked = ports.batch === 'one' ? rows.slice(0, 1) : rows;
    const all = await ask(session, ports, asked);
    const reading = readingOf(all, asked.length, told, { output: ports.text.output, classNames: ports.classNames });
    if (!reading.ok || asked.length === 1) return reading;
    const alone = await ask(session, ports, asked.slice(-1));
    const width = all.values.length / asked.length;
    const off = alone.values.some((value, k) => !(Math.abs(value - all.values.at(k - width)!) <= ALONE_OFF_MAX));
    return off || alone.values.length !== width
      ? unfit(
          'it answers a row otherwise when it is asked about others beside it: each row has to be answered by itself',
        )
      : reading;
  } catch (error) {
    return unfit(`it cannot answer ${rows.length} rows of ${ports.features} features: ${firstLine(error)}`);
  } finally {
    await session.release();
  }
}

const OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 4,
} as const;

async function ask(session: InferenceSession, ports: ChosenPorts, rows: readonly Float32Array[]): Promise<Said> {
  const { windowBars, features } = ports;
  const cells = new Float32Array(rows.length * (windowBars ?? 1) * features);
  for (const [at, row] of rows.entries()) cells.set(row, at * row.length);
  const dims = [rows.length, ...(windowBars === null ? [] : [windowBars]), features];
  const { [SAID]: said } = await session.run({ [MODEL_INPUT]: new Tensor('float32', cells, dims) });
  if (!said) throw new Error('it gave no answer');
  return { dims: said.dims, values: (said.data as Float32Array).slice() };
}

/** What the file says of its answer. */
interface Answer {
  /** As sentences name it. */
  readonly output: string;
  readonly classNames: readonly string[];
}

/** Where in an answer the probability is. */
export function readingOf(said: Said, rows: number, told: ToldAnswer, answer: Answer): Result<Reading, Unfit> {
  const { dims, values } = said;
  const { output } = answer;
  const width = values.length / rows;
  const shape = `[${dims.join(', ')}] for ${rows === 1 ? 'one row' : `${rows} rows`}`;
  const isRowByRow = dims[0] === rows || (dims.length === 0 && rows === 1);
  const isOneLine = dims.length < 2 || dims.at(-1) === width;
  if (!isRowByRow || !isOneLine || width < 1 || width > WIDTH_MAX)
    return unfit(`its output ${output} is ${shape}, expected [rows], [rows, 1] or [rows, classes]`);
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) return unfit(`its output ${output} is ${bad} for a row of real candles, and no number`);
  const out = values.find((value) => value < 0 || value > 1);
  if (out !== undefined)
    return unfit(`its output ${output} says ${short(out)}, and ${whyNoProbability(values, width)}`);
  const at = placeOf(width, told.classIndex, answer);
  if (!at.ok) return at;
  const sum = sumFurthestFromOne(values, width);
  if (width > 1 && Math.abs(sum - 1) > SUM_OFF_MAX) {
    const columns = rows > 1 && Math.abs(sumFurthestFromOne(turned(values, width), rows) - 1) <= SUM_OFF_MAX;
    return unfit(
      columns
        ? `its output ${output} sums up to 1 over the rows, and probabilities over the classes of each: its Softmax is of the wrong axis (dim=1 is right)`
        : `the ${width} numbers of its output ${output} sum up to ${short(sum)}, and probabilities of classes to 1: they need a Softmax before it is exported`,
    );
  }
  return ok({ rank: dims.length, width, at: at.value, isOfNo: told.isOfNo });
}

function whyNoProbability(values: Float32Array, width: number): string {
  const areLogs = width > 1 && Math.abs(sumFurthestFromOne(values.map(Math.exp), width) - 1) <= SUM_OFF_MAX;
  if (areLogs) return 'these are logarithms of probabilities: export it with a Softmax in place of its LogSoftmax';
  return 'a probability lies between 0 and 1: a score or log-odds needs a Sigmoid, or a Softmax of several classes, before it is exported, and in place of a regression a classifier';
}

/** Of two classes the second is the yes, as tools number them; what their names mean only a person knows. */
function placeOf(width: number, told: number | null, { output, classNames }: Answer): Result<number, Unfit> {
  if (told !== null)
    return told < width
      ? ok(told)
      : unfit(`its output ${output} has ${width} numbers a row, and none is number ${told}, counted from 0`);
  if (width > 1 && classNames.length === width)
    return unfit(`its classes are called ${classNames.join(', ')}: say which is the yes, counted from 0`);
  if (width <= 2) return ok(width - 1);
  return unfit(`its output ${output} has ${width} classes: say which is the yes, counted from 0`);
}

/** Columns for rows. */
const turned = (values: Float32Array, width: number): Float32Array =>
  values.map((_, i) => values[(i % (values.length / width)) * width + Math.floor(i / (values.length / width))]!);

function sumFurthestFromOne(values: Float32Array, width: number): number {
  let furthest = 1;
  for (let from = 0; from < values.length; from += width) {
    const sum = values.subarray(from, from + width).reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > Math.abs(furthest - 1)) furthest = sum;
  }
  return furthest;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
const firstLine = (error: unknown): string =>
  ((error as Error).message ?? String(error)).split('\n')[0]!.slice(0, 300).replace(/\.$/, '');
