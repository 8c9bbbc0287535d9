import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { goodness, type Objective, paretoFront, rankTrials } from '../../../../main/lab/search/pareto.ts';
import { rangeOf } from '../../../../main/lab/search/space-of.ts';
import type { Evaluation, Trial, TrialFigures } from '../../../../main/lab/search/trial.ts';
import { real, whole } from '../../../../main/lab/strategy/parameters.ts';
import { gridProposer, gridValues, type Proposer, randomProposer } from '../../../../main/search/proposers.ts';
import { runSearch, type SearchOptions } from '../../../../main/search/run-search.ts';
import { drawSetting, placeOf, type Range, type Space, valueAt } from '../../../../main/search/space.ts';
import { tpeProposer } from '../../../../main/search/tpe.ts';
import type { Setting } from '../../../../main/search/trial.ts';

const FIGURES: TrialFigures = { returnPct: 0, sharpe: 0, maxDrawdownPct: 0, turnoverPerYear: 0, trades: 1 };
const evaluationOf = (figures: Partial<TrialFigures>): Evaluation => ({
  figures: { ...FIGURES, ...figures },
  day: new Int32Array(0),
  returns: new Float64Array(0),
});
const SPACE: Space = {
  ranges: [rangeOf('x', real(0, -5, 5, '')), rangeOf('n', whole(10, 1, 200, ''))],
  fits: () => true,
};
/** A hill whose top is at x = 2, n = 30. */
const hill = ({ x, n }: Setting): number => -((x! - 2) ** 2) - (Math.log(n! / 30) * 2) ** 2;

const byReturn = (past: readonly Trial[], most: number) => rankTrials(past, ['return'], most);

function search(proposer: Proposer<Evaluation>, over: Partial<SearchOptions<Evaluation>> = {}) {
  const recorded: Trial[] = [];
  return {
    recorded,
    outcome: runSearch({
      proposer,
      evaluate: async (setting) => evaluationOf({ returnPct: hill(setting) }),
      goodness: ({ figures }) => goodness(figures, 'return'),
      trials: 60,
      together: 1,
      atOnce: 1,
      prune: false,
      recordTrial: (trial) => recorded.push(trial),
      ...over,
    }),
  };
}

describe('a search among few settings', () => {
  it('tries as many as it was asked for while there are any, also where the good ones are used up', async () => {
    const space: Space = {
      ranges: [rangeOf('x', whole(1, 1, 8, '')), rangeOf('n', whole(1, 1, 8, ''))],
      fits: () => true,
    };
    const evaluate = async ({ x, n }: Setting) => evaluationOf({ returnPct: -Math.hypot(x! - 3, n! - 4) });
    const { trials } = await search(tpeProposer(space, 1, byReturn), { trials: 60, evaluate }).outcome;
    expect(trials).toHaveLength(60);
    expect(new Set(trials.map(({ setting }) => `${setting['x']} ${setting['n']}`)).size).toBe(60);
  });
});

describe('a space', () => {
  it('turns values to places and back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 900 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (least, more, place) => {
          const range: Range = { name: 'n', least, most: least + more, whole: true, logarithmic: more > 9 * least };
          const value = valueAt(range, place);
          expect(Number.isInteger(value) && value >= least && value <= least + more).toBe(true);
          expect(valueAt(range, placeOf(range, value))).toBe(value);
        },
      ),
    );
  });

  it('draws small counts as often as large ones: by their logarithms', () => {
    const random = createRandom(1);
    const drawn = Array.from({ length: 2_000 }, () => drawSetting(SPACE, random)['n']!);
    const below = drawn.filter((n) => n < Math.sqrt(200)).length;
    expect(below / drawn.length).toBeGreaterThan(0.45);
    expect(below / drawn.length).toBeLessThan(0.55);
  });

  it('stays within what the strategy takes', () => {
    expect(() => rangeOf('fast', whole(10, 1, 500, ''), 0, 50)).toThrow(
      'fast is searched from 0 to 50: it takes 1 to 500',
    );
    expect(() => rangeOf('fast', whole(10, 1, 500, ''), 60, 50)).toThrow('from 60 to 50');
  });
});

describe('proposers', () => {
  it('a grid tries every combination that fits, once', async () => {
    const fits = ({ x, n }: Setting): boolean => x! < n!;
    const { outcome } = search(
      gridProposer({ ...SPACE, fits }, [
        [-1, 0, 5],
        [1, 5, 9],
      ]),
      { trials: 100 },
    );
    const tried = (await outcome).trials.map(({ setting }) => `${setting['x']},${setting['n']}`);
    expect(tried).toEqual(['-1,1', '-1,5', '-1,9', '0,1', '0,5', '0,9', '5,9']);
    expect(gridValues(SPACE.ranges[1]!, 3)).toEqual([1, 101, 200]);
    expect(gridValues({ name: 'n', least: 1, most: 2, whole: true }, 5)).toEqual([1, 2]);
  });

  it('random ones never try the same twice, and stop where nothing is left', async () => {
    const small: Space = {
      ranges: [{ name: 'n', least: 1, most: 6, whole: true, logarithmic: false }],
      fits: ({ n }) => n !== 3,
    };
    const { trials } = await search(randomProposer(small, 5), { evaluate: async () => evaluationOf({}) }).outcome;
    expect(trials.map(({ setting }) => setting['n']!).sort()).toEqual([1, 2, 4, 5, 6]);
  });

  it('the estimator finds the top sooner than chance does', async () => {
    const best = async (make: (seed: number) => Proposer<Evaluation>): Promise<number> => {
      let sum = 0;
      for (let seed = 1; seed <= 12; seed += 1) {
        const { outcome } = search(make(seed));
        sum += (await outcome).best!.evaluation!.figures.returnPct;
      }
      return sum / 12;
    };
    const [guided, blind] = [
      await best((seed) => tpeProposer(SPACE, seed, byReturn)),
      await best((seed) => randomProposer(SPACE, seed)),
    ];
    // How far below the top, on average: less than half as far.
    expect(-guided).toBeLessThan(-blind / 2);
  });
});

describe('fronts', () => {
  const trialOf = (number: number, figures: Partial<TrialFigures>, state: Trial['state'] = 'done'): Trial => ({
    number,
    setting: { n: number },
    state,
    share: 1,
    evaluation: evaluationOf(figures),
    standings: [],
    why: '',
  });
  const both: readonly Objective[] = ['return', 'drawdown'];

  it('hold what nothing beats in everything', () => {
    const trials = [
      trialOf(0, { returnPct: 10, maxDrawdownPct: 5 }),
      trialOf(1, { returnPct: 20, maxDrawdownPct: 15 }),
      trialOf(2, { returnPct: 9, maxDrawdownPct: 6 }),
      trialOf(3, { returnPct: 30, maxDrawdownPct: 40 }),
      trialOf(4, { returnPct: 90, maxDrawdownPct: 0 }, 'pruned'),
      trialOf(5, { returnPct: Number.NaN, maxDrawdownPct: 0 }),
    ];
    expect(paretoFront(trials, both).map(({ number }) => number)).toEqual([0, 1, 3, 5]);
    expect(rankTrials(trials, ['return'], 9).map(({ number }) => number)).toEqual([3, 1, 0, 2, 5]);
    expect(rankTrials(trials, both, 9).at(-1)?.number).toBe(2);
  });

  it('beat everything outside them, and nothing inside', () => {
    const point = fc.record({
      returnPct: fc.integer({ min: 0, max: 9 }),
      maxDrawdownPct: fc.integer({ min: 0, max: 9 }),
      turnoverPerYear: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), (points) => {
        const trials = points.map((each, at) => trialOf(at, each));
        const front = paretoFront(trials, ['return', 'drawdown', 'turnover']);
        const beats = (a: Trial, b: Trial): boolean => {
          const [p, q] = [points[a.number]!, points[b.number]!];
          const gains = [
            p.returnPct - q.returnPct,
            q.maxDrawdownPct - p.maxDrawdownPct,
            q.turnoverPerYear - p.turnoverPerYear,
          ];
          return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
        };
        for (const trial of trials) {
          const isBeaten = front.some((other) => beats(other, trial));
          expect(isBeaten).toBe(!front.includes(trial));
        }
      }),
    );
  });
});

describe('a search', () => {
  it('records every trial, those that failed too, and goes on', async () => {
    const { recorded, outcome } = search(randomProposer(SPACE, 3), {
      trials: 20,
      evaluate: async (setting) => {
        if (setting['x']! < 0) throw new Error('x is below zero');
        return evaluationOf({ returnPct: 1 });
      },
    });
    const { trials, best } = await outcome;
    expect(recorded.length).toBe(20);
    expect(trials.filter(({ state }) => state === 'failed').every(({ why }) => why === 'x is below zero')).toBe(true);
    expect(trials.some(({ state }) => state === 'failed')).toBe(true);
    expect(best?.state).toBe('done');
  });

  it('prunes what is behind on part of the history, and counts it', async () => {
    const seen: number[] = [];
    const { outcome } = search(randomProposer(SPACE, 3), {
      prune: true,
      trials: 40,
      evaluate: async (setting, share) => {
        seen.push(share);
        return evaluationOf({ returnPct: share * hill(setting) });
      },
    });
    const { trials, best } = await outcome;
    const pruned = trials.filter(({ state }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(10);
    expect(seen.filter((share) => share === 1).length).toBe(trials.length - pruned.length);
    expect(Math.max(...trials.map(({ setting }) => hill(setting)))).toBe(best!.evaluation!.figures.returnPct);
  });

  it.each([false, true])('broken off and gone on with is the same as one that was not (pruning: %s)', async (prune) => {
    const evaluate = async (setting: Setting, share: number) => evaluationOf({ returnPct: share * hill(setting) });
    const whole = await search(tpeProposer(SPACE, 8, byReturn), { trials: 30, prune, evaluate }).outcome;
    expect(whole.trials.some(({ state }) => state === 'pruned')).toBe(prune);
    const stop = new AbortController();
    const first = search(tpeProposer(SPACE, 8, byReturn), {
      trials: 30,
      prune,
      evaluate,
      signal: stop.signal,
      progress: ({ ended }) => {
        if (ended === 17) stop.abort();
      },
    });
    const broken = await first.outcome;
    expect([broken.isCancelled, broken.trials.length]).toEqual([true, 17]);
    const second = search(tpeProposer(SPACE, 8, byReturn), { trials: 30, prune, evaluate, earlier: first.recorded });
    expect((await second.outcome).trials).toEqual(whole.trials);
    expect(second.recorded.length).toBe(13);
  });

  it('what it is broken off by is no trial; the search ends there', async () => {
    const stop = new AbortController();
    let evaluations = 0;
    const { recorded, outcome } = search(randomProposer(SPACE, 1), {
      trials: 9,
      signal: stop.signal,
      evaluate: async () => {
        evaluations += 1;
        if (evaluations === 4) stop.abort();
        stop.signal.throwIfAborted();
        return evaluationOf({});
      },
    });
    expect(await outcome).toMatchObject({ isCancelled: true, trials: recorded });
    expect(recorded.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    await search(randomProposer(SPACE, 1), {
      trials: 3,
      progress: ({ ended, of, best }) => told.push(`${ended}/${of} ${best === null}`),
    }).outcome;
    expect(told).toEqual(['1/3 false', '2/3 false', '3/3 false']);
  });

  it('of several at a time is the same however many are tried at once and whichever ends first, broken off or not', async () => {
    const cases = (seed: number, over: Partial<SearchOptions<Evaluation>>) => {
      const random = createRandom(seed);
      return search(tpeProposer(SPACE, 5, byReturn), {
        together: 8,
        prune: true,
        evaluate: async (setting, share) => {
          for (let wait = Math.floor(random.next() * 20); wait > 0; wait -= 1) await Promise.resolve();
          return setting['x']! > 4 ? null : evaluationOf({ returnPct: hill(setting) * share });
        },
        ...over,
      });
    };
    const alone = await cases(1, {}).outcome;
    expect(alone.trials.some(({ state }) => state === 'pruned')).toBe(true);
    for (const atOnce of [2, 3, 8]) expect((await cases(atOnce, { atOnce }).outcome).trials).toEqual(alone.trials);
    const stop = new AbortController();
    const broken = cases(9, { atOnce: 3, signal: stop.signal, progress: ({ ended }) => ended === 21 && stop.abort() });
    expect((await broken.outcome).isCancelled).toBe(true);
    expect(broken.recorded.length).toBeLessThan(30);
    expect((await cases(10, { atOnce: 2, earlier: broken.recorded }).outcome).trials).toEqual(alone.trials);
  });

  it('has no more under way than it may', async () => {
    let [running, most] = [0, 0];
    await search(randomProposer(SPACE, 2), {
      together: 16,
      atOnce: 4,
      trials: 30,
      evaluate: async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return evaluationOf({});
      },
    }).outcome;
    expect(most).toBe(4);
  });
});
