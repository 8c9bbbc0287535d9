import type { Family, ProviderAsked } from '../families/family.ts';
import { type Chosen, chooseProvider, netOfSize } from './choose-provider.ts';
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
   * Something failed. Where a GPU was in use it is quarantined, and true is answered: the job is to be tried again without it.
   */
  failed(why: string): boolean;
  /** The job is over, whatever became of it. */
  leave(): void;
}

export function gpuOfJob({ book, job, signal, processorOnly, onChosen }: GpuOfJobOptions): GpuOfJob {
  let told: Chosen | null = null;
  let used: Chosen['provider'] = 'cpu';

  async function choose(family: string, { weights, cells, steps, trial }: ProviderAsked) {
    const chosen: Chosen =
      processorOnly === null
        ? await chooseProvider({ book, net: netOfSize(family, weights, cells), trial, steps, signal })
        : { provider: 'cpu', why: processorOnly };
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
    failed(why) {
      if (used === 'cpu') return false;
      book.quarantine(used, `a training failed on it: ${why}`);
      used = 'cpu';
      return true;
    },
    leave() {
      if (used !== 'cpu') book.leave();
    },
  };
}
