import type { GapMeter, GapSchedule } from '../../../preload/gap-contract.ts';
import type { Result } from '../domain/result.ts';
import type { Cancel } from '../kernel/clock.ts';

/** Why the gap meter does not do what was asked, in one sentence. */
export interface GapRefusal {
  readonly kind: string;
  readonly text: string;
}

/** What the gateway may ask of the gap meter: nothing of it reaches the engine. */
export interface GapPort {
  state(): GapMeter;
  onChange(listener: () => void): Cancel;
  measure(): Result<null, GapRefusal>;
  setSchedule(schedule: GapSchedule): Result<null, GapRefusal>;
}
