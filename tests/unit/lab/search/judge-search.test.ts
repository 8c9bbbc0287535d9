import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { runBacktest } from '../../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../../main/lab/backtest/settings.ts';
import { judgeRun } from '../../../../main/lab/honesty/judge-run.ts';
import { type Span, viewMarket } from '../../../../main/lab/honesty/plan-stretch.ts';
import { evaluatePlan } from '../../../../main/lab/search/evaluate-plan.ts';
import { firstPart, holdOut, judgeSearch, type SearchWork } from '../../../../main/lab/search/judge-search.ts';
import { goodness } from '../../../../main/lab/search/pareto.ts';
import { rangeOf } from '../../../../main/lab/search/space-of.ts';
import type { Evaluation } from '../../../../main/lab/search/trial.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { randomProposer } from '../../../../main/search/proposers.ts';
import { runSearch } from '../../../../main/search/run-search.ts';
import type { Setting } from '../../../../main/search/trial.ts';
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
const planOn = (params: Setting, span: Span) => ({
  ...plan,
  params,
  markets: plan.markets.map((market) => viewMarket(market, span)),
});
const work: SearchWork = {
  judge: async (setting, span, otherTrials) => {
    const plan = planOn(setting, span);
    return judgeRun(plan, runBacktest(plan), { seed: 1, otherTrials }).verdict;
  },
  figures: async (setting, span) => evaluatePlan(planOn(setting, span)).figures,
};

describe('the best of a search', () => {
  it('is judged by all trials, and on days that it was not chosen by', async () => {
    const time = holdOut(plan.markets, 0.25);
    const { trials, best } = await runSearch<Evaluation>({
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
      evaluate: async (setting, share) => evaluatePlan(planOn(setting, firstPart(time.searched, share))),
      goodness: ({ figures }) => goodness(figures, 'sharpe'),
      trials: 30,
      together: 1,
      atOnce: 1,
      prune: false,
      recordTrial: () => undefined,
    });
    const judged = await judgeSearch(work, time, trials, best!, []);
    expect(['no-edge', 'doubtful', 'not-enough']).toContain(judged.verdict.kind);
    const own = evaluatePlan(planOn(best!.setting, time.heldOut!)).figures;
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
    expect(holdOut(plan.markets, 0).heldOut).toBeNull();
    const { searched, heldOut } = holdOut(plan.markets, 0.25);
    const times = (span: Span) => viewMarket(plan.markets[0]!, span).candles.openTimeMs;
    expect([times(searched).length, times(heldOut!).length]).toEqual([1_800, 600]);
    expect(times(heldOut!)[0]! - times(searched).at(-1)!).toBe(HOUR_MS);
    expect(times(holdOut(plan.markets, 0).searched).length).toBe(2_400);
  });
});
