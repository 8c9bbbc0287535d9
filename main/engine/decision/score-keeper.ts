import { type Candle, TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import type { MemberScore, Regime, ScoreTally } from '../domain/ensemble.ts';
import type { PredictionArrived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { DecidedForecast, SituatedForecast, Situation } from '../domain/trust-model.ts';
import type { ModelSpeaker } from './agent.ts';
import { barrierDistance } from './barrier.ts';
import { averageTrueRange, type CandleTape } from './candle-tape.ts';
import type { SettledForecast } from './score-hours.ts';
import { companyOf, type Round, situationAt } from './situation.ts';

/** Each further forecast makes the older ones weigh so much less: half of the weight lies on the last 350. */
const FADE = 0.998;
const PROBABILITY_MIN = 1e-6;
/** Range of the last bars against a longer past; further out than these it is not the usual one. */
const RANGE_BARS = 14;
const PAST_BARS = 96;
const CALM_SHARE_MAX = 0.75;
const WILD_SHARE_MIN = 1.33;
/** Forecasts that wait for their end, of one version on one instrument: far more than any horizon has. */
const OPEN_MAX = 512;
/** Settled ones that are kept until somebody writes them down. */
const SETTLED_KEPT = 4_096;

const EMPTY: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };

/** A stated chance of a rise that the market has not decided yet. */
interface Forecast {
  readonly madeMs: number;
  readonly probability: number;
  readonly situation: Omit<Situation, 'company'>;
  readonly round: Round;
  readonly voted: boolean;
  readonly close: number;
  readonly upper: number;
  readonly lower: number;
  bars: number;
  barsLeft: number;
}

/** A run of settled forecasts, oldest first; `next` is where the following run begins. */
export interface SettledRun {
  readonly forecasts: readonly DecidedForecast[];
  readonly next: number;
}

/** How every version did on what the market did afterwards, voters and shadows alike: live, on the same events. */
export interface ScoreKeeper {
  /** @param voted false for a shadow's */
  noteForecast(speaker: ModelSpeaker, event: PredictionArrived, tape: CandleTape | null, voted: boolean): void;
  /** A closed candle decides what it can. */
  noteCandle(instrumentId: InstrumentId, timeframe: Timeframe, candle: Candle): void;
  scores(): readonly MemberScore[];
  score(member: string): MemberScore | null;
  /** The forecast that a version made last on an instrument; null where it has not been asked or could not be settled. */
  lastForecast(member: string, instrumentId: InstrumentId, timeframe: Timeframe): SituatedForecast | null;
  /** Those settled from number `from` on, of the last few thousand of this session. */
  settledSince(from: number): SettledRun;
  /** Goes on from these. */
  restore(scores: readonly MemberScore[]): void;
}

/** @param onSettled hears of every forecast that the market has decided */
export function createScoreKeeper(onSettled: (forecast: SettledForecast) => void = () => {}): ScoreKeeper {
  const scores = new Map<string, MemberScore>();
  /** By member, instrument and timeframe. */
  const open = new Map<string, Map<string, Forecast[]>>();
  const last = new Map<string, Map<string, Forecast>>();
  /** By instrument and timeframe: what is said of the last candle that anybody was asked about. */
  const rounds = new Map<string, { readonly madeMs: number; readonly said: Map<string, number> }>();
  let settled: DecidedForecast[] = [];
  let settledBefore = 0;
  const whereOf = (instrumentId: InstrumentId, timeframe: Timeframe): string => `${instrumentId} ${timeframe}`;

  const joinRound = (where: string, madeMs: number, member: string, probability: number): Round => {
    const round = rounds.get(where);
    const said = round?.madeMs === madeMs ? round.said : new Map<string, number>();
    rounds.set(where, { madeMs, said });
    return said.set(member, probability);
  };

  const situated = (member: string, { madeMs, probability, situation, round }: Forecast): SituatedForecast => ({
    member,
    madeMs,
    probability,
    situation: { ...situation, company: companyOf(round, member) },
  });

  const keepSettled = (forecast: DecidedForecast): void => {
    settled.push(forecast);
    if (settled.length < 2 * SETTLED_KEPT) return;
    settledBefore += settled.length - SETTLED_KEPT;
    settled = settled.slice(-SETTLED_KEPT);
  };

  const settle = (member: string, where: string, forecast: Forecast, rose: boolean): void => {
    const { probability, madeMs, situation } = forecast;
    const { regime } = situation;
    onSettled({ member, about: `${where} ${madeMs}`, probability, rose, ...lossesOf(probability, rose) });
    const before = scores.get(member);
    const tallies = before?.byRegime ?? { calm: EMPTY, usual: EMPTY, wild: EMPTY };
    scores.set(member, {
      member,
      settled: (before?.settled ?? 0) + 1,
      sinceMs: before?.sinceMs ?? forecast.madeMs,
      byRegime: { ...tallies, [regime]: added(tallies[regime], forecast.probability, rose) },
    });
  };

  return {
    noteForecast({ name, version, barrier, horizonBars, skillOnCard }, event, tape, voted) {
      const at = tape?.candles.findLastIndex(({ openTimeMs }) => openTimeMs + tape.spanMs === event.candleCloseTimeMs);
      if (!tape || at === undefined || at < 0 || !(event.probability >= 0 && event.probability <= 1)) return;
      const distance = barrierDistance(barrier, tape.candles, at);
      if (!(distance > 0)) return;
      const { close } = tape.candles[at] as Candle;
      const member = `${name}@${version}`;
      const places = open.get(member) ?? new Map<string, Forecast[]>();
      open.set(member, places);
      const where = whereOf(event.instrumentId, event.timeframe);
      const waiting = places.get(where) ?? [];
      // Asked once more about the same candle, a model says the same.
      if (waiting.some(({ madeMs }) => madeMs === event.candleCloseTimeMs) || waiting.length >= OPEN_MAX) return;
      const score = scores.get(member) ?? null;
      const forecast: Forecast = {
        madeMs: event.candleCloseTimeMs,
        probability: event.probability,
        situation: situationAt({ skillOnCard, score }, tape.candles, at, regimeAt(tape.candles, at)),
        round: joinRound(where, event.candleCloseTimeMs, member, event.probability),
        voted,
        close,
        upper: barrier.kind === 'close' ? Number.POSITIVE_INFINITY : close + distance,
        lower: barrier.kind === 'close' ? Number.NEGATIVE_INFINITY : close - distance,
        bars: 0,
        barsLeft: horizonBars,
      };
      waiting.push(forecast);
      places.set(where, waiting);
      last.set(member, (last.get(member) ?? new Map<string, Forecast>()).set(where, forecast));
    },
    noteCandle(instrumentId, timeframe, candle) {
      const where = whereOf(instrumentId, timeframe);
      for (const [member, places] of open) {
        const waiting = places.get(where);
        if (!waiting) continue;
        const left = waiting.filter((forecast) => {
          if (candle.openTimeMs < forecast.madeMs) return true;
          forecast.bars += 1;
          forecast.barsLeft -= 1;
          const outcome = outcomeAt(forecast, candle);
          if (outcome === 'rise' || outcome === 'fall') {
            const rose = outcome === 'rise';
            settle(member, where, forecast, rose);
            const settledMs = candle.openTimeMs + TIMEFRAME_MS[timeframe];
            const { bars, voted } = forecast;
            keepSettled({ ...situated(member, forecast), instrumentId, timeframe, settledMs, bars, rose, voted });
          }
          return outcome === 'open';
        });
        places.set(where, left);
      }
    },
    scores: () => [...scores.values()],
    score: (member) => scores.get(member) ?? null,
    lastForecast(member, instrumentId, timeframe) {
      const forecast = last.get(member)?.get(whereOf(instrumentId, timeframe));
      return forecast ? situated(member, forecast) : null;
    },
    settledSince: (from) => ({
      forecasts: settled.slice(Math.max(0, from - settledBefore)),
      next: settledBefore + settled.length,
    }),
    restore(kept) {
      scores.clear();
      for (const score of kept) scores.set(score.member, score);
    },
  };
}

/** As the label has it: a bar that touches both barriers, and the last one, decide by their close; level decides nothing. */
function outcomeAt(forecast: Forecast, { high, low, close }: Candle): 'rise' | 'fall' | 'level' | 'open' {
  const [above, below] = [high >= forecast.upper, low <= forecast.lower];
  if (above !== below) return above ? 'rise' : 'fall';
  if (!above && forecast.barsLeft > 0) return 'open';
  return close > forecast.close ? 'rise' : close < forecast.close ? 'fall' : 'level';
}

const givenTo = (probability: number, rose: boolean): number =>
  Math.max(PROBABILITY_MIN, rose ? probability : 1 - probability);

function lossesOf(probability: number, rose: boolean): { logLoss: number; brier: number } {
  const given = givenTo(probability, rose);
  return { logLoss: -Math.log(given), brier: (1 - given) ** 2 };
}

function added(tally: ScoreTally, probability: number, rose: boolean): ScoreTally {
  const given = givenTo(probability, rose);
  const { logLoss, brier } = lossesOf(probability, rose);
  return {
    n: FADE * tally.n + 1,
    logLoss: FADE * tally.logLoss + logLoss,
    brier: FADE * tally.brier + brier,
    right: FADE * tally.right + (given > 0.5 ? 1 : 0),
  };
}

/** How far the last bars ranged against the past before `at`; usual where there is too little of it. */
export function regimeAt(candles: readonly Candle[], at: number = candles.length - 1): Regime {
  const recent = averageTrueRange(candles, at, RANGE_BARS);
  const past = averageTrueRange(candles, at, Math.min(PAST_BARS, at));
  const share = at >= 2 * RANGE_BARS && past > 0 ? recent / past : 1;
  return share <= CALM_SHARE_MAX ? 'calm' : share >= WILD_SHARE_MIN ? 'wild' : 'usual';
}
