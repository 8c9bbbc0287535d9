import { HOURS_KEPT, type SaidTally, type ScoredHour, type ScoreTally, type TalliedHour } from '../domain/ensemble.ts';

/** Where the bands of the chance given to the likelier side begin. */
const BANDS = [0.5, 0.55, 0.6, 0.7, 0.8] as const;
/** Settled candles that another version may still be scored on. */
const CANDLES_KEPT = 8_192;

/** A forecast of which the market has shown what it was worth. */
export interface SettledForecast {
  /** `model@version` */
  readonly member: string;
  /** Names the candle that it was about: instrument, timeframe and close. */
  readonly about: string;
  /** Chance of a rise. */
  readonly probability: number;
  readonly rose: boolean;
  readonly logLoss: number;
  readonly brier: number;
}

/** What is settled from one tally to the next, and the tallies of the last weeks: what intervals are drawn from. */
export interface ScoreHours {
  note(forecast: SettledForecast): void;
  /** Since the last tally: of these members, and of all of whom something was settled. */
  soFar(trusts: ReadonlyMap<string, number | null>): readonly ScoredHour[];
  /** A tally was made; the next one begins. */
  take(hour: number, scored: readonly ScoredHour[]): void;
  /** Oldest first. */
  kept(): readonly TalliedHour[];
  /** With what was settled since the last tally as one more; another array only where something was. */
  upToNow(): readonly TalliedHour[];
}

interface Sums {
  tally: ScoreTally;
  readonly said: Map<number, SaidTally>;
  readonly beside: Map<string, ScoredHour['beside'][number]>;
}

const NOTHING: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };

export function createScoreHours(): ScoreHours {
  let open = new Map<string, Sums>();
  let tallied: readonly TalliedHour[] = [];
  let now: readonly TalliedHour[] | null = null;
  const settled = new Map<string, readonly SettledForecast[]>();

  const sumsOf = (member: string): Sums => {
    const sums = open.get(member) ?? { tally: NOTHING, said: new Map(), beside: new Map() };
    open.set(member, sums);
    return sums;
  };

  /** Of one name, each beside the other. */
  const compare = (one: SettledForecast, other: SettledForecast): void => {
    const { beside } = sumsOf(one.member);
    const before = beside.get(other.member) ?? { member: other.member, n: 0, logLoss: 0, brier: 0 };
    beside.set(other.member, {
      member: other.member,
      n: before.n + 1,
      logLoss: before.logLoss + one.logLoss - other.logLoss,
      brier: before.brier + one.brier - other.brier,
    });
  };

  const soFar = (trusts: ReadonlyMap<string, number | null>): readonly ScoredHour[] =>
    [...new Set([...trusts.keys(), ...open.keys()])].map((member) => {
      const sums = open.get(member);
      return {
        member,
        trust: trusts.get(member) ?? null,
        tally: sums?.tally ?? NOTHING,
        said: [...(sums?.said.values() ?? [])].sort((a, b) => a.from - b.from),
        beside: [...(sums?.beside.values() ?? [])],
      };
    });

  return {
    note(forecast) {
      const { member, about, probability, rose, logLoss, brier } = forecast;
      now = null;
      const sums = sumsOf(member);
      const right = probability > 0.5 === rose && probability !== 0.5 ? 1 : 0;
      const { tally } = sums;
      sums.tally = {
        n: tally.n + 1,
        logLoss: tally.logLoss + logLoss,
        brier: tally.brier + brier,
        right: tally.right + right,
      };
      const chance = Math.max(probability, 1 - probability);
      const from = BANDS.findLast((each) => chance >= each) ?? BANDS[0];
      const band = sums.said.get(from) ?? { from, n: 0, said: 0, right: 0 };
      sums.said.set(from, { from, n: band.n + 1, said: band.said + chance, right: band.right + right });
      const others = settled.get(about) ?? [];
      for (const other of others) {
        if (nameOf(other.member) !== nameOf(member)) continue;
        compare(forecast, other);
        compare(other, forecast);
      }
      settled.set(about, [...others, forecast]);
      for (const oldest of settled.keys()) {
        if (settled.size <= CANDLES_KEPT) break;
        settled.delete(oldest);
      }
    },
    soFar,
    take(hour, scored) {
      open = new Map();
      now = null;
      if (scored.length > 0) tallied = [...tallied, { hour, scored }].slice(-HOURS_KEPT);
    },
    kept: () => tallied,
    upToNow() {
      const last = tallied.at(-1);
      now ??= last && open.size > 0 ? [...tallied, { hour: last.hour + 1, scored: soFar(new Map()) }] : tallied;
      return now;
    },
  };
}

const nameOf = (member: string): string => member.slice(0, member.lastIndexOf('@'));
