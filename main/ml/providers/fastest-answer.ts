import { hash } from 'node:crypto';
import type { FeatureSetIdentity } from '../../engine/inference/protocol.ts';
import { probeModel } from '../probe/probe.ts';
import type { ModelVersion } from '../registry/model-folders.ts';
import { cardHash } from '../registry/probe-records.ts';
import { GPU_PROVIDERS, type GpuWay } from './provider.ts';
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

/** Half precision that is hardly faster than single is not worth what it loses. */
const TIMES_OF_SINGLE_MIN = 1.1;

/**
 * How a model is asked on a GPU: where one answers a row at least 1.2 times as fast as the processor, and its golden rows as its card
 * says; in half precision where that holds too, and is 1.1 times as fast as single precision there. Null where there is none. Each is tried in a
 * process of its own, once a week.
 */
export async function fastestAnswer(version: ModelVersion, race: AnswerRace): Promise<GpuWay | null> {
  const { book } = race;
  const name = `answers of ${version.model} ${version.version} (${hash('sha256', cardHash(version) ?? '').slice(0, 8)})`;
  let best: { readonly way: GpuWay; readonly times: number } | null = null;
  for (const gpu of GPU_PROVIDERS) {
    const way = { gpu, isHalf: false };
    const times = await timesOf(way, name);
    if (times === null) continue;
    if (times > (best?.times ?? 0)) best = { way, times };
    const half = { gpu, isHalf: true };
    const halfTimes = await timesOf(half, `${name} in half precision`);
    if (halfTimes !== null && halfTimes >= TIMES_OF_SINGLE_MIN * times && halfTimes > best!.times)
      best = { way: half, times: halfTimes };
  }
  return best !== null && best.times >= TIMES_AS_FAST_MIN ? best.way : null;

  /** Of the processor's pace; null where it may not be asked so. */
  async function timesOf(way: GpuWay, net: string): Promise<number | null> {
    if (book.quarantined(way.gpu) !== null) return null;
    const measured = book.measured(way.gpu, net) ?? (await measure(version, way, net, race));
    return measured?.timesAsFast ?? null;
  }
}

async function measure(
  version: ModelVersion,
  way: GpuWay,
  net: string,
  { book, featureSets, memoryBytesMax }: AnswerRace,
): Promise<Measured | null> {
  const terms = { memoryBytesMax, rowsMax: 1 };
  const there = await probeModel(version, featureSets, { ...terms, way });
  // The processor right after it: a busy machine is as busy for both.
  const here = there.ok ? await probeModel(version, featureSets, terms) : null;
  const isBoth = there.ok && here?.ok === true;
  book.keep({
    provider: way.gpu,
    net,
    timesAsFast: isBoth ? (here.latencyMsP50 + CLOCK_MS) / (there.latencyMsP50 + CLOCK_MS) : null,
    apartShare: isBoth ? there.apart : null,
    why: there.ok ? '' : there.reason,
  });
  return book.measured(way.gpu, net);
}
