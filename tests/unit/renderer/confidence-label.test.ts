import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../renderer/chart/candle-data.ts';
import { confidenceLabel } from '../../../renderer/chart/confidence-pane.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 21, 8);
const bars: Bar[] = Array.from({ length: 30 }, (_, at) => ({
  timeMs: START_MS + at * MINUTE_MS,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 1,
}));

describe('the confidence pane', () => {
  it('with nothing said yet promises what comes, not nothing', () => {
    expect(confidenceLabel(new Map(), bars)).toMatch(/from the next judged candle on$/);
    expect(confidenceLabel(new Map([[START_MS, null]]), bars)).toMatch(/from the next judged candle on$/);
  });

  it('says since when, where confidence begins after the candles', () => {
    const said = new Map([
      [START_MS, null],
      [START_MS + 20 * MINUTE_MS, 0.52],
    ]);
    expect(confidenceLabel(said, bars)).toBe('Calibrated confidence, since 08:20');
  });

  it('is only its name once the history is as long as the chart', () => {
    expect(confidenceLabel(new Map([[START_MS, 0.5]]), bars)).toBe('Calibrated confidence');
  });
});
