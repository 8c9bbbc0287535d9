import { type Candle, TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type {
  Line,
  OfCloses,
  Series,
  StrategyCandle,
  StrategyContext,
  StrategyDefinition,
  StrategyHandlers,
} from './strategy.ts';

interface Track {
  readonly value: number;
  step(candle: Candle): void;
}

class ClosesLine<I extends OfCloses> implements Line<I>, Track {
  readonly indicator: I;
  value = Number.NaN;

  constructor(indicator: I) {
    this.indicator = indicator;
  }

  step(candle: Candle): void {
    this.value = this.indicator.update(candle.close);
  }
}

class CandlesLine<I> implements Line<I>, Track {
  readonly indicator: I;
  readonly #update: (indicator: I, candle: Candle) => number;
  value = Number.NaN;

  constructor(indicator: I, update: (indicator: I, candle: Candle) => number) {
    this.indicator = indicator;
    this.#update = update;
  }

  step(candle: Candle): void {
    this.value = this.#update(this.indicator, candle);
  }
}

/** A track of another series than the candles of the first instrument. */
interface FarTrack {
  readonly instrument: number;
  readonly track: Track;
  /** Null for the candles of the run themselves. */
  readonly longer: LongerCandle | null;
}

/** A candle of a longer timeframe while it is built from shorter ones. Its bars lie on the epoch's grid; missing candles are not filled in. */
class LongerCandle implements Candle {
  readonly #lengthMs: number;
  openTimeMs = Number.NaN;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;

  constructor(timeframe: Timeframe) {
    this.#lengthMs = TIMEFRAME_MS[timeframe];
  }

  get endMs(): number {
    return this.openTimeMs + this.#lengthMs;
  }

  /** True where `candle` begins a later bar than the one being built. */
  isOver(candle: Candle): boolean {
    return candle.openTimeMs >= this.endMs;
  }

  add(candle: Candle): void {
    if (!(candle.openTimeMs < this.endMs)) {
      this.openTimeMs = candle.openTimeMs - (candle.openTimeMs % this.#lengthMs);
      this.open = candle.open;
      this.high = candle.high;
      this.low = candle.low;
      this.volume = 0;
    }
    if (candle.high > this.high) this.high = candle.high;
    if (candle.low < this.low) this.low = candle.low;
    this.close = candle.close;
    this.volume += candle.volume;
  }
}

/**
 * One running strategy: feeds its indicators, and says when it is warm. All gears and the live desk feed strategies through
 * this, so that an indicator has the same value in each.
 */
export class StrategyFeed {
  readonly handlers: StrategyHandlers;
  /** Of the first instrument's own candles: nearly all there are, and on the fastest path of every run. */
  readonly #near: Track[] = [];
  readonly #far: FarTrack[] = [];
  readonly #spanMs: number;
  #warm = false;

  /** @param spanMs length of the candles that it will be fed. @throws RangeError what the strategy says of its parameters */
  constructor(definition: StrategyDefinition, params: Readonly<Record<string, number>>, spanMs: number) {
    this.#spanMs = spanMs;
    const context: StrategyContext<Readonly<Record<string, number>>> = {
      params,
      track: (indicator, series) => this.#track(new ClosesLine(indicator), series),
      trackCandles: (indicator, update, series) => this.#track(new CandlesLine(indicator, update), series),
    };
    this.handlers = definition.start(context);
  }

  /** Steps the indicators. True where every one of them has a value: then the strategy may be asked. */
  take(candle: StrategyCandle): boolean {
    if (candle.instrument === 0) for (let at = 0; at < this.#near.length; at += 1) this.#near[at]!.step(candle);
    if (this.#far.length > 0) this.#takeFar(candle);
    return this.#warm || this.#isWarm();
  }

  #isWarm(): boolean {
    const all = [...this.#near, ...this.#far.map(({ track }) => track)];
    this.#warm = all.every(({ value }) => !Number.isNaN(value));
    return this.#warm;
  }

  #takeFar(candle: StrategyCandle): void {
    for (const { instrument, track, longer } of this.#far) {
      if (instrument !== candle.instrument) continue;
      if (longer === null) track.step(candle);
      else this.#takeLonger(track, longer, candle);
    }
  }

  #takeLonger(track: Track, longer: LongerCandle, candle: StrategyCandle): void {
    // A bar whose last candles are missing is over when a later one begins.
    if (longer.isOver(candle)) track.step(longer);
    longer.add(candle);
    if (candle.openTimeMs + this.#spanMs < longer.endMs) return;
    track.step(longer);
    longer.openTimeMs = Number.NaN;
  }

  #track<T extends Track>(track: T, { timeframe, instrument = 0 }: Series = {}): T {
    const isLonger = timeframe !== undefined && TIMEFRAME_MS[timeframe] !== this.#spanMs;
    if (isLonger && !(TIMEFRAME_MS[timeframe] > this.#spanMs))
      throw new RangeError(`candles of ${this.#spanMs / 60_000} minutes cannot give an indicator of ${timeframe}`);
    if (instrument === 0 && !isLonger) this.#near.push(track);
    else this.#far.push({ instrument, track, longer: isLonger ? new LongerCandle(timeframe) : null });
    return track;
  }
}
