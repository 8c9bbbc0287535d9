import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { REALISTIC } from '../../../../main/lab/backtest/settings.ts';
import { evaluateSetting } from '../../../../main/lab/search/evaluate-setting.ts';
import { holdOut, judgeSearch } from '../../../../main/lab/search/judge-search.ts';
import { randomProposer } from '../../../../main/lab/search/proposers.ts';
import { runSearch } from '../../../../main/lab/search/run-search.ts';
import { rangeOf } from '../../../../main/lab/search/space.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';

const HOUR_MS = 3_600_000;
const walk = randomWalkCandles(2_400, createRandom(41).next);
/** A hundred days of hours, in which there is nothing to find. */
const candles = {
  ...walk,
  openTimeMs: walk.openTimeMs.map((_, bar) => bar * HOUR_MS),
  volume: walk.volume.map(() => 1e6),
};
const plan = { strategy: smaCross, markets: [{ candles }], settings: REALISTIC };

describe('the best of a search', () => {
  it('is judged by all trials, and on days that it was not chosen by', async () => {
    const { searched, heldOut } = holdOut(plan, 0.25);
    const { trials, best } = await runSearch({
      proposer: randomProposer(
        {
          ranges: [
            rangeOf('fast', smaCross.params['fast']!, 2, 20),
            rangeOf('slow', smaCross.params['slow']!, 25, 200),
          ],
          fits: () => true,
        },
        3,
      ),
      evaluate: async (setting, share) => evaluateSetting(searched, setting, share),
      objectives: ['sharpe'],
      trials: 30,
      atOnce: 1,
      prune: false,
      recordTrial: () => undefined,
    });
    const judged = judgeSearch(searched, heldOut, trials, best!, { seed: 1 });
    expect(['no-edge', 'doubtful', 'not-enough']).toContain(judged.verdict.kind);
    const own = evaluateSetting(heldOut!, best!.setting, 1).figures;
    expect(judged.heldOut).toEqual(own);
    expect(judged.paths!.sharpes.length).toBe(7);
    // The one that was chosen looked better where it was chosen.
    const { choices } = judged.walkForward!;
    expect(choices.length).toBe(6);
    const mean = (pick: (choice: (typeof choices)[number]) => number) =>
      choices.reduce((sum, choice) => sum + pick(choice), 0) / choices.length;
    expect(mean(({ trainingSharpe }) => trainingSharpe)).toBeGreaterThan(mean(({ testSharpe }) => testSharpe));
  });

  it('without a part held out is judged without it', () => {
    expect(holdOut(plan, 0)).toEqual({ searched: plan, heldOut: null });
    const { searched, heldOut } = holdOut(plan, 0.25);
    const times = (each: typeof searched) => each.markets[0]!.candles.openTimeMs;
    expect([times(searched).length, times(heldOut!).length]).toEqual([1_800, 600]);
    expect(times(heldOut!)[0]! - times(searched).at(-1)!).toBe(HOUR_MS);
  });
});
