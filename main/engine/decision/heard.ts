import type { SituatedForecast, TrustModel } from '../domain/trust-model.ts';

/** Log odds of 95 %: no forecast counts for more. */
export const LOG_ODDS_MAX = 3;
/** Log odds of what a forecast says, so that a usual one is about 1. */
const SAID_SCALE = 0.25;
/** Skill of late in the unit that trust is reckoned in, and the most of it that counts. */
const SKILL_SCALE = 0.02;
const SKILL_MAX = 3;
/** Forecasts after which more of them say little more: as many as trust gives to the card. */
const SEASONED = 300;
const HOUR_MS = 3_600_000;
const HOURS = 24;

/** What a trust model weighs, in the order of its weights. */
export const TRUST_TERMS = [
  'bias',
  'said',
  'calm',
  'wild',
  'said in the calm',
  'said in the wild',
  'volatility',
  'skill of late',
  'experience',
  'company',
  'hour, sine',
  'hour, cosine',
  'weekend',
] as const;

type TrustWeights = Omit<TrustModel, 'untilMs'>;

/** Of a probability in [0, 1]; not beyond those of 95 %. */
export function logOddsOf(probability: number): number {
  const odds = Math.log(probability / (1 - probability));
  return Math.max(-LOG_ODDS_MAX, Math.min(LOG_ODDS_MAX, odds));
}

/** The values of `TRUST_TERMS` for a forecast: of what was known when it was made, and nothing else. */
export function trustTerms({ probability, madeMs, situation }: Omit<SituatedForecast, 'member'>): readonly number[] {
  const said = Math.abs(logOddsOf(probability)) / SAID_SCALE;
  const calm = situation.regime === 'calm' ? 1 : 0;
  const wild = situation.regime === 'wild' ? 1 : 0;
  const angle = (2 * Math.PI * ((madeMs / HOUR_MS) % HOURS)) / HOURS;
  const day = new Date(madeMs).getUTCDay();
  return [
    1,
    said,
    calm,
    wild,
    said * calm,
    said * wild,
    2 * situation.volatility - 1,
    Math.max(-SKILL_MAX, Math.min(SKILL_MAX, situation.skill / SKILL_SCALE)),
    situation.n / (situation.n + SEASONED),
    Math.max(-LOG_ODDS_MAX, Math.min(LOG_ODDS_MAX, situation.company)),
    Math.sin(angle),
    Math.cos(angle),
    day === 0 || day === 6 ? 1 : 0,
  ];
}

/** What each term adds to the log odds that the forecast is right; null for a version that the model does not know. */
export function trustParts(model: TrustWeights, forecast: SituatedForecast): readonly number[] | null {
  const own = model.members.find(({ member }) => member === forecast.member);
  if (!own) return null;
  return trustTerms(forecast).map((term, at) => term * ((model.shared[at] ?? 0) + (own.weights[at] ?? 0)));
}

/**
 * How much of what a forecast says is believed: the log odds that it is right by the model, of those it states. 1 at most, so that
 * nobody is believed more than he says; 1 too for who is not known, and where nothing is said.
 */
export function heardShare(model: TrustWeights, forecast: SituatedForecast): number {
  const stated = Math.abs(logOddsOf(forecast.probability));
  const parts = trustParts(model, forecast);
  if (parts === null || stated === 0) return 1;
  const believed = parts.reduce((sum, part) => sum + part, stated);
  return Math.max(0, Math.min(1, believed / stated));
}
