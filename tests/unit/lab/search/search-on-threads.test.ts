import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { REFERENCE } from '../../../../main/lab/backtest/settings.ts';
import { viewMarket } from '../../../../main/lab/honesty/plan-stretch.ts';
import { evaluatePlan } from '../../../../main/lab/search/evaluate-plan.ts';
import { firstPart, holdOut } from '../../../../main/lab/search/judge-search.ts';
import { goodness, paretoFront, rankTrials } from '../../../../main/lab/search/pareto.ts';
import { rangeOf } from '../../../../main/lab/search/space-of.ts';
import type { Trial } from '../../../../main/lab/search/trial.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { answerOf, openStrategyCrew } from '../../../../main/lab/workers/strategy-crew.ts';
import { runSearch } from '../../../../main/search/run-search.ts';
import { tpeProposer } from '../../../../main/search/tpe.ts';
import type { Setting } from '../../../../main/search/trial.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';

const MINUTE_MS = 60_000;
const candles = randomWalkCandles(3_000, createRandom(5).next);
const ground = { markets: [{ candles }], settings: REFERENCE };
const plan = { strategy: smaCross, params: { share: 0.5 }, ...ground };
const source = { kind: 'shipped', name: smaCross.name } as const;
const crewOf = (size: number, silentMsMax: number) => openStrategyCrew(source, ground, { size, silentMsMax });
const crew = crewOf(2, MINUTE_MS);
const { searched } = holdOut(ground.markets, 0);
const jobOf = (setting: Setting, share: number) =>
  ({ kind: 'evaluate', params: { ...plan.params, ...setting }, span: firstPart(searched, share) }) as const;
const evaluate = async (setting: Setting, share: number) => (await answerOf(crew, jobOf(setting, share))).evaluation;
/** The same on this thread. */
const own = (setting: Setting, share: number) => {
  const { params, span } = jobOf(setting, share);
  return evaluatePlan({ ...plan, params, markets: ground.markets.map((market) => viewMarket(market, span)) });
};
afterAll(() => crew.close());

describe('a search on threads', () => {
  it('comes to what the same run here comes to, on all of the history and on part', async () => {
    for (const share of [1, 0.5]) {
      expect(await evaluate({ fast: 5, slow: 20 }, share)).toEqual(own({ fast: 5, slow: 20 }, share));
    }
    const [half, whole] = [0.5, 1].map((share) => own({ fast: 5, slow: 20 }, share));
    expect(half!.figures.trades).toBeLessThan(whole!.figures.trades);
    expect(half!.day[0]).toBe(whole!.day[0]);
  });

  it('takes many at once, each answered by its own', async () => {
    const settings = Array.from({ length: 12 }, (_, at) => ({ fast: 2 + at, slow: 40 + at }));
    const answers = await Promise.all(settings.map((setting) => evaluate(setting, 1)));
    expect(answers).toEqual(settings.map((setting) => own(setting, 1)));
  });

  it('says what does not fit together and what is wrong with a setting, and goes on', async () => {
    expect(await evaluate({ fast: 50, slow: 20 }, 1)).toBeNull();
    await expect(evaluate({ fast: 0.5 }, 1)).rejects.toThrow('fast must lie from 1 to 1000, not 0.5');
    expect(await evaluate({ fast: 5, slow: 20 }, 1)).not.toBeNull();
  });

  it('searches for what is good at several things', async () => {
    const space = {
      ranges: [rangeOf('fast', smaCross.params['fast']!, 2, 30), rangeOf('slow', smaCross.params['slow']!, 10, 200)],
      fits: ({ fast, slow }: Readonly<Record<string, number>>) => fast! < slow!,
    };
    const objectives = ['return', 'drawdown', 'turnover'] as const;
    const { trials, best } = await runSearch({
      proposer: tpeProposer(space, 1, (past: readonly Trial[], most) => rankTrials(past, objectives, most)),
      evaluate,
      goodness: ({ figures }) => goodness(figures, 'return'),
      trials: 40,
      together: 8,
      atOnce: 2,
      prune: true,
      recordTrial: () => undefined,
    });
    expect(trials.length).toBe(40);
    expect(paretoFront(trials, objectives)).toContain(best);
    for (const { setting } of trials) expect(setting['fast']!).toBeLessThan(setting['slow']!);
  });

  it('gives up what does not come back', async () => {
    const hasty = crewOf(1, 1);
    await expect(answerOf(hasty, jobOf({ fast: 5, slow: 20 }, 1))).rejects.toThrow('it did not get on for 0.001 s');
    await hasty.close();
  });

  it('ends when it is closed, whatever waits', async () => {
    const closing = crewOf(1, MINUTE_MS);
    const asked = Promise.allSettled([5, 6].map((fast) => answerOf(closing, jobOf({ fast, slow: 20 }, 1))));
    await closing.close();
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
