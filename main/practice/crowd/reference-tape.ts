import type { MarketSource } from '../market/source.ts';
import type { Side } from '../matching/order.ts';
import { nearestLots, nearestTicks, type TradingRules } from '../matching/rules.ts';
import type { TapeStep } from '../matching/tape-plan.ts';
import { tapeTradeId } from '../matching/trade-ids.ts';
import { CandleSum, flatCandle, fromSteps, type StepCandle } from './step-candle.ts';
import { HOUR_MS, MINUTE_MS, TapeDays } from './tape-days.ts';

/** A lasting shift of one instrument's reference price from a moment on. */
export interface Shock {
  readonly symbol: string;
  readonly fromMs: number;
  readonly bps: number;
}

const MINUTES_KEPT = 25;

/** The source's market of one instrument, in whole steps, with the shocks applied. Pure apart from its small cache. */
export class ReferenceTape {
  readonly rules: TradingRules;
  readonly days: TapeDays;
  readonly #source: MarketSource;
  readonly #shocks: Shock[];
  readonly #minutes = new Map<number, readonly TapeStep[]>();

  /** From `exactFromMs` on candles carry what their prints come to; before it quote and taker volumes are estimates. */
  constructor(source: MarketSource, rules: TradingRules, shocks: readonly Shock[], exactFromMs: number) {
    this.#source = source;
    this.days = new TapeDays(source, rules.symbol, exactFromMs);
    this.rules = rules;
    this.#shocks = [...shocks];
  }

  addShock(shock: Shock): void {
    this.#shocks.push(shock);
    for (const minute of [...this.#minutes.keys()]) if (minute + MINUTE_MS > shock.fromMs) this.#minutes.delete(minute);
  }

  /** The trades of the minute that opens at `openTimeMs`. */
  minute(openTimeMs: number): readonly TapeStep[] {
    const known = this.#minutes.get(openTimeMs);
    if (known) return known;
    const steps = this.#read(openTimeMs, openTimeMs + MINUTE_MS);
    this.#minutes.set(openTimeMs, steps);
    if (this.#minutes.size > MINUTES_KEPT) this.#minutes.delete(this.#minutes.keys().next().value!);
    return steps;
  }

  /** Trades with `fromMs <= timeMs <= toMs`. */
  between(fromMs: number, toMs: number): readonly TapeStep[] {
    const steps: TapeStep[] = [];
    for (let minute = floorMinute(fromMs); minute <= toMs; minute += MINUTE_MS) {
      for (const step of this.minute(minute)) if (step.timeMs >= fromMs && step.timeMs <= toMs) steps.push(step);
    }
    return steps;
  }

  /** Reference price at a moment, shocks up to then included. */
  referenceTicks(timeMs: number): number {
    const ticks = nearestTicks(this.rules, Number(this.#source.referencePrice(this.rules.symbol, timeMs)));
    return this.#shift(ticks, this.#factor(timeMs));
  }

  shape(timeMs: number) {
    return this.#source.bookShape(this.rules.symbol, timeMs);
  }

  /** The finished candle of the minute that opens then. One in which a shock fell comes from its trades. */
  minuteCandle(openTimeMs: number): StepCandle {
    if (this.#isShocked(openTimeMs, MINUTE_MS)) {
      return fromSteps(openTimeMs, this.minute(openTimeMs)) ?? flatCandle(openTimeMs, this.referenceTicks(openTimeMs));
    }
    const sum = new CandleSum();
    this.days.addMinutes(sum, openTimeMs, openTimeMs + MINUTE_MS);
    return this.#shiftCandle(sum.candle(openTimeMs)!);
  }

  /** The finished candle of the hour that opens then, or null when a shock fell into it. */
  hourCandle(openTimeMs: number): StepCandle | null {
    return this.#isShocked(openTimeMs, HOUR_MS) ? null : this.#shiftCandle(this.days.hour(openTimeMs));
  }

  /** Adds the finished minutes that open in `[fromMs, toMs)`. */
  addMinutes(sum: CandleSum, fromMs: number, toMs: number): void {
    if (this.#shocks.every((shock) => shock.fromMs >= toMs)) this.days.addMinutes(sum, fromMs, toMs);
    else for (let at = fromMs; at < toMs; at += MINUTE_MS) sum.add(this.minuteCandle(at));
  }

  /** Does a shock strike after the stretch has begun and before it is over? */
  #isShocked(openTimeMs: number, lengthMs: number): boolean {
    return this.#shocks.some((shock) => shock.fromMs > openTimeMs && shock.fromMs < openTimeMs + lengthMs);
  }

  #shiftCandle(candle: StepCandle): StepCandle {
    const factor = this.#factor(candle.openTimeMs);
    if (factor === 1) return candle;
    const price = (ticks: number): number => this.#shift(ticks, factor);
    return {
      ...candle,
      open: price(candle.open),
      high: price(candle.high),
      low: price(candle.low),
      close: price(candle.close),
      quote: scale(candle.quote, factor),
      buyQuote: scale(candle.buyQuote, factor),
    };
  }

  #read(fromMs: number, toMs: number): readonly TapeStep[] {
    let lastMs = -1;
    let index = 0;
    return this.#source.tape(this.rules.symbol, fromMs, toMs).map((trade) => {
      index = trade.timeMs === lastMs ? index + 1 : 0;
      lastMs = trade.timeMs;
      return {
        tradeId: tapeTradeId(trade.timeMs, index),
        timeMs: trade.timeMs,
        ticks: this.#shift(nearestTicks(this.rules, Number(trade.price)), this.#factor(trade.timeMs)),
        lots: nearestLots(this.rules, Number(trade.qty)),
        side: trade.side as Side,
      };
    });
  }

  #factor(timeMs: number): number {
    let factor = 1;
    for (const shock of this.#shocks) if (shock.fromMs <= timeMs) factor *= 1 + shock.bps / 10_000;
    return factor;
  }

  /** Rounding keeps order, so the shifted candle is the candle of the shifted trades. */
  #shift(ticks: number, factor: number): number {
    return factor === 1 ? ticks : Math.max(1, Math.round(ticks * factor));
  }
}

export const floorMinute = (timeMs: number): number => Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;

/** Rounded to the millionth: after a shock, sums of quote are not exact. */
const scale = (quote: bigint, factor: number): bigint => (quote * BigInt(Math.round(factor * 1e6))) / 1_000_000n;
