import type { Candle, Timeframe } from '../domain/candle.ts';
import type { MemberScore, Regime, ScoreTally } from '../domain/ensemble.ts';
import type { PredictionArrived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { ModelSpeaker } from './agent.ts';
import { barrierDistance } from './barrier.ts';
import { averageTrueRange, type CandleTape } from './candle-tape.ts';
import type { SettledForecast } from './score-hours.ts';

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

const EMPTY: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };

/** A stated chance of a rise that the market has not decided yet. */
interface Forecast {
  readonly madeMs: number;
  readonly probability: number;
  readonly regime: Regime;
  readonly close: number;
  readonly upper: number;
  readonly lower: number;
  barsLeft: number;
}

/** How every version did on what the market did afterwards, voters and shadows alike: live, on the same events. */
export interface ScoreKeeper {
  noteForecast(speaker: ModelSpeaker, event: PredictionArrived, tape: CandleTape | null): void;
  /** A closed candle decides what it can. */
  noteCandle(instrumentId: InstrumentId, timeframe: Timeframe, candle: Candle): void;
  scores(): readonly MemberScore[];
  score(member: string): MemberScore | null;
  /** Goes on from these. */
  restore(scores: readonly MemberScore[]): void;
}

/** @param onSettled hears of every forecast that the market has decided */
export function createScoreKeeper(onSettled: (forecast: SettledForecast) => void = () => {}): ScoreKeeper {
  const scores = new Map<string, MemberScore>();
  /** By member, instrument and timeframe. */
  const open = new Map<string, Map<string, Forecast[]>>();
  const whereOf = (instrumentId: InstrumentId, timeframe: Timeframe): string => `${instrumentId} ${timeframe}`;

  const settle = (member: string, where: string, forecast: Forecast, rose: boolean): void => {
    const { probability, madeMs } = forecast;
    onSettled({ member, about: `${where} ${madeMs}`, probability, rose, ...lossesOf(probability, rose) });
    const before = scores.get(member);
    const tallies = before?.byRegime ?? { calm: EMPTY, usual: EMPTY, wild: EMPTY };
    scores.set(member, {
      member,
      settled: (before?.settled ?? 0) + 1,
      sinceMs: before?.sinceMs ?? forecast.madeMs,
      byRegime: { ...tallies, [forecast.regime]: added(tallies[forecast.regime], forecast.probability, rose) },
    });
  };

  return {
    noteForecast({ name, version, barrier, horizonBars }, event, tape) {
      const at = tape?.candles.findLastIndex(({ openTimeMs }) => openTimeMs + tape.spanMs === event.candleCloseTimeMs);
      if (!tape || at === undefined || at < 0) return;
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
      waiting.push({
        madeMs: event.candleCloseTimeMs,
        probability: event.probability,
        regime: regimeAt(tape.candles, at),
        close,
        upper: close + distance,
        lower: close - distance,
        barsLeft: horizonBars,
      });
      places.set(where, waiting);
    },
    noteCandle(instrumentId, timeframe, candle) {
      const where = whereOf(instrumentId, timeframe);
      for (const [member, places] of open) {
        const waiting = places.get(where);
        if (!waiting) continue;
        const left = waiting.filter((forecast) => {
          if (candle.openTimeMs < forecast.madeMs) return true;
          forecast.barsLeft -= 1;
          const outcome = outcomeAt(forecast, candle);
          if (outcome === 'rise' || outcome === 'fall') settle(member, where, forecast, outcome === 'rise');
          return outcome === 'open';
        });
        places.set(where, left);
      }
    },
    scores: () => [...scores.values()],
    score: (member) => scores.get(member) ?? null,
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
