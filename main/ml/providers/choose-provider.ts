import { type GpuProvider, PROVIDER_TITLES, type TrainingProvider } from './provider.ts';
import type { Measured, ProviderBook } from './provider-book.ts';
import { race } from './race.ts';
import type { StepTrial } from './race-task.ts';
import { gpuProviders } from './runtime-gpus.ts';

/** Below it a race costs more than it could gain. */
export const STEPS_WORTH_A_RACE = 300;
/** A GPU that is hardly faster is not worth a driver that may fail. */
const TIMES_AS_FAST_MIN = 1.2;
/** Sums in another order end far nearer than this after 20 steps. More is another calculation. */
const APART_SHARE_MAX = 0.01;

export interface Chosen {
  readonly provider: TrainingProvider;
  /** For people: what follows "on WebGPU: ". */
  readonly why: string;
}

export interface ChoiceOptions {
  readonly book: ProviderBook;
  /** Trains this family on a step of about this size. */
  readonly net: string;
  readonly trial: () => StepTrial;
  /** The whole training at most. */
  readonly steps: number;
  readonly signal: AbortSignal;
}

/** Nets of one family whose steps cost about the same, within a factor of two, are raced once: the size is log₂ of weights times numbers in a batch. */
export function netOfSize(family: string, weights: number, cells: number): string {
  return `${family} of size ${Math.round(Math.log2(weights * cells))}`;
}

/**
 * Where a net is best trained on this machine: the fastest GPU that takes the same steps to the same weights at least 1.2 times as fast as the
 * processor, by a race that is remembered; else the processor.
 * @throws the signal's reason once it is aborted
 */
export async function chooseProvider({ book, net, trial, steps, signal }: ChoiceOptions): Promise<Chosen> {
  if (steps < STEPS_WORTH_A_RACE) return processor(`${steps} steps are too few for a race against a GPU`);
  const known = gpuProviders();
  if (known.length === 0) return processor('this build of the runtime knows no GPU');
  const reasons: string[] = [];
  let best: Measured | null = null;
  for (const provider of known) {
    const kept = book.quarantined(provider);
    if (kept !== null) {
      reasons.push(`${PROVIDER_TITLES[provider]} is not tried: ${kept}`);
      continue;
    }
    const measured = book.measured(provider, net) ?? (await measure(book, provider, net, trial(), signal));
    const against = measured === null ? 'it ended the process that tried it' : whyNot(measured);
    if (against !== null) reasons.push(`${PROVIDER_TITLES[provider]}: ${against}`);
    else if (measured && (measured.timesAsFast ?? 0) > (best?.timesAsFast ?? 0)) best = measured;
  }
  if (best === null) return processor(reasons.join('; '));
  const times = (best.timesAsFast ?? 0).toFixed(1);
  return {
    provider: best.provider,
    why: `${times} times as fast as the processor on nets of this size`,
  };
}

const processor = (why: string): Chosen => ({ provider: 'cpu', why });

function whyNot({ timesAsFast, apartShare, why }: Measured): string | null {
  if (timesAsFast === null || apartShare === null) return why;
  if (!(apartShare <= APART_SHARE_MAX)) return `its steps end ${(100 * apartShare).toFixed(1)} % elsewhere`;
  if (timesAsFast >= TIMES_AS_FAST_MIN) return null;
  return `${timesAsFast.toPrecision(2)} times as fast on nets of this size`;
}

/** Null where it was quarantined for what it did. */
async function measure(
  book: ProviderBook,
  provider: GpuProvider,
  net: string,
  trial: StepTrial,
  signal: AbortSignal,
): Promise<Measured | null> {
  const outcome = await race(trial, provider, signal);
  if (outcome.kind === 'crashed') {
    book.quarantine(provider, `it was tried, and ${outcome.why}`);
    return null;
  }
  const ran = outcome.kind === 'ran';
  book.keep({
    provider,
    net,
    timesAsFast: ran ? outcome.stepsPerSecond / outcome.cpuStepsPerSecond : null,
    apartShare: ran ? finite(outcome.apartShare) : null,
    why: ran ? '' : outcome.why,
  });
  return book.measured(provider, net);
}

/** Weights that are no numbers any more are as far apart as can be. */
const finite = (share: number): number => (Number.isFinite(share) ? share : Number.MAX_VALUE);
