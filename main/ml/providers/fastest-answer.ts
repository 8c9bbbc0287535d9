import { hash } from 'node:crypto';
import type { FeatureSetIdentity } from '../../engine/inference/protocol.ts';
import { probeModel } from '../probe/probe.ts';
import type { ModelVersion } from '../registry/model-folders.ts';
import { cardHash } from '../registry/probe-records.ts';
import { GPU_PROVIDERS, type GpuProvider } from './provider.ts';
import type { Measured, ProviderBook } from './provider-book.ts';

/** A GPU that is hardly faster is not worth a driver that may fail. */
const TIMES_AS_FAST_MIN = 1.2;

/** What a clock can tell: below it two paces are the same. */
const CLOCK_MS = 0.001;

export interface AnswerRace {
  readonly book: ProviderBook;
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly memoryBytesMax: number;
}

/**
 * The GPU on which a model answers one row at least 1.2 times as fast as the processor, and its golden rows as its card says; null where
 * there is none. Each is tried in a process of its own, once a week.
 */
export async function fastestAnswer(version: ModelVersion, race: AnswerRace): Promise<GpuProvider | null> {
  const { book } = race;
  const name = `answers of ${version.model} ${version.version} (${hash('sha256', cardHash(version) ?? '').slice(0, 8)})`;
  let best: Measured | null = null;
  for (const gpu of GPU_PROVIDERS) {
    if (book.quarantined(gpu) !== null) continue;
    const measured = book.measured(gpu, name) ?? (await measure(version, gpu, name, race));
    if (measured && (measured.timesAsFast ?? 0) > (best?.timesAsFast ?? 0)) best = measured;
  }
  return best !== null && (best.timesAsFast ?? 0) >= TIMES_AS_FAST_MIN ? best.provider : null;
}

async function measure(
  version: ModelVersion,
  gpu: GpuProvider,
  name: string,
  { book, featureSets, memoryBytesMax }: AnswerRace,
): Promise<Measured | null> {
  const terms = { memoryBytesMax, rowsMax: 1 };
  const there = await probeModel(version, featureSets, { ...terms, gpu });
  // The processor right after it: a busy machine is as busy for both.
  const here = there.ok ? await probeModel(version, featureSets, terms) : null;
  const isBoth = there.ok && here?.ok === true;
  book.keep({
    provider: gpu,
    net: name,
    timesAsFast: isBoth ? (here.latencyMsP50 + CLOCK_MS) / (there.latencyMsP50 + CLOCK_MS) : null,
    apartShare: isBoth ? there.apart : null,
    why: there.ok ? '' : there.reason,
  });
  return book.measured(gpu, name);
}
