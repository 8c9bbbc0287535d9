import { ok, type Result } from '../../engine/domain/result.ts';
import { type ModelOutline, type Port, shapeText } from '../onnx/model-outline.ts';
import { type Unfit, unfit } from './unfit.ts';

export const ELEMENTS = ['float32', 'float64', 'float16'] as const;
export type InputElement = (typeof ELEMENTS)[number];

export interface Input {
  readonly name: string;
  readonly element: InputElement;
}

/** What a graph wants our features in. */
export type Inputs =
  /** A table, or windows: `[rows, features]`, `[rows, candles, features]`. */
  | { readonly kind: 'table'; readonly port: Port; readonly input: Input }
  /** A column each, `[rows, 1]`, as scikit-learn's tools write what learnt from a table with names. */
  | { readonly kind: 'columns'; readonly inputs: readonly Input[] };

export const isNumbers = ({ element }: Port): boolean => ELEMENTS.some((each) => each === element);
export const namesOf = (ports: readonly Port[]): string =>
  ports.map((port) => `${port.name} ${shapeText(port)}`).join(', ') || 'none';
const inputOf = ({ name, element }: Port): Input => ({ name, element: element as InputElement });
const isColumn = (port: Port): boolean =>
  isNumbers(port) &&
  port.dims?.length === 2 &&
  port.dims[1] === 1 &&
  (typeof port.dims[0] === 'string' || port.dims[0] === 1);

/** @param told the input's name, where the person names it */
export function inputsOf({ inputs }: ModelOutline, told: string | null): Result<Inputs, Unfit> {
  const [port] = inputs;
  if (told !== null && !inputs.some(({ name }) => name === told))
    return unfit(`it has no input ${told}: ${namesOf(inputs)}`);
  if (port === undefined) return unfit('it takes nothing, and a model is given features');
  if (inputs.length > 1) {
    if (inputs.every(isColumn)) return ok({ kind: 'columns', inputs: inputs.map(inputOf) });
    return unfit(
      `it takes ${inputs.length} inputs (${namesOf(inputs)}): export it with one table of features, float32[rows, features], or with a [rows, 1] for each feature under its name`,
    );
  }
  if (isNumbers(port)) return ok({ kind: 'table', port, input: inputOf(port) });
  return unfit(`its input ${port.name} is ${shapeText(port)}, and features are numbers: float32[rows, features]`);
}

/** Names of our features in the order of its columns, where it or the person says them. */
export const columnNames = (inputs: Inputs, told: readonly string[] | null): readonly string[] | null =>
  told ?? (inputs.kind === 'columns' ? inputs.inputs.map(({ name }) => name) : null);
