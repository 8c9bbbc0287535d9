const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const WHOLE_WEEKS_FROM = 4 * WEEK_MINUTES;

/** Which recorded minute plays at a minute of the wall clock, and in which loop (0 is the loop of the anchor). */
export interface RecordedClock {
  readonly fromMs: number;
  readonly loopMinutes: number;
  readonly speed: number;
  locate(wallMinute: number, step: number): { recordedMinute: number; loop: number };
}

/**
 * Lays loops of the recorded stretch end to end over all time, beginning with the recording's own place in it. From four
 * weeks on a loop is cut to whole weeks, below that to whole days, so that at speed 1 weekdays and hours keep their seasons.
 */
export function createRecordedClock(
  window: { fromMs: number; toMs: number },
  speed: number,
  anchorMs: number,
): RecordedClock {
  const first = Math.ceil(window.fromMs / MINUTE_MS);
  const whole = Math.floor(window.toMs / MINUTE_MS) - first;
  const unit = whole >= WHOLE_WEEKS_FROM ? WEEK_MINUTES : whole >= 2 * DAY_MINUTES ? DAY_MINUTES : 60;
  const loopMinutes = Math.floor(whole / unit) * unit;
  const position = (wallMinute: number, step: number): number => (wallMinute - first) * speed + step;
  const anchorLoop = Math.floor(position(Math.floor(anchorMs / MINUTE_MS), 0) / loopMinutes);
  return {
    fromMs: first * MINUTE_MS,
    loopMinutes,
    speed,
    locate: (wallMinute, step) => {
      const at = position(wallMinute, step);
      const loop = Math.floor(at / loopMinutes);
      return { recordedMinute: at - loop * loopMinutes, loop: loop - anchorLoop };
    },
  };
}
