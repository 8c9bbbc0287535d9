import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { FaultCase } from './case.ts';

const MINUTE_MS = 60_000;
const ROOT = join(import.meta.dirname, '../..');

/** The night in which the clocks there go back, in the middle of it. */
const CHANGES = [
  ['Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
  ['America/New_York', Date.UTC(2026, 10, 1, 6)],
  // Half an hour only.
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
] as const;

interface Shown {
  readonly moments: string[];
  readonly clocks: string[];
  readonly readBack: (number | null)[];
  /** What a clock on the wall there says. */
  readonly local: string[];
}

/** Four hours of minutes as the screen shows them on a computer in that zone: a zone is a process's own. */
function shownIn(zone: string, fromMs: number): Shown {
  const from = (path: string): string => JSON.stringify(pathToFileURL(join(ROOT, path)).href);
  const code = `
    import { showClock, showMoment } from ${from('renderer/format/time.ts')};
    import { readMoment } from ${from('renderer/panels/mandate-draft.ts')};
    const all = Array.from({ length: 240 }, (_, n) => ${fromMs} + n * ${MINUTE_MS});
    const moments = all.map((ms) => showMoment(ms));
    console.log(JSON.stringify({
      moments,
      clocks: all.map((ms) => showClock(ms)),
      readBack: moments.map(readMoment),
      local: all.map((ms) => new Date(ms).toLocaleTimeString('en-GB')),
    }));`;
  const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code];
  return JSON.parse(
    execFileSync(process.execPath, args, { env: { ...process.env, TZ: zone }, timeout: 60_000 }).toString(),
  );
}

async function clocksGoBack(): Promise<void> {
  for (const [zone, changeMs] of CHANGES) {
    const fromMs = changeMs - 120 * MINUTE_MS;
    const { moments, clocks, readBack, local } = shownIn(zone, fromMs);
    const times = moments.map((_, n) => fromMs + n * MINUTE_MS);
    // On the wall some minutes come twice; on the screen every one has a name of its own, and it is the right one.
    expect([zone, new Set(local).size < local.length]).toEqual([zone, true]);
    expect(moments).toEqual(times.map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')));
    expect(clocks).toEqual(times.map((ms) => new Date(ms).toISOString().slice(11, 19)));
    expect(readBack).toEqual(times);
  }
}

export const TIME_ON_SCREEN: readonly FaultCase[] = [
  {
    id: 'daylight-saving',
    title: 'the clocks go back at night while the terminal is open',
    injected: 'three time zones, four hours around the change, minute by minute',
    holds: 'Every minute is shown under a name of its own, and a time that is typed in means the same instant.',
    seen: 'Times in UTC, as venues keep them; clock, chart and mandate say so.',
    check: clocksGoBack,
  },
];
