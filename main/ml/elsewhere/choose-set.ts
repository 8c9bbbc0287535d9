import { ok, type Result } from '../../engine/domain/result.ts';
import { type FeatureSet, featureNames } from '../../engine/features/feature-set.ts';
import { FEATURE_SETS, featureSetByName } from '../../engine/features/feature-sets.ts';
import { type ModelOutline, shapeText } from '../onnx/model-outline.ts';
import { type Unfit, unfit } from './choose-ports.ts';

/** The set that is named; else the first that has all the columns that are named; else the one that is as wide as the graph's input. */
export function chooseSet(
  { inputs }: ModelOutline,
  told: { readonly featureSet: string | null; readonly columns: readonly string[] | null },
): Result<FeatureSet, Unfit> {
  if (told.featureSet !== null) {
    const named = featureSetByName(told.featureSet);
    return named ? ok(named) : unfit(`there is no feature set ${told.featureSet}: ${setNames()}`);
  }
  const { columns } = told;
  if (columns !== null) {
    const able = FEATURE_SETS.find((set) => columns.every((name) => featureNames(set).includes(name)));
    const unknown = columns.find((name) => !FEATURE_SETS.some((set) => featureNames(set).includes(name)));
    if (able) return ok(able);
    return unfit(unknown ? `there is no feature ${unknown} in ${setNames()}` : `no feature set has all of its columns`);
  }
  const [input] = inputs;
  const width = input?.dims?.at(-1);
  const fitting = FEATURE_SETS.find((set) => set.features.length === width);
  if (fitting) return ok(fitting);
  const takes = input === undefined ? 'it takes nothing' : `its input ${input.name} is ${shapeText(input)}`;
  return unfit(`${takes}, and no feature set is as wide: name its columns, or the set (${setNames()})`);
}

const setNames = (): string => FEATURE_SETS.map(({ name, features }) => `${name} with ${features.length}`).join(', ');
