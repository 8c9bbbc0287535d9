import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { type ModelOutline, type Port, shapeText } from '../onnx/model-outline.ts';

/** Why a model that was made elsewhere cannot be taken in, in one sentence that says what to do. */
export interface Unfit {
  readonly kind: 'unfit';
  readonly text: string;
}

export const unfit = (text: string): { readonly ok: false; readonly error: Unfit } => fail({ kind: 'unfit', text });

/** What the person says of the graph's ports; null where the file is to say it. */
export interface ToldPorts {
  readonly input: string | null;
  readonly output: string | null;
  /** Names of features, in the order of the model's columns; null for those of the set, in its order. */
  readonly columns: readonly string[] | null;
  readonly windowBars: number | null;
}

/** How our features get into the graph, and which of its values is to be read. */
export interface ChosenPorts {
  readonly input: { readonly name: string; readonly element: InputElement };
  /** Rows that the graph takes at once: any number, or one. */
  readonly batch: 'any' | 'one';
  /** Null where it takes rows, not windows. */
  readonly windowBars: number | null;
  /** Features of the set. */
  readonly features: number;
  /** Of each of the model's columns its place in the set; null where they are the set's own, in its order. */
  readonly columns: readonly number[] | null;
  /** The value to be read, by the file's own name. */
  readonly output: string;
  /** As the file states them, for people. */
  readonly text: { readonly input: string; readonly output: string };
}

const INPUT_ELEMENTS = ['float32', 'float64', 'float16'] as const;
export type InputElement = (typeof INPUT_ELEMENTS)[number];

/** Older operators mean other things by the same names. */
const OPSET_MIN = 9;
const WINDOW_BARS_MAX = 512;

const namesOf = (ports: readonly Port[]): string =>
  ports.map((port) => `${port.name} ${shapeText(port)}`).join(', ') || 'none';

/** @param features of the set, in its order */
export function choosePorts(
  outline: ModelOutline,
  setName: string,
  features: readonly string[],
  told: ToldPorts,
): Result<ChosenPorts, Unfit> {
  if (outline.opset < OPSET_MIN)
    return unfit(`it uses version ${outline.opset} of the operators: export it with version ${OPSET_MIN} or later`);
  const input = inputOf(outline, told.input);
  if (!input.ok) return input;
  const output = outputOf(outline, told.output);
  if (!output.ok) return output;
  const columns = columnsOf(setName, features, told.columns);
  if (!columns.ok) return columns;
  const shape = shapeOf(input.value, columns.value?.length ?? features.length, setName, told);
  if (!shape.ok) return shape;
  const { name, element } = input.value;
  return ok({
    input: { name, element: element as InputElement },
    ...shape.value,
    features: features.length,
    columns: columns.value,
    output: outline.unzipped.get(output.value.name) ?? output.value.name,
    text: {
      input: `${name} ${shapeText(input.value)}`,
      output: `${output.value.name} ${shapeText(output.value)}`,
    },
  });
}

function inputOf({ inputs }: ModelOutline, told: string | null): Result<Port, Unfit> {
  if (inputs.length !== 1)
    return unfit(
      `it takes ${inputs.length} inputs (${namesOf(inputs)}), and is given one table of features: export it with one`,
    );
  const input = inputs[0] as Port;
  if (told !== null && told !== input.name) return unfit(`it has no input ${told}: ${namesOf(inputs)}`);
  if (input.dims !== null && INPUT_ELEMENTS.some((each) => each === input.element)) return ok(input);
  return unfit(`its input ${input.name} is ${shapeText(input)}, and features are numbers: float32[rows, features]`);
}

/** The one that is told; else the only one that can hold probabilities: what is whole numbers is a class. */
function outputOf({ outputs, unzipped }: ModelOutline, told: string | null): Result<Port, Unfit> {
  const able = outputs.filter(
    ({ name, element }) => INPUT_ELEMENTS.some((each) => each === element) || unzipped.has(name),
  );
  const chosen = told === null ? able : outputs.filter(({ name }) => name === told);
  const [output] = chosen;
  if (told !== null && output === undefined) return unfit(`it has no output ${told}: ${namesOf(outputs)}`);
  if (output === undefined)
    return unfit(
      `none of its outputs can be a probability (${namesOf(outputs)}): export one as float32[rows, classes]`,
    );
  if (chosen.length > 1) return unfit(`several of its outputs may be the probability, say which: ${namesOf(able)}`);
  if (able.includes(output)) return ok(output);
  return unfit(
    `its output ${output.name} is ${shapeText(output)}, and no probability: export one as float32[rows, classes]`,
  );
}

function columnsOf(
  setName: string,
  features: readonly string[],
  told: readonly string[] | null,
): Result<readonly number[] | null, Unfit> {
  if (told === null) return ok(null);
  const unknown = told.find((name) => !features.includes(name));
  if (unknown !== undefined) return unfit(`feature set ${setName} has no feature ${unknown}`);
  const twice = told.find((name, at) => told.indexOf(name) !== at);
  if (twice !== undefined) return unfit(`${twice} is named twice among its columns`);
  const isWhole = told.length === features.length && told.every((name, at) => name === features[at]);
  return ok(isWhole ? null : told.map((name) => features.indexOf(name)));
}

/** Rows `[N, F]` or windows `[N, T, F]`. */
function shapeOf(
  port: Port,
  width: number,
  setName: string,
  told: ToldPorts,
): Result<Pick<ChosenPorts, 'batch' | 'windowBars'>, Unfit> {
  const dims = port.dims ?? [];
  const named =
    told.columns === null
      ? `feature set ${setName} has ${width}`
      : `${width} ${width === 1 ? 'column is' : 'columns are'} named`;
  const is = `its input ${port.name} is ${shapeText(port)}`;
  if (dims.length !== 2 && dims.length !== 3)
    return unfit(`${is}, expected [rows, features] or [rows, candles, features]`);
  const [rows, columns] = [dims[0], dims.at(-1)];
  if (typeof columns === 'number' && columns !== width)
    return unfit(`${is}: it takes ${columns} columns, and ${named}`);
  if (typeof rows === 'number' && rows !== 1)
    return unfit(`${is}: it takes ${rows} rows at once and no other number, export it with an open first size`);
  const batch = rows === 1 ? 'one' : 'any';
  if (dims.length === 2) {
    if (told.windowBars === null || told.windowBars === 1) return ok({ batch, windowBars: null });
    return unfit(`${is}: it takes one candle a row, not ${told.windowBars}`);
  }
  const bars = typeof dims[1] === 'number' ? dims[1] : told.windowBars;
  if (bars === null) return unfit(`${is}: how many candles it looks at is open, say how many`);
  if (told.windowBars !== null && told.windowBars !== bars)
    return unfit(`${is}: it looks at ${bars} candles, not ${told.windowBars}`);
  if (bars > WINDOW_BARS_MAX) return unfit(`${is}: ${WINDOW_BARS_MAX} candles are the most that are kept`);
  return ok({ batch, windowBars: bars });
}
