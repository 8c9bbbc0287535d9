import { ok, type Result } from '../../engine/domain/result.ts';
import { type ModelOutline, type Port, shapeText } from '../onnx/model-outline.ts';
import { columnNames, type Input, type Inputs, inputsOf, isNumbers, namesOf } from './inputs-of.ts';
import { type Unfit, unfit } from './unfit.ts';

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
  /** One, or one for each of its columns. */
  readonly inputs: readonly Input[];
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
  /** What its classes are called, where they have names and not numbers. */
  readonly classNames: readonly string[];
  /** As the file states them, for people. */
  readonly text: { readonly input: string; readonly output: string };
}

/** Older operators mean other things by the same names. */
const OPSET_MIN = 9;
const WINDOW_BARS_MAX = 512;

/** @param features of the set, in its order */
export function choosePorts(
  outline: ModelOutline,
  setName: string,
  features: readonly string[],
  told: ToldPorts,
): Result<ChosenPorts, Unfit> {
  // A file of trees alone names no version of the operators: it uses none.
  if (outline.opset !== 0 && outline.opset < OPSET_MIN)
    return unfit(`it uses version ${outline.opset} of the operators: export it with version ${OPSET_MIN} or later`);
  const inputs = inputsOf(outline, told.input);
  if (!inputs.ok) return inputs;
  const output = outputOf(outline, told.output);
  if (!output.ok) return output;
  const names = columnNames(inputs.value, told.columns);
  const columns = columnsOf(setName, features, names);
  if (!columns.ok) return columns;
  const width = names?.length ?? features.length;
  const shape = shapeOf(
    inputs.value,
    width,
    names === null ? `feature set ${setName} has ${width}` : named(width),
    told,
  );
  if (!shape.ok) return shape;
  return ok({
    inputs: inputs.value.kind === 'table' ? [inputs.value.input] : inputs.value.inputs,
    ...shape.value,
    features: features.length,
    columns: columns.value,
    output: outline.unzipped.get(output.value.name) ?? output.value.name,
    classNames: outline.classNames,
    text: { input: inputText(inputs.value), output: `${output.value.name} ${shapeText(output.value)}` },
  });
}

const named = (width: number): string => `${width} ${width === 1 ? 'column is' : 'columns are'} named`;

const inputText = (inputs: Inputs): string =>
  inputs.kind === 'table'
    ? `${inputs.port.name} ${shapeText(inputs.port)}`
    : `${inputs.inputs.length} columns by their names, each ${inputs.inputs[0]!.element}[rows, 1]`;

/** Outputs that can hold probabilities: what is whole numbers is a class. */
export const ableOutputs = ({ outputs, unzipped }: ModelOutline): readonly Port[] =>
  outputs.filter((port) => isNumbers(port) || unzipped.has(port.name));

/** The one that is told; else the only one that can hold probabilities. */
function outputOf(outline: ModelOutline, told: string | null): Result<Port, Unfit> {
  const { outputs } = outline;
  const able = ableOutputs(outline);
  const chosen = told === null ? able : outputs.filter(({ name }) => name === told);
  const [output] = chosen;
  if (told !== null && output === undefined) return unfit(`it has no output ${told}: ${namesOf(outputs)}`);
  if (output === undefined)
    return unfit(
      `none of its outputs can be a probability (${namesOf(outputs)}): export the probabilities of its classes, float32[rows, classes]`,
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
  names: readonly string[] | null,
): Result<readonly number[] | null, Unfit> {
  if (names === null) return ok(null);
  const unknown = names.find((name) => !features.includes(name));
  if (unknown !== undefined) return unfit(`feature set ${setName} has no feature ${unknown}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return unfit(`${twice} is named twice among its columns`);
  const isWhole = names.length === features.length && names.every((name, at) => name === features[at]);
  return ok(isWhole ? null : names.map((name) => features.indexOf(name)));
}

/**
 * Rows `[N, F]` or windows `[N, T, F]`.
 * @param given of columns, as sentences say how many there are
 */
function shapeOf(
  inputs: Inputs,
  width: number,
  given: string,
  told: ToldPorts,
): Result<Pick<ChosenPorts, 'batch' | 'windowBars'>, Unfit> {
  const isOneRow = told.windowBars === null || told.windowBars === 1;
  if (inputs.kind === 'columns') {
    if (inputs.inputs.length !== width)
      return unfit(`it takes ${inputs.inputs.length} inputs, a column each, and ${given}`);
    if (!isOneRow) return unfit(`it takes one candle a row, not ${told.windowBars}`);
    return ok({ batch: 'any', windowBars: null });
  }
  const { port } = inputs;
  const dims = port.dims ?? (isOneRow ? ['rows', 'columns'] : ['rows', 'candles', 'columns']);
  const is = `its input ${port.name} is ${shapeText(port)}`;
  if (dims.length !== 2 && dims.length !== 3)
    return unfit(`${is}, expected [rows, features] or [rows, candles, features]`);
  const [rows, columns] = [dims[0], dims.at(-1)];
  if (typeof columns === 'number' && columns !== width)
    return unfit(
      dims.length === 3 && dims[1] === width
        ? `${is}, features before candles: begin it with a transpose, and export it as [rows, candles, features]`
        : `${is}: it takes ${columns} columns, and ${given}`,
    );
  if (typeof rows === 'number' && rows !== 1)
    return unfit(
      dims.length === 3 && typeof dims[1] === 'string'
        ? `${is}, candles before rows: export it as [rows, candles, features], in PyTorch with batch_first=True`
        : `${is}: it takes ${rows} rows at once and no other number, export it with an open first size (dynamic_axes of PyTorch)`,
    );
  const batch = rows === 1 ? 'one' : 'any';
  if (dims.length === 2)
    return isOneRow
      ? ok({ batch, windowBars: null })
      : unfit(`${is}: it takes one candle a row, not ${told.windowBars}`);
  const bars = typeof dims[1] === 'number' ? dims[1] : told.windowBars;
  if (bars === null) return unfit(`${is}: how many candles it looks at is open, say how many`);
  if (told.windowBars !== null && told.windowBars !== bars)
    return unfit(`${is}: it looks at ${bars} candles, not ${told.windowBars}`);
  if (bars > WINDOW_BARS_MAX) return unfit(`${is}: ${WINDOW_BARS_MAX} candles are the most that are kept`);
  return ok({ batch, windowBars: bars });
}
