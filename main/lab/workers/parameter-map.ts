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

/**
 * The same run with every pair of two parameters' values, as many at once as `evaluate` takes; pairs that do not fit together are left out.
 * @throws what `evaluate` rejects with
 */
export async function parameterMap(
  { strategy, params }: { readonly strategy: Declared; readonly params: Setting },
  { x, y }: { readonly x: MapAxis; readonly y: MapAxis },
  evaluate: (setting: Setting) => Promise<Evaluation | null>,
  tell: (done: number, total: number) => void,
): Promise<MapOfRuns> {
  const settings = y.values.flatMap((yValue) =>
    x.values.map((xValue) => {
      const read = readSetting(strategy, { ...params, [x.name]: xValue, [y.name]: yValue });
      return read.ok ? read.value : null;
    }),
  );
  let done = settings.filter((setting) => setting === null).length;
  tell(done, settings.length);
  const cells = await Promise.all(
    settings.map(async (setting) => {
      const evaluation = setting && (await evaluate(setting));
      if (evaluation) done += 1;
      tell(done, settings.length);
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
