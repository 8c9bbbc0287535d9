import { hostname } from 'node:os';
import type { DataFolder } from './data-folder.ts';
import { forkMlHost } from './engine/inference/fork-ml-host.ts';
import { type GpuBesideOptions, withGpuBeside } from './engine/inference/gpu-beside.ts';
import { DEFAULT_MEMORY } from './engine/inference/inference-limits.ts';
import type { MlHostChannel } from './engine/inference/ml-host-channel.ts';
import type { FeatureSetIdentity } from './engine/inference/protocol.ts';
import { fastestAnswer } from './ml/providers/fastest-answer.ts';
import { PROVIDER_TITLES, wayName, wayNamed } from './ml/providers/provider.ts';
import { openProviderBook, type ProviderBook } from './ml/providers/provider-book.ts';
import { PRODUCT_VERSION } from './product.ts';

/** What is known of this machine's GPUs for answering: another build of ours, or another machine, measures anew. */
export const openAnsweringBook = (folder: DataFolder, nowMs: () => number): ProviderBook =>
  openProviderBook(
    folder.answeringGpus,
    `Countersign ${PRODUCT_VERSION} on ${hostname()}, ${process.platform} ${process.arch}`,
    nowMs,
  );

export interface GpuChoice {
  readonly book: ProviderBook;
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly onLog: (text: string) => void;
}

/** Where a model is asked, and which GPU no more. What cannot be written down is said, and ends nothing: the processor answers. */
export function chooseGpu({ book, featureSets, onLog }: GpuChoice): Pick<GpuBesideOptions, 'fastest' | 'onLost'> {
  const memoryBytesMax = DEFAULT_MEMORY.modelBytesMax;
  const unwritten = (error: unknown): void =>
    onLog(
      `What is known of GPUs could not be written down: ${error instanceof Error ? error.message : String(error)}.`,
    );
  return {
    async fastest(placement) {
      try {
        const way = await fastestAnswer(placement, { book, featureSets, memoryBytesMax });
        return way && wayName(way);
      } catch (error) {
        unwritten(error);
        return null;
      }
    },
    onLost(name, why) {
      const gpu = wayNamed(name)?.gpu;
      if (gpu === undefined) return;
      onLog(`${PROVIDER_TITLES[gpu]} is asked no more: ${why}. The processor answers.`);
      try {
        book.quarantine(gpu, why);
      } catch (error) {
        unwritten(error);
      }
    },
  };
}

/**
 * Starts the ml-host, and one on a GPU beside it for the models that are answered sooner there.
 * @param entryFile absolute path of the ml-host's entry module
 */
export const startMlHosts = (entryFile: string, choice: GpuChoice): MlHostChannel =>
  withGpuBeside({ cpu: forkMlHost(entryFile), spawn: () => forkMlHost(entryFile), ...chooseGpu(choice) });
