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
  /** Something failed. Whether a GPU was in use: from now on none is, and the job is to be tried again. */
  giveUp(): boolean;
  /** What failed on the GPU that was given up did not fail without it: it is quarantined. */
  blame(why: string): void;
  /** The job is over, whatever became of it. */
  leave(): void;
}

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
    giveUp() {
      if (used === 'cpu') return false;
      [givenUp, used] = [used, 'cpu'];
      book.leave();
      return true;
    },
    blame(why) {
      if (givenUp !== null) book.quarantine(givenUp, `a training failed on it and not on the processor: ${why}`);
    },
    leave() {
      if (used !== 'cpu') book.leave();
      used = 'cpu';
    },
  };
}
