import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { REFERENCE } from '../../../../main/lab/backtest/settings.ts';
import { evaluateSetting } from '../../../../main/lab/search/evaluate-setting.ts';
import { runSearch } from '../../../../main/lab/search/run-search.ts';
import { rangeOf } from '../../../../main/lab/search/space.ts';
import { tpeProposer } from '../../../../main/lab/search/tpe.ts';
import type { Setting } from '../../../../main/lab/search/trial.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { evaluateOn, openStrategyCrew } from '../../../../main/lab/workers/strategy-crew.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';

const MINUTE_MS = 60_000;
const candles = randomWalkCandles(3_000, createRandom(5).next);
const ground = { markets: [{ candles }], settings: REFERENCE };
const plan = { strategy: smaCross, params: { share: 0.5 }, ...ground };
const crewOf = (size: number, silentMsMax: number) => openStrategyCrew(smaCross.name, ground, { size, silentMsMax });
const crew = crewOf(2, MINUTE_MS);
const evaluate = (setting: Setting, share: number) => evaluateOn(crew, { ...plan.params, ...setting }, share);
afterAll(() => crew.close());

describe('a search on threads', () => {
  it('comes to what the same run here comes to, on all of the history and on part', async () => {
    for (const share of [1, 0.5]) {
      const own = evaluateSetting(plan, { fast: 5, slow: 20 }, share);
      expect(await evaluate({ fast: 5, slow: 20 }, share)).toEqual(own);
    }
    const [half, whole] = [0.5, 1].map((share) => evaluateSetting(plan, { fast: 5, slow: 20 }, share));
    expect(half!.figures.trades).toBeLessThan(whole!.figures.trades);
    expect(half!.day[0]).toBe(whole!.day[0]);
  });

  it('takes many at once, each answered by its own', async () => {
    const settings = Array.from({ length: 12 }, (_, at) => ({ fast: 2 + at, slow: 40 + at }));
    const answers = await Promise.all(settings.map((setting) => evaluate(setting, 1)));
    expect(answers).toEqual(settings.map((setting) => evaluateSetting(plan, setting, 1)));
  });

  it('says what is wrong with a setting, and goes on', async () => {
    await expect(evaluate({ fast: 50, slow: 20 }, 1)).rejects.toThrow('fast (50) must be below slow (20)');
    await expect(evaluate({ fast: 5, slow: 20 }, 1)).resolves.toBeDefined();
  });

  it('searches for what is good at several things', async () => {
    const space = {
      ranges: [rangeOf('fast', smaCross.params['fast']!, 2, 30), rangeOf('slow', smaCross.params['slow']!, 10, 200)],
      fits: ({ fast, slow }: Readonly<Record<string, number>>) => fast! < slow!,
    };
    const objectives = ['return', 'drawdown', 'turnover'] as const;
    const { trials, front, best } = await runSearch({
      proposer: tpeProposer(space, 1, objectives),
      evaluate,
      objectives,
      trials: 40,
      atOnce: 2,
      prune: true,
      recordTrial: () => undefined,
    });
    expect(trials.length).toBe(40);
    expect(front).toContain(best);
    expect(front.length).toBeGreaterThan(1);
    for (const { setting } of trials) expect(setting['fast']!).toBeLessThan(setting['slow']!);
  });

  it('gives up what does not come back', async () => {
    const hasty = crewOf(1, 1);
    await expect(evaluateOn(hasty, { fast: 5, slow: 20 }, 1)).rejects.toThrow('it did not get on for 0.001 s');
    await hasty.close();
  });

  it('ends when it is closed, whatever waits', async () => {
    const closing = crewOf(1, MINUTE_MS);
    const asked = Promise.allSettled([5, 6].map((fast) => evaluateOn(closing, { fast, slow: 20 }, 1)));
    await closing.close();
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
