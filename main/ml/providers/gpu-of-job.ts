import type { Family, ProviderAsked } from '../families/family.ts';
import { type Chosen, chooseProvider, netOfSize } from './choose-provider.ts';
import { type GpuProvider, PROVIDER_TITLES } from './provider.ts';
import type { ProviderBook } from './provider-book.ts';

export interface GpuOfJobOptions {
  readonly book: ProviderBook;
  readonly job: string;
  readonly signal: AbortSignal;
  /** Why the processor alone is asked; null where a GPU may be. */
  readonly processorOnly: string | null;
  /** Told where its nets are trained from now on, when that changes. */
  readonly onChosen: (chosen: Chosen) => void;
}

/** What one job has to do with the GPUs of this machine. */
export interface GpuOfJob {
  /** The family, whose nets are trained where they are best. */
  on(family: Family): Family;
  /**
   * Does the whole of the job. What fails while a GPU is in use is done once more without it; where that does not fail, the GPU is blamed and
   * quarantined. At the end none is in use any more, whatever became of the job.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** What the job says where a setting forbids a GPU. */
export const GPUS_OFF = 'GPUs are switched off in config.yaml';

export function gpuOfJob({ book, job, signal, processorOnly, onChosen }: GpuOfJobOptions): GpuOfJob {
  let told: Chosen | null = null;
  let used: Chosen['provider'] = 'cpu';
  let givenUp: GpuProvider | null = null;

  async function choose(family: string, { weights, cells, steps, trial }: ProviderAsked) {
    const reason = givenUp === null ? processorOnly : `a training failed on ${PROVIDER_TITLES[givenUp]}`;
    const chosen: Chosen =
      reason === null
        ? await chooseProvider({ book, net: netOfSize(family, weights, cells), trial, steps, signal })
        : { provider: 'cpu', why: reason };
    if (chosen.provider !== 'cpu' && chosen.provider !== used) book.enter(chosen.provider, job);
    used = chosen.provider === 'cpu' ? used : chosen.provider;
    if (told?.why !== chosen.why) onChosen(chosen);
    told = chosen;
    return chosen.provider;
  }

  return {
    on: (family) => ({
      ...family,
      fit: (training, task, options) =>
        family.fit(training, task, { ...options, providerOf: (asked) => choose(family.name, asked) }),
    }),
    async run(work) {
      try {
        return await work().catch(async (error: unknown) => {
          if (signal.aborted || used === 'cpu') throw error;
          const failed = used;
          [givenUp, used] = [failed, 'cpu'];
          book.leave();
          const done = await work();
          book.quarantine(failed, `a training failed on it and not on the processor: ${textOf(error)}`);
          return done;
        });
      } finally {
        if (used !== 'cpu') book.leave();
        used = 'cpu';
      }
    },
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
