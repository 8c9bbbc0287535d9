import { type PracticeProcess, startPracticeProcess } from '../support/venues/practice-process.ts';
import { LiveDesk } from './live-desk.ts';

/** One venue and one desk for the cases of a file, started when the first of them runs. */
export interface SharedDesk {
  /** A check that begins on a desk that is well and leaves no fault behind. */
  on(check: (desk: LiveDesk) => Promise<void>): () => Promise<void>;
  /** Another desk, just started, on the same venue; ended after the check. */
  restarted(check: (desk: LiveDesk) => Promise<void>): Promise<void>;
  /** After the last one. */
  end(): Promise<void>;
}

export function sharedDesk(seed: number): SharedDesk {
  let venue: Promise<PracticeProcess> | null = null;
  let desk: LiveDesk | null = null;
  const theVenue = (): Promise<PracticeProcess> => {
    venue ??= startPracticeProcess(seed);
    return venue;
  };
  const close = async (): Promise<void> => {
    await desk?.stop();
    desk = null;
  };
  return {
    async restarted(check) {
      const fresh = new LiveDesk(await theVenue(), 'worker');
      try {
        await check(fresh);
      } finally {
        await fresh.stop();
      }
    },
    on: (check) => async () => {
      desk ??= new LiveDesk(await theVenue(), 'worker');
      try {
        await desk.well();
        await check(desk);
      } catch (error) {
        // What one case leaves behind must not fail the next.
        await close();
        throw error;
      } finally {
        await (await theVenue()).clearFaults();
      }
    },
    async end() {
      await close();
      await (await venue)?.stop();
    },
  };
}
