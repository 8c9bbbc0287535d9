import { Cron } from 'croner';

export interface Nightly {
  /** Null where it was stopped. */
  nextAtMs(): number | null;
  stop(): void;
}

/** Runs something each night at five past an hour, UTC; a night that the computer slept through is left out. */
export function everyNight(hourUtc: number, run: () => void): Nightly {
  const cron = new Cron(`5 ${hourUtc} * * *`, { timezone: 'UTC', unref: true }, run);
  return { nextAtMs: () => cron.nextRun()?.getTime() ?? null, stop: () => cron.stop() };
}
