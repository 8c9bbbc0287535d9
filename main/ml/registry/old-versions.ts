import type { ModelVersion } from './model-folders.ts';
import type { Standing } from './standing.ts';

/**
 * What nobody needs any more of the versions made here: of each model all but the newest `kept`, those left out of the count that trade
 * or that a way back leads to.
 * @param own by model, oldest first
 */
export function oldVersions(
  own: readonly ModelVersion[],
  standings: ReadonlyMap<string, Standing>,
  kept: number,
): readonly ModelVersion[] {
  return [...Map.groupBy(own, ({ model }) => model)].flatMap(([model, versions]) => {
    const standing = standings.get(model);
    const needed = new Set([standing?.live, ...(standing?.before ?? [])]);
    const spare = versions.filter(({ version }) => !needed.has(version));
    return spare.slice(0, Math.max(0, spare.length - kept));
  });
}
