import type { DataFolder } from './data-folder.ts';
import { DEFAULT_MEMORY } from './engine/inference/inference-limits.ts';
import { openInstallationKey } from './installation-key.ts';
import { readGateTerms } from './ml/registry/gate-terms.ts';
import { type ModelRegistry, openModelRegistry } from './ml/registry/model-registry.ts';
import { openProbeRecords } from './ml/registry/probe-records.ts';
import { MODELS_DIR, PRODUCT_VERSION } from './product.ts';

/** The models that ship and those of a data folder. @throws Error in one sentence where the folder's files are damaged */
export const openFolderRegistry = (folder: DataFolder): ModelRegistry =>
  openModelRegistry(
    {
      shippedDir: MODELS_DIR,
      ownDir: folder.models,
      standings: folder.modelStandings,
      promotions: folder.promotions,
    },
    openProbeRecords(folder.modelProbes, DEFAULT_MEMORY.modelBytesMax),
    openInstallationKey(folder.installationKey),
    PRODUCT_VERSION,
    readGateTerms(folder.promotionGate),
  );
