import { hostname } from 'node:os';
import type { DataFolder } from './data-folder.ts';
import { forkMlHost } from './engine/inference/fork-ml-host.ts';
import { withGpuBeside } from './engine/inference/gpu-beside.ts';
import { DEFAULT_MEMORY } from './engine/inference/inference-limits.ts';
import type { MlHostChannel } from './engine/inference/ml-host-channel.ts';
import type { FeatureSetIdentity } from './engine/inference/protocol.ts';
import { fastestAnswer } from './ml/providers/fastest-answer.ts';
import { GPU_PROVIDERS, PROVIDER_TITLES } from './ml/providers/provider.ts';
import { openProviderBook, type ProviderBook } from './ml/providers/provider-book.ts';
import { PRODUCT_VERSION } from './product.ts';

/** What is known of this machine's GPUs for answering: another build of ours, or another machine, measures anew. */
export const openAnsweringBook = (folder: DataFolder, nowMs: () => number): ProviderBook =>
  openProviderBook(
    folder.answeringGpus,
    `Countersign ${PRODUCT_VERSION} on ${hostname()}, ${process.platform} ${process.arch}`,
    nowMs,
  );

export interface MlHostPlan {
  /** Absolute path of the ml-host's entry module. */
  readonly entryFile: string;
  readonly book: ProviderBook;
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly onLog: (text: string) => void;
}

/** Starts the ml-host, and one on a GPU beside it for the models that are answered sooner there. */
export function startMlHosts({ entryFile, book, featureSets, onLog }: MlHostPlan): MlHostChannel {
  return withGpuBeside({
    cpu: forkMlHost(entryFile),
    spawn: () => forkMlHost(entryFile),
    fastest: (placement) =>
      fastestAnswer(placement, { book, featureSets, memoryBytesMax: DEFAULT_MEMORY.modelBytesMax }),
    onLost(name, why) {
      const gpu = GPU_PROVIDERS.find((each) => each === name);
      if (gpu === undefined) return;
      book.quarantine(gpu, why);
      onLog(`${PROVIDER_TITLES[gpu]} is asked no more: ${why}. The processor answers.`);
    },
  });
}
