import type { InstrumentId } from './instrument.ts';

/** A version of a model that is asked: `vote` counts, `shadow` is scored on the same events and counts for nothing. */
export interface LineUpEntry {
  readonly model: string;
  readonly version: string;
  readonly role: 'vote' | 'shadow';
}

/** How much an instrument moves, against what it has moved of late. */
export const REGIMES = ['calm', 'usual', 'wild'] as const;
export type Regime = (typeof REGIMES)[number];

/** What a person set for the votes. */
export interface EnsembleSettings {
  /** The pooled probability from which the weighed votes propose, [0.5, 1). */
  readonly confidenceMin: number;
  /** By member: a factor in place of what its record is worth; 0 silences it. */
  readonly weights: Readonly<Record<string, number>>;
  /** By instrument: judged only at closes that are whole multiples of this, in ms. Every close where it is absent. */
  readonly decideEveryMs: Readonly<Record<InstrumentId, number>>;
}

export const DEFAULT_ENSEMBLE: EnsembleSettings = { confidenceMin: 0.5, weights: {}, decideEveryMs: {} };

/** What is to be another, by name; null takes one back. */
export interface EnsembleChange {
  readonly confidenceMin?: number | undefined;
  readonly weights?: Readonly<Record<string, number | null>> | undefined;
  readonly decideEveryMs?: Readonly<Record<InstrumentId, number | null>> | undefined;
}

export const changedEnsemble = (settings: EnsembleSettings, change: EnsembleChange): EnsembleSettings => ({
  confidenceMin: change.confidenceMin ?? settings.confidenceMin,
  weights: merged(settings.weights, change.weights),
  decideEveryMs: merged(settings.decideEveryMs, change.decideEveryMs),
});

const merged = (
  known: Readonly<Record<string, number>>,
  change: Readonly<Record<string, number | null>> = {},
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries({ ...known, ...change }).filter((entry): entry is [string, number] => entry[1] !== null),
  );

/** Sums over a version's settled forecasts in one regime; old ones fade, so `n` is what they weigh now. */
export interface ScoreTally {
  readonly n: number;
  /** Of the logarithmic loss, in nats. */
  readonly logLoss: number;
  readonly brier: number;
  /** Of those that were on the right side of a half. */
  readonly right: number;
}

export interface MemberScore {
  /** `model@version` */
  readonly member: string;
  /** How many were settled in all, none of them faded. */
  readonly settled: number;
  /** When the first of them was made; null before it. */
  readonly sinceMs: number | null;
  readonly byRegime: Readonly<Record<Regime, ScoreTally>>;
}

/** Answers in which the likelier side was given such a chance: from `from` to where the next band begins. */
export interface SaidTally {
  readonly from: number;
  readonly n: number;
  /** Sum of the chances given. */
  readonly said: number;
  /** Of those in which that side came. */
  readonly right: number;
}

/** What the market settled of one version's forecasts between two tallies: plain sums, nothing faded. */
export interface ScoredHour {
  /** `model@version` */
  readonly member: string;
  /** What its word weighed at the end, on average over the instruments; null for one without a vote. */
  readonly trust: number | null;
  readonly tally: ScoreTally;
  readonly said: readonly SaidTally[];
  /** Of the forecasts that another version of its name made of the same candles: its own losses less the other's. */
  readonly beside: readonly {
    readonly member: string;
    readonly n: number;
    readonly logLoss: number;
    readonly brier: number;
  }[];
}

/** Tallies that are looked back on: four weeks of hours. */
export const HOURS_KEPT = 672;

/** All members of one tally. */
export interface TalliedHour {
  /** Hours since 1970. */
  readonly hour: number;
  readonly scored: readonly ScoredHour[];
}

export const versionKey = ({ model, version }: { readonly model: string; readonly version: string }): string =>
  `${model}@${version}`;

/** Of all regimes together. */
export function totalOf({ byRegime }: Pick<MemberScore, 'byRegime'>): ScoreTally {
  const sum = { n: 0, logLoss: 0, brier: 0, right: 0 };
  for (const regime of REGIMES) {
    const tally = byRegime[regime];
    sum.n += tally.n;
    sum.logLoss += tally.logLoss;
    sum.brier += tally.brier;
    sum.right += tally.right;
  }
  return sum;
}
