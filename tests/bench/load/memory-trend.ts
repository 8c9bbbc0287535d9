const MB = 2 ** 20;

export interface MemorySample {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/**
 * The least that was in use within each span: what a collector leaves, not what it has not come to yet. Of a span that was cut short the
 * collector need not have come to anything: it is left out where there is a whole one.
 */
export function floorsOf(samples: readonly MemorySample[], spanMs: number): readonly MemorySample[] {
  const floors = new Map<number, MemorySample>();
  const firstMs = samples[0]?.atMs ?? 0;
  for (const sample of samples) {
    const span = Math.floor((sample.atMs - firstMs) / spanMs);
    const floor = floors.get(span);
    floors.set(span, {
      atMs: firstMs + span * spanMs,
      heapBytes: Math.min(sample.heapBytes, floor?.heapBytes ?? Number.POSITIVE_INFINITY),
      rssBytes: Math.min(sample.rssBytes, floor?.rssBytes ?? Number.POSITIVE_INFINITY),
    });
  }
  const lastMs = samples.at(-1)?.atMs ?? 0;
  const whole = [...floors.values()].filter(({ atMs }) => atMs + spanMs <= lastMs);
  return whole.length > 0 ? whole : [...floors.values()];
}

/** Slope of the line of least squares, in MB per minute. */
export function megabytesPerMinute(samples: readonly MemorySample[], of: 'heapBytes' | 'rssBytes'): number {
  const n = samples.length;
  if (n < 2) return 0;
  const meanMs = samples.reduce((sum, { atMs }) => sum + atMs, 0) / n;
  const mean = samples.reduce((sum, sample) => sum + sample[of], 0) / n;
  let [above, below] = [0, 0];
  for (const sample of samples) {
    above += (sample.atMs - meanMs) * (sample[of] - mean);
    below += (sample.atMs - meanMs) ** 2;
  }
  return below === 0 ? 0 : ((above / below) * 60_000) / MB;
}

export const megabytes = (bytes: number): number => Math.round((bytes / MB) * 10) / 10;
