import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from '../../../renderer/stores/paced.ts';

describe('a paced write', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is done at once after a quiet moment', () => {
    const write = vi.fn();
    const figures = paced(write, 60);
    figures.ask();
    expect(write).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60);
    figures.ask();
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('is done once per interval when asked for on every frame, and the last wish is met', () => {
    const write = vi.fn();
    const figures = paced(write, 60);
    for (let frame = 0; frame < 60; frame++) {
      figures.ask();
      vi.advanceTimersByTime(10);
    }
    // The first at once, then one at each of the ten ends of 60 ms.
    expect(write).toHaveBeenCalledTimes(11);
    figures.ask();
    vi.advanceTimersByTime(60);
    expect(write).toHaveBeenCalledTimes(12);
    vi.advanceTimersByTime(600);
    expect(write).toHaveBeenCalledTimes(12);
  });

  it('is not done any more once stopped', () => {
    const write = vi.fn();
    const figures = paced(write, 60);
    figures.ask();
    figures.ask();
    figures.stop();
    vi.advanceTimersByTime(600);
    expect(write).toHaveBeenCalledTimes(1);
  });
});
