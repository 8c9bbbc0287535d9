import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { TaskKind } from '../families/task.ts';
import { inHalfPrecision } from '../onnx/half-precision.ts';
import { MODEL_INPUT, OUTPUT_NAMES } from '../onnx/output-head.ts';
import { InferenceSession, RUNTIME, type SessionOptions, Tensor } from '../onnx-runtime.ts';
import { type GpuWay, wayName } from '../providers/provider.ts';
import { gpuProviders } from '../providers/runtime-gpus.ts';

/** What a model said about one row: as it was learnt, and as it is to be believed; as many numbers as it has outputs. */
export interface ModelAnswer {
  readonly raw: readonly number[];
  readonly answer: readonly number[];
}

/** What a model answers: what its outputs are called, how many numbers they hold, and whether these are probabilities. */
export interface AnswerShape {
  readonly task: TaskKind;
  readonly outputs: number;
}

const ONE_PROBABILITY: AnswerShape = { task: 'binary', outputs: 1 };

export interface SessionError {
  readonly kind: 'unreadable' | 'shape' | 'bad-input' | 'bad-output' | 'runtime';
  readonly message: string;
}

export interface ModelSession {
  /** `wasm` where there is no native library; of a GPU its name (`wayName`), and nodes that have no kernel there run on the processor. */
  readonly provider: string;
  /** Rows that it takes at once. */
  readonly rowsMax: number;
  /** Candles that one answer looks at: a row is the features of so many, oldest first. */
  readonly windowBars: number;
  /**
   * One answer or error for each row, in their order. NaN and infinities are refused on both sides; a row that is refused
   * costs the others nothing.
   */
  runRows(rows: readonly (readonly number[])[]): Promise<Result<ModelAnswer, SessionError>[]>;
  /** One row in, one answer out. */
  run(features: readonly number[]): Promise<Result<ModelAnswer, SessionError>>;
  /** Frees native memory; no `run` may be under way and none may follow. */
  release(): Promise<void>;
}

/** As many instruments may close a candle at once; more rows go in further runs. */
export const ROWS_MAX = 64;

/** One thread and no arena: measured as fast as the defaults for models this small, with a fraction of the memory. */
const SESSION_OPTIONS: SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 4,
};

/**
 * Opens a model and checks its input and outputs against the number of features its card names.
 * @param way null for the processor
 */
export async function openModelSession(
  model: Uint8Array,
  featureCount: number,
  shape: AnswerShape = ONE_PROBABILITY,
  way: GpuWay | null = null,
): Promise<Result<ModelSession, SessionError>> {
  // The runtime would leave out what it does not know, and not say so.
  if (way !== null && !gpuProviders().includes(way.gpu))
    return fail({ kind: 'unreadable', message: `this build of the runtime knows no ${way.gpu}` });
  const asked = way?.isHalf ? inHalfPrecision(model) : ok(model);
  if (!asked.ok) return fail({ kind: 'unreadable', message: `it stays in single precision: ${asked.error.text}` });
  let session: InferenceSession;
  try {
    const executionProviders = way === null ? ['cpu'] : [way.gpu, 'cpu'];
    session = await InferenceSession.create(asked.value, { ...SESSION_OPTIONS, executionProviders });
  } catch (error) {
    return fail({ kind: 'unreadable', message: `the runtime cannot read it: ${messageOf(error)}` });
  }
  const problem = shapeProblem(session, featureCount, shape.task);
  if (problem !== null) {
    await session.release();
    return fail({ kind: 'shape', message: problem });
  }
  const window: Window = {
    dims: windowDims(session),
    cells: featureCount * windowBars(session),
    bars: windowBars(session),
    rowsAlways: way === null ? 1 : rowsMaxOf(session),
  };
  return ok({
    provider: way ? wayName(way) : RUNTIME.kind === 'wasm' ? 'wasm' : 'cpu',
    rowsMax: rowsMaxOf(session),
    windowBars: window.bars,
    runRows: (rows) => runRows(session, rows, window, shape),
    run: async (row) => (await runRows(session, [row], window, shape))[0] as Result<ModelAnswer, SessionError>,
    release: () => session.release(),
  });
}

function shapeProblem(session: InferenceSession, featureCount: number, task: TaskKind): string | null {
  const [input, ...otherInputs] = session.inputMetadata;
  if (input === undefined || otherInputs.length > 0 || input.name !== MODEL_INPUT) {
    return `inputs are [${session.inputNames.join(', ')}], expected [${MODEL_INPUT}]`;
  }
  const isWindow =
    input.isTensor && input.shape.length === 3 && typeof input.shape[1] === 'number' && input.shape[1] > 0;
  const isRow = input.isTensor && input.shape.length === 2;
  if (!input.isTensor || input.type !== 'float32' || !(isRow || isWindow) || input.shape.at(-1) !== featureCount) {
    const shape = input.isTensor ? `${input.type}[${input.shape.join(', ')}]` : 'not a tensor';
    const window = isRow ? '' : ` or float32[batch, bars, ${featureCount}]`;
    return `input ${MODEL_INPUT} is ${shape}, expected float32[batch, ${featureCount}]${window}`;
  }
  for (const name of Object.values(OUTPUT_NAMES[task])) {
    if (!session.outputNames.includes(name)) return `output ${name} is missing`;
  }
  return null;
}

/** What one row of the input is. */
interface Window {
  readonly bars: number;
  /** Numbers in a row. */
  readonly cells: number;
  /** Shape of a row, as the graph has it. */
  readonly dims: readonly number[];
  /** A run has so many rows at least, of zeros beyond those that are asked: a GPU compiles its kernels anew for another number. */
  readonly rowsAlways: number;
}

/** Without the rows: `[features]`, or `[bars, features]`. */
function windowDims({ inputMetadata: [input] }: InferenceSession): readonly number[] {
  return input?.isTensor ? input.shape.slice(1).map(Number) : [];
}

const windowBars = (session: InferenceSession): number => {
  const dims = windowDims(session);
  return dims.length === 2 ? (dims[0] as number) : 1;
};

/** Exporters may fix the number of rows. */
function rowsMaxOf({ inputMetadata: [input] }: InferenceSession): number {
  const rows = input?.isTensor ? input.shape[0] : undefined;
  return typeof rows === 'number' && rows > 0 ? 1 : ROWS_MAX;
}

/** The sound rows in one run; where that fails, one by one, so that each failure is told of its own row. */
async function runRows(
  session: InferenceSession,
  rows: readonly (readonly number[])[],
  window: Window,
  shape: AnswerShape,
): Promise<Result<ModelAnswer, SessionError>[]> {
  const problems = rows.map((row) => rowProblem(row, window));
  const sound = rows.filter((_, at) => problems[at] === null);
  let answers = sound.length === 0 ? [] : await runBatch(session, sound, window, shape);
  if (sound.length > 1 && answers.some(({ ok: isGood }) => !isGood)) {
    answers = [];
    for (const row of sound) answers.push(...(await runBatch(session, [row], window, shape)));
  }
  const inOrder = answers.values();
  return problems.map((message) =>
    message === null
      ? (inOrder.next().value as Result<ModelAnswer, SessionError>)
      : fail({ kind: 'bad-input', message }),
  );
}

function rowProblem(features: readonly number[], window: Window): string | null {
  const { cells } = window;
  if (features.length !== cells) return lengthProblem(features.length, window);
  const bad = features.findIndex((value) => !Number.isFinite(Math.fround(value)));
  return bad < 0 ? null : `feature ${bad} is ${features[bad]}, not a finite number`;
}

/** Of a window that has begun only lately, the candles are told. */
function lengthProblem(given: number, { cells, bars }: Window): string {
  const perBar = cells / bars;
  if (bars === 1 || given % perBar !== 0) return `${given} features given, ${cells} expected`;
  return `it looks at ${bars} candles, and there are ${given / perBar} yet`;
}

async function runBatch(
  session: InferenceSession,
  rows: readonly (readonly number[])[],
  { cells, dims, rowsAlways }: Window,
  { task, outputs: width }: AnswerShape,
): Promise<Result<ModelAnswer, SessionError>[]> {
  const all = (error: SessionError) => rows.map(() => fail(error));
  const names = OUTPUT_NAMES[task];
  const isShare = task === 'binary' || task === 'multiclass';
  const count = Math.max(rows.length, rowsAlways);
  const input = new Float32Array(count * cells);
  for (const [at, row] of rows.entries()) input.set(row, at * cells);
  try {
    const outputs = await session.run({
      [MODEL_INPUT]: new Tensor('float32', input, [count, ...dims]),
    });
    for (const name of [names.raw, names.mapped]) {
      const given = outputs[name]?.data.length ?? 0;
      if (given === count * width) continue;
      const asked = count === 1 ? 'one row' : `${count} rows`;
      return all({ kind: 'bad-output', message: `output ${name} has ${given} values for ${asked}` });
    }
    const numbersOf = (name: string, at: number): number[] =>
      Array.from({ length: width }, (_, k) => Number(outputs[name]?.data[at * width + k]));
    return rows.map((_, at) => {
      const [raw, answer] = [numbersOf(names.raw, at), numbersOf(names.mapped, at)];
      for (const value of [...raw, ...answer]) {
        if (isShare ? value >= 0 && value <= 1 : Number.isFinite(value)) continue;
        const wanted = isShare ? 'a probability' : 'a number';
        return fail<SessionError>({ kind: 'bad-output', message: `the model answered ${value}, not ${wanted}` });
      }
      return ok({ raw, answer });
    });
  } catch (error) {
    return all({ kind: 'runtime', message: messageOf(error) });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
