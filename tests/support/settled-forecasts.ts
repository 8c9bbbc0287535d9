import { shrunkSkill } from '../../main/engine/decision/trust.ts';
import type { MemberScore, Regime, ScoreTally } from '../../main/engine/domain/ensemble.ts';
import type { DecidedForecast } from '../../main/engine/domain/trust-model.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';

/** How often a member is right, of what it says, where and when it says it. */
export interface PlantedMember {
  readonly member: string;
  readonly says: (random: { next(): number }) => number;
  /** @param said the chance it gives its own side */
  readonly isRightAt: (said: number, regime: Regime, hour: number) => number;
}

const DAY_MS = 86_400_000;
const ROUND_MS = 900_000;
const FADE = 0.998;
const EMPTY: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };
/** Midnight on a Monday. */
const FROM_MS = Date.UTC(2026, 0, 5);

/**
 * What members with a vote said every quarter of an hour of some instruments that share their regime, and what came of it; each with the
 * skill that its records gave it then, so that the weights by records are what they are on the desk.
 */
export function plantedForecasts(
  members: readonly PlantedMember[],
  days: number,
  seed: number,
  instruments = 2,
): DecidedForecast[] {
  const random = createRandom(seed);
  const scores = new Map<string, MemberScore>();
  const forecasts: DecidedForecast[] = [];
  let regime: Regime = 'usual';
  for (let madeMs = FROM_MS; madeMs < FROM_MS + days * DAY_MS; madeMs += ROUND_MS) {
    if (random.next() < 0.05) regime = (['calm', 'usual', 'wild'] as const)[Math.floor(3 * random.next())] as Regime;
    const hour = new Date(madeMs).getUTCHours();
    for (const instrumentId of Array.from({ length: instruments }, (_, at) => `binance:C${at}/USDT`)) {
      for (const { member, says, isRightAt } of members) {
        const said = says(random);
        const up = random.next() < 0.5;
        const right = random.next() < isRightAt(said, regime, hour);
        const score = scores.get(member) ?? blank(member);
        scores.set(member, settled(score, regime, right ? said : 1 - said));
        forecasts.push({
          member,
          instrumentId,
          timeframe: '15m',
          madeMs,
          settledMs: madeMs + 2 * ROUND_MS,
          bars: 2,
          probability: up ? said : 1 - said,
          rose: up === right,
          voted: true,
          situation: {
            regime,
            volatility: random.next(),
            skill: shrunkSkill({ skillOnCard: 0.002, score }, regime),
            n: score.byRegime[regime].n,
            company: 0.4 * random.next() - 0.2,
          },
        });
      }
    }
  }
  return forecasts;
}

const blank = (member: string): MemberScore => ({
  member,
  settled: 0,
  sinceMs: null,
  byRegime: { calm: EMPTY, usual: EMPTY, wild: EMPTY },
});

function settled(score: MemberScore, regime: Regime, given: number): MemberScore {
  const { n, logLoss, brier, right } = score.byRegime[regime];
  const tally = {
    n: FADE * n + 1,
    logLoss: FADE * logLoss - Math.log(given),
    brier: FADE * brier + (1 - given) ** 2,
    right: FADE * right + (given > 0.5 ? 1 : 0),
  };
  return { ...score, settled: score.settled + 1, byRegime: { ...score.byRegime, [regime]: tally } };
}
