/** Wall and CPU seconds of repeated runs in one process. */

export interface Timings {
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
}

/** Runs `work` `reps` times; nothing but `work` lies inside the spans. The first run is cold. */
export function measure(reps: number, work: () => unknown): Timings {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  for (let i = 0; i < reps; i++) {
    const cpuBefore = process.cpuUsage();
    const before = process.hrtime.bigint();
    work();
    const elapsed = process.hrtime.bigint() - before;
    const cpu = process.cpuUsage(cpuBefore);
    seconds.push(Number(elapsed) / 1e9);
    cpuSeconds.push((cpu.user + cpu.system) / 1e6);
  }
  return { seconds, cpuSeconds };
}
