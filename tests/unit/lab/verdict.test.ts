import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { type BacktestPlan, runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../main/lab/backtest/settings.ts';
import type { DayReturns } from '../../../main/lab/experiments/day-returns.ts';
import { type Evidence, gatherEvidence } from '../../../main/lab/honesty/evidence.ts';
import { judge, type Reason, textOf, type Verdict } from '../../../main/lab/honesty/verdict.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { candlesOf } from '../../support/candle-columns.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

/** Two hundred days of hours that go up for a day and down for a day, under noise. */
const HOUR_MS = 3_600_000;
function waves(height: number, seed: number, noise = 0.002) {
  const random = createRandom(seed);
  let price = 100;
  const candles = candlesOf(
    Array.from({ length: 4_800 }, (_, bar) => {
      const open = price;
      price *= 1 + height * Math.sign(Math.sin((bar / 24) * Math.PI)) + noise * (random.next() - 0.5);
      return [open, Math.max(open, price) * 1.0005, Math.min(open, price) * 0.9995, price] as const;
    }),
  );
  return {
    ...candles,
    openTimeMs: candles.openTimeMs.map((_, bar) => bar * HOUR_MS),
    volume: candles.volume.map(() => 1e6),
  };
}

const planOver = (candles: ReturnType<typeof waves>, over: Partial<BacktestPlan> = {}): BacktestPlan => ({
  strategy: smaCross,
  params: { fast: 2, slow: 6 },
  markets: [{ candles }],
  settings: { ...REALISTIC, impact: 0 },
  ...over,
});
const evidenceOf = (plan: BacktestPlan, otherTrials: readonly DayReturns[] = []): Evidence =>
  gatherEvidence(plan, runBacktest(plan), { seed: 3, otherTrials });
const codes = ({ reasons }: Verdict): readonly string[] => reasons.map(({ code }) => code);

describe('the verdict', () => {
  const strong = evidenceOf(planOver(waves(0.004, 1)));

  it('worth paper trading: an edge that is there', () => {
    const verdict = judge(strong);
    expect(verdict).toMatchObject({ kind: 'worth-paper', tone: 'good' });
    expect(verdict.sentence).toMatch(
      /^Worth paper trading: a Sharpe ratio of \d+\.\d\d \(.* to .*\); better than 100 % of/,
    );
    expect(codes(verdict)).toEqual([
      'no-look-ahead',
      'above-zero',
      'ahead-of-holding',
      'better-than-random',
      'beyond-luck',
      'wide-margin',
      'steady-parameters',
    ]);
  });

  it('no edge: what costs eat', () => {
    const verdict = judge(evidenceOf(planOver(waves(0, 8))));
    expect(verdict).toMatchObject({ kind: 'no-edge', tone: 'bad' });
    expect(verdict.sentence).toMatch(/^No edge: loses \d+/);
    expect(codes(verdict)[0]).toBe('loses');
  });

  it('not to be believed: what knows the future, however much it earns', () => {
    const found = [{ bar: 7, cutBar: 8, withFuture: null, withoutFuture: null }];
    const verdict = judge({ ...strong, lookAhead: { holds: false, found, cuts: 32, decisions: 90 } });
    expect(verdict).toMatchObject({ kind: 'void', tone: 'bad' });
    expect(verdict.sentence).toBe(
      'Not to be believed: it knows the future: 1 of 32 runs on data cut off earlier decided otherwise, first at bar 7.',
    );
  });

  it('not enough: a handful of trades', () => {
    const few = scriptedStrategy((bar, desk) =>
      bar % 1_000 === 5 ? desk.enter('long', { share: 0.5 }) : bar % 1_000 === 9 ? desk.exit() : undefined,
    );
    const verdict = judge(evidenceOf(planOver(waves(0.004, 1), { strategy: few, params: {} })));
    expect(verdict.sentence).toBe('Not enough to judge: 5 trades, and 30 are the fewest that say anything.');
    const never = judge(
      evidenceOf(planOver(waves(0.004, 1), { strategy: scriptedStrategy(() => undefined), params: {} })),
    );
    expect(never.sentence).toBe('Not enough to judge: 0 trades, and 30 are the fewest that say anything.');
  });

  it('doubtful: the best of very many trials', () => {
    const random = createRandom(4);
    const length = strong.statistics.daily.observations;
    const day = Int32Array.from({ length }, (_, at) => at);
    const trials = Array.from({ length: 199 }, () => ({
      day,
      returns: Float64Array.from({ length }, () => 0.05 * (random.next() - 0.5)),
    }));
    const plan = planOver(waves(0.003, 1, 0.03));
    const alone = judge(evidenceOf(plan));
    expect(codes(alone)).toContain('beyond-luck');
    const evidence = evidenceOf(plan, trials);
    expect(evidence.overfitting?.trials).toBe(200);
    // Trials of other days say nothing of a choice on these.
    const elsewhere = trials.map((trial) => ({ ...trial, day: day.map((each) => each + 1) }));
    expect(evidenceOf(plan, elsewhere).overfitting).toBe(null);
    const chosen = judge(evidence);
    expect(chosen.kind).toBe('doubtful');
    expect(codes(chosen)).toContain('lucky-trial');
    expect(chosen.sentence).toMatch(/^Doubtful: more than luck with [\d.]+ % only, after 200 trials/);
  });

  it.each<[string, Partial<Evidence>, Reason['code'], Verdict['kind']]>([
    [
      'random entries do as well',
      { random: { draws: 100, beatenShare: 0.6, returnsPct: new Float64Array(0) } },
      'no-better-than-random',
      'no-edge',
    ],
    [
      'random entries do nearly as well',
      { random: { draws: 100, beatenShare: 0.9, returnsPct: new Float64Array(0) } },
      'hardly-better-than-random',
      'doubtful',
    ],
    ['overfit', { overfitting: { probability: 0.5, trials: 40 } }, 'overfit', 'doubtful'],
    ['a thin margin', { costs: { ...strong.costs, breakEvenTimes: 1.2 } }, 'thin-margin', 'doubtful'],
    ['a short record', { daysNeeded: 900 }, 'short-record', 'doubtful'],
    [
      'too short a warm-up',
      { warmUp: { ...strong.warmUp, kind: 'fails', enoughBars: 900 } },
      'warm-up-short',
      'doubtful',
    ],
    [
      'neighbours that lose',
      { neighbours: { ...strong.neighbours, profitableShare: 0.2 } },
      'fragile-parameters',
      'doubtful',
    ],
    ['holding better', { holding: { ...strong.holding, sharpe: 900 } }, 'behind-holding', 'doubtful'],
    [
      'slow',
      { latency: { runs: [{ latencyMs: 2_000, figures: { ...strong.holding, returnPct: -1 } }] } },
      'needs-speed',
      'doubtful',
    ],
    ['liquidated', { statistics: { ...strong.statistics, exits: { liquidation: 1 } } }, 'liquidated', 'no-edge'],
  ])('%s', (_, over, code, kind) => {
    const verdict = judge({ ...strong, ...over });
    expect(verdict.kind).toBe(kind);
    const reason = verdict.reasons.find((each) => each.code === code)!;
    expect(reason.tone).not.toBe('good');
    expect(verdict.sentence).toContain(textOf(reason));
  });

  it('of a run that came to nothing is not that it loses', () => {
    expect(textOf({ code: 'loses', returnPct: 0, returnPctWithoutCosts: 0 })).toBe('neither wins nor loses');
  });

  it('a warm-up that is short beside the run is said, and changes nothing', () => {
    const verdict = judge({ ...strong, warmUp: { ...strong.warmUp, kind: 'fails', enoughBars: 76 } });
    expect(verdict.kind).toBe('worth-paper');
    expect(verdict.reasons.map(({ text }) => text)).toContain('decides the same wherever it is started, after 76 bars');
  });

  it('says every reason in plain words', () => {
    const verdict = judge(strong);
    for (const { text } of verdict.reasons) {
      expect(text).not.toMatch(/NaN|undefined|null|Infinity|\.$/);
    }
  });

  it('is the same again', () => {
    expect(judge(evidenceOf(planOver(waves(0.004, 1))))).toEqual(judge(strong));
  });

  it('tells how far it is', () => {
    const told: string[] = [];
    const plan = planOver(waves(0.004, 1));
    gatherEvidence(plan, runBacktest(plan), { seed: 3, tell: (done, total) => told.push(`${done}/${total}`) });
    expect(told[0]).toBe('0/9');
    expect(told.at(-1)).toBe('8/9');
  });
});
