import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FeatureSetIdentity } from '../../engine/inference/protocol.ts';
import { PACKAGE_FILES } from '../card.ts';
import { type Probed, probedSchema, probeModel } from '../probe/probe.ts';
import { writeWhole } from '../whole-file.ts';
import { folderOf, type ModelVersion } from './model-folders.ts';

/** What probes found, one file a card: the card vouches for the model's bytes. */
export interface ProbeRecords {
  /** What is on record; null where the version has not been tried as it is now. */
  known(version: ModelVersion): Probed | null;
  /** Tries it where that has not been done, and writes down what it takes. */
  probe(version: ModelVersion, featureSets: readonly FeatureSetIdentity[]): Promise<Probed>;
  /** The version is about to be removed. */
  forget(version: ModelVersion): void;
}

/** Records below `dir`, of models that may take `memoryBytesMax` each. */
export function openProbeRecords(dir: string, memoryBytesMax: number): ProbeRecords {
  const pathOf = (version: ModelVersion): string | null => {
    const card = cardHash(version);
    return card === null ? null : join(dir, `${card}.json`);
  };
  const known = (version: ModelVersion): Probed | null => {
    try {
      return probedSchema.parse(JSON.parse(readFileSync(pathOf(version) ?? '', 'utf8')));
    } catch {
      return null;
    }
  };
  return {
    known,
    async probe(version, featureSets) {
      const before = known(version);
      if (before) return before;
      const probed = await probeModel(version, featureSets, { memoryBytesMax });
      const path = pathOf(version);
      // A refusal is not kept: what was in its way, another program's memory perhaps, may be gone the next time.
      if (probed.ok && path !== null) {
        mkdirSync(dir, { recursive: true });
        writeWhole(path, Buffer.from(`${JSON.stringify(probed)}\n`));
      }
      return probed;
    },
    forget(version) {
      const path = pathOf(version);
      if (path !== null) rmSync(path, { force: true });
    },
  };
}

/** Of the bytes of `card.json`; null where there is none. */
export function cardHash(version: ModelVersion): string | null {
  try {
    return hash('sha256', readFileSync(join(folderOf(version), PACKAGE_FILES.card)));
  } catch {
    return null;
  }
}
