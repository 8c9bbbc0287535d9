import type { FeatureSetIdentity, LoadModels } from '../../main/engine/inference/protocol.ts';
import { newestPlacements } from '../../main/ml/registry/model-folders.ts';

/** What tells a host to serve the newest version of every model of a folder, within generous limits. */
export const loadModels = (
  modelsDir: string,
  featureSets: readonly FeatureSetIdentity[],
  change: Partial<LoadModels> = {},
): LoadModels => ({
  type: 'LoadModels',
  models: [...newestPlacements(modelsDir)],
  featureSets: [...featureSets],
  memory: { modelBytesMax: 2 ** 31, totalBytesMax: 2 ** 33 },
  answerWithinMs: 10_000,
  lateAfterMs: 60_000,
  ...change,
});
