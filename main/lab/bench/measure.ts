/** Wall and CPU seconds of repeated runs in one process. */

export interface Timings {
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
}

/** Runs `work` `reps` times; nothing but `work` lies inside the spans. The first run is cold. */
export function measure(reps: number, work: () => unknown): Timings {
  const spans = createSpans();
  for (let i = 0; i < reps; i++) {
    const end = spans.begin();
    work();
    end();
  }
  return { seconds: spans.seconds, cpuSeconds: spans.cpuSeconds };
}

/** The same for work on other threads: CPU seconds are those of the whole process. */
export async function measureAsync(reps: number, work: () => Promise<unknown>): Promise<Timings> {
  const spans = createSpans();
  for (let i = 0; i < reps; i++) {
    const end = spans.begin();
    await work();
    end();
  }
  return { seconds: spans.seconds, cpuSeconds: spans.cpuSeconds };
}

function createSpans() {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  return {
    seconds,
    cpuSeconds,
    begin() {
      const cpuBefore = process.cpuUsage();
      const before = process.hrtime.bigint();
      return () => {
        const elapsed = process.hrtime.bigint() - before;
        const cpu = process.cpuUsage(cpuBefore);
        seconds.push(Number(elapsed) / 1e9);
        cpuSeconds.push((cpu.user + cpu.system) / 1e6);
      };
    },
  };
}
