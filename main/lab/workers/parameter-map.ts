import type { LabRunDetail, MapAxis } from '../../../preload/lab-contract.ts';
import type { Setting } from '../../search/trial.ts';
import type { Evaluation } from '../search/trial.ts';
import { type Declared, readSetting } from '../strategy/parameters.ts';
import type { Try } from './map-walk.ts';

export interface MapOfRuns {
  readonly map: NonNullable<LabRunDetail['map']>;
  /** Every run that was made for it. */
  readonly tries: readonly Try[];
}

/** Runs a setting; null where its values do not fit together. `alive` is called while it goes on. */
export type EvaluateSetting = (setting: Setting, alive: () => void) => Promise<Evaluation | null>;

/**
 * The same run with every pair of two parameters' values, as many at once as `evaluate` takes; pairs that do not fit together are left out.
 * @throws what `evaluate` rejects with
 */
export async function parameterMap(
  { strategy, params }: { readonly strategy: Declared; readonly params: Setting },
  { x, y }: { readonly x: MapAxis; readonly y: MapAxis },
  evaluate: EvaluateSetting,
  tell: (done: number, total: number) => void,
): Promise<MapOfRuns> {
  const settings = y.values.flatMap((yValue) =>
    x.values.map((xValue) => {
      const read = readSetting(strategy, { ...params, [x.name]: xValue, [y.name]: yValue });
      return read.ok ? read.value : null;
    }),
  );
  let done = settings.filter((setting) => setting === null).length;
  const tellNow = (): void => tell(done, settings.length);
  tellNow();
  const cells = await Promise.all(
    settings.map(async (setting) => {
      if (setting === null) return null;
      const evaluation = await evaluate(setting, tellNow);
      done += 1;
      tellNow();
      return evaluation;
    }),
  );
  const figures = cells.map((cell) => cell?.figures ?? null);
  return {
    map: {
      x,
      y,
      returnShare: figures.map((each) => each && each.returnPct / 100),
      maxDrawdownShare: figures.map((each) => each && each.maxDrawdownPct / 100),
      sharpe: figures.map((each) => (each && Number.isFinite(each.sharpe) ? each.sharpe : null)),
      trades: figures.map((each) => each?.trades ?? null),
    },
    tries: cells.flatMap((cell, at) => (cell ? [{ params: settings[at]!, returns: cell }] : [])),
  };
}
