import { ok, type Result } from '../../engine/domain/result.ts';
import { type FeatureSet, featureNames } from '../../engine/features/feature-set.ts';
import { FEATURE_SETS, featureSetByName } from '../../engine/features/feature-sets.ts';
import { type ModelOutline, type Port, shapeText } from '../onnx/model-outline.ts';
import { columnNames, inputsOf } from './inputs-of.ts';
import { type Unfit, unfit } from './unfit.ts';

/** The set that is named; else the first that has all the columns that are named; else the one that is as wide as the graph's input. */
export function chooseSet(
  outline: ModelOutline,
  told: { readonly featureSet: string | null; readonly columns: readonly string[] | null },
): Result<FeatureSet, Unfit> {
  if (told.featureSet !== null) {
    const named = featureSetByName(told.featureSet);
    return named ? ok(named) : unfit(`there is no feature set ${told.featureSet}: ${setNames()}`);
  }
  const inputs = inputsOf(outline, null);
  if (!inputs.ok) return inputs;
  const columns = columnNames(inputs.value, told.columns);
  if (columns !== null) return setWith(columns);
  return inputs.value.kind === 'table' ? setAsWideAs(inputs.value.port) : setWith([]);
}

/** Names of the sets that its input can be of, without a person's word: every one where its width is open. */
export function fittingSets(outline: ModelOutline): string[] {
  const inputs = inputsOf(outline, null);
  if (!inputs.ok) return [];
  const columns = columnNames(inputs.value, null);
  const width = inputs.value.kind === 'table' ? inputs.value.port.dims?.at(-1) : undefined;
  const fits = (set: FeatureSet): boolean =>
    columns === null
      ? typeof width !== 'number' || width === set.features.length
      : columns.every((name) => featureNames(set).includes(name));
  return FEATURE_SETS.filter(fits).map(({ name }) => name);
}

function setWith(columns: readonly string[]): Result<FeatureSet, Unfit> {
  const able = FEATURE_SETS.find((set) => columns.every((name) => featureNames(set).includes(name)));
  const unknown = columns.find((name) => !FEATURE_SETS.some((set) => featureNames(set).includes(name)));
  if (able) return ok(able);
  return unfit(
    unknown
      ? `there is no feature ${unknown} in ${setNames()}: name its columns`
      : 'no feature set has all of its columns',
  );
}

function setAsWideAs(port: Port): Result<FeatureSet, Unfit> {
  const { dims } = port;
  const asWide = (width: number | string | undefined) => FEATURE_SETS.find((set) => set.features.length === width);
  const fitting = asWide(dims?.at(-1)) ?? (dims?.length === 3 ? asWide(dims[1]) : undefined);
  if (fitting) return ok(fitting);
  const isOpen = typeof dims?.at(-1) !== 'number';
  return unfit(
    `its input ${port.name} is ${shapeText(port)}, and ${isOpen ? 'how many columns it takes is open' : 'no feature set is as wide'}: name its columns, or the set (${setNames()})`,
  );
}

const setNames = (): string => FEATURE_SETS.map(({ name, features }) => `${name} with ${features.length}`).join(', ');
