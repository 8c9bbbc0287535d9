import type { Result } from '../../engine/domain/result.ts';
import { ok } from '../../engine/domain/result.ts';
import type { ModelOutline } from '../onnx/model-outline.ts';
import { MODEL_INPUT } from '../onnx/output-head.ts';
import { InferenceSession, Tensor } from '../onnx-runtime.ts';
import { type ChosenPorts, type Unfit, unfit } from './choose-ports.ts';
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
    const reading = readingOf(all, asked.length, told, ports.text.output);
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

/**
 * Where in an answer the probability is.
 * @param output as sentences name it
 */
export function readingOf(said: Said, rows: number, told: ToldAnswer, output: string): Result<Reading, Unfit> {
  const { dims, values } = said;
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
    return unfit(
      `its output ${output} says ${short(out)}, and a probability lies between 0 and 1: a score or log-odds needs a Sigmoid, or a Softmax of several classes, before it is exported`,
    );
  const at = placeOf(width, told.classIndex, output);
  if (!at.ok) return at;
  const sum = sumFurthestFromOne(values, width);
  if (width > 1 && Math.abs(sum - 1) > SUM_OFF_MAX)
    return unfit(
      `the ${width} numbers of its output ${output} sum up to ${short(sum)}, and probabilities of classes to 1: they need a Softmax before it is exported`,
    );
  return ok({ rank: dims.length, width, at: at.value, isOfNo: told.isOfNo });
}

/** Of two classes the second is the yes, as tools number them. */
function placeOf(width: number, told: number | null, output: string): Result<number, Unfit> {
  if (told !== null)
    return told < width
      ? ok(told)
      : unfit(`its output ${output} has ${width} numbers a row, and none is number ${told}, counted from 0`);
  if (width <= 2) return ok(width - 1);
  return unfit(`its output ${output} has ${width} classes: say which is the yes, counted from 0`);
}

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
