import { LruCache } from '../market/lru.ts';
import type { UserPrint } from '../matching/order.ts';
import { floorMinute, type ReferenceTape } from './reference-tape.ts';
import { CandleSum, flatCandle, fromSteps, type StepCandle } from './step-candle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './tape-days.ts';

/** A public print in its place on the tape. */
export interface PublicPrint {
  readonly tradeId: number;
  readonly timeMs: number;
  readonly ticks: number;
  readonly lots: number;
  readonly side: 'buy' | 'sell';
}

const MERGED_MINUTES_KEPT = 8;

/** The running bar of one interval, as far as whole minutes are over. */
interface RunningBar {
  readonly openTimeMs: number;
  uptoMs: number;
  candle: StepCandle | null;
}

/**
 * Public prints and candles of one instrument: always the aggregate of tape and users' prints. Minutes without a user's
 * print are the source's candle untouched; the others are built from every print of the minute.
 */
export class Klines {
  readonly #tape: ReferenceTape;
  /** Users' prints by minute, and the hours that have some. */
  readonly #prints = new Map<number, UserPrint[]>();
  readonly #hoursWithPrints = new Set<number>();
  readonly #merged = new LruCache<number, readonly PublicPrint[]>(MERGED_MINUTES_KEPT);
  readonly #running = new Map<number, RunningBar>();
  #stretch: { readonly fromMs: number; readonly uptoMs: number; readonly candle: StepCandle } | null = null;
  #current: { readonly untilMs: number; readonly candle: StepCandle } | null = null;

  constructor(tape: ReferenceTape, prints: readonly UserPrint[]) {
    this.#tape = tape;
    for (const print of prints) this.addPrint(print);
  }

  addPrint(print: UserPrint): void {
    const minute = floorMinute(print.timeMs);
    const list = this.#prints.get(minute);
    if (list) list.push(print);
    else this.#prints.set(minute, [print]);
    this.#hoursWithPrints.add(Math.floor(minute / HOUR_MS) * HOUR_MS);
    this.forgetRunning();
  }

  /** The market of the past few moments is another than it was thought to be. */
  forgetRunning(): void {
    this.#merged.clear();
    this.#running.clear();
    this.#current = null;
    this.#stretch = null;
  }

  /** Users' prints of one minute, oldest first. */
  usersPrints(openTimeMs: number): readonly UserPrint[] {
    return this.#prints.get(openTimeMs) ?? [];
  }

  get minutesWithUsers(): Iterable<number> {
    return this.#prints.keys();
  }

  /** All prints of one minute, in the order in which they happen. */
  minutePrints(openTimeMs: number): readonly PublicPrint[] {
    const users = this.#prints.get(openTimeMs);
    if (!users) return this.#tape.minute(openTimeMs);
    return this.#merged.getOrCompute(openTimeMs, () => mergePrints(this.#tape.minute(openTimeMs), users));
  }

  /** Prints with `fromMs <= timeMs <= toMs` in the order in which they happened. */
  printsBetween(fromMs: number, toMs: number): PublicPrint[] {
    const all: PublicPrint[] = [];
    for (let minute = floorMinute(fromMs); minute <= toMs; minute += MINUTE_MS) {
      const prints = this.minutePrints(minute);
      for (let i = firstAtOrAfter(prints, fromMs); i < prints.length && prints[i]!.timeMs <= toMs; i += 1) {
        all.push(prints[i]!);
      }
    }
    return all;
  }

  /** Minute candles with `fromMs <= openTimeMs < toMs`, the running one as far as `nowMs`. */
  minutes(fromMs: number, toMs: number, nowMs: number): StepCandle[] {
    return this.bars(MINUTE_MS, fromMs, toMs, nowMs);
  }

  /** What happened from the open of a minute until `nowMs`, in one to a few candles. */
  stretch(fromMs: number, nowMs: number): StepCandle[] {
    const minute = floorMinute(nowMs);
    const known = this.#stretch;
    const isKnown = known?.fromMs === fromMs && known.uptoMs === minute;
    const closed = isKnown ? known.candle : this.#closed(fromMs, minute - fromMs);
    this.#stretch = { fromMs, uptoMs: minute, candle: closed };
    return [closed, this.#currentMinute(minute, nowMs)];
  }

  /** Candles of a multiple of a minute with `fromMs <= openTimeMs < toMs`; the last one may be running. */
  bars(intervalMs: number, fromMs: number, toMs: number, nowMs: number): StepCandle[] {
    const end = Math.min(toMs, nowMs + 1);
    const first = Math.ceil(fromMs / intervalMs) * intervalMs;
    const result: StepCandle[] = [];
    for (let open = first; open < end; open += intervalMs) {
      result.push(
        open + intervalMs <= nowMs ? this.#closed(open, intervalMs) : this.#runningBar(open, intervalMs, nowMs),
      );
    }
    return result;
  }

  /**
   * The days of which `bars` would compute something for this stretch that it does not know yet. Each prepared before,
   * `bars` is quick.
   */
  unpreparedDays(intervalMs: number, fromMs: number, toMs: number): number[] {
    const days: number[] = [];
    const { days: tape } = this.#tape;
    const isCoarse = intervalMs % HOUR_MS === 0;
    for (let day = Math.floor(fromMs / DAY_MS); day * DAY_MS < toMs; day += 1) {
      if (!tape.isReady(day, !isCoarse)) days.push(day);
    }
    return days;
  }

  prepareDay(intervalMs: number, day: number): void {
    this.#tape.days.prepare(day, intervalMs % HOUR_MS !== 0);
  }

  /** Second candles with `fromMs <= openTimeMs < toMs`; a second without a print is flat at the price before it. */
  seconds(fromMs: number, toMs: number, nowMs: number): StepCandle[] {
    const first = Math.ceil(fromMs / 1_000) * 1_000;
    const prints = this.printsBetween(first, Math.min(toMs - 1, nowMs));
    const result: StepCandle[] = [];
    let last = this.#tape.referenceTicks(first - 1);
    let at = 0;
    for (let open = first; open < toMs && open <= nowMs; open += 1_000) {
      const from = at;
      while (at < prints.length && prints[at]!.timeMs < open + 1_000) at += 1;
      const candle = fromSteps(open, prints.slice(from, at)) ?? flatCandle(open, last);
      last = candle.close;
      result.push(candle);
    }
    return result;
  }

  #closed(openTimeMs: number, intervalMs: number): StepCandle {
    const sum = new CandleSum();
    this.#addClosed(sum, openTimeMs, openTimeMs + intervalMs);
    return sum.candle(openTimeMs)!;
  }

  /** Adds finished minutes, whole hours at a time where nothing but the tape traded. */
  #addClosed(sum: CandleSum, fromMs: number, toMs: number): void {
    let at = fromMs;
    while (at < toMs) {
      const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
      const end = Math.min(toMs, hour + HOUR_MS);
      const hasUsers = this.#hoursWithPrints.has(hour);
      const whole = at === hour && end === hour + HOUR_MS && !hasUsers ? this.#tape.hourCandle(hour) : null;
      if (whole) sum.add(whole);
      else if (!hasUsers) this.#tape.addMinutes(sum, at, end);
      else for (let minute = at; minute < end; minute += MINUTE_MS) this.#addMinute(sum, minute);
      at = end;
    }
  }

  #addMinute(sum: CandleSum, openTimeMs: number): void {
    if (this.#prints.has(openTimeMs)) sum.add(this.#aggregate(openTimeMs, openTimeMs + MINUTE_MS - 1));
    else this.#tape.addMinutes(sum, openTimeMs, openTimeMs + MINUTE_MS);
  }

  #runningBar(openTimeMs: number, intervalMs: number, nowMs: number): StepCandle {
    const minute = floorMinute(nowMs);
    const current = this.#currentMinute(minute, nowMs);
    if (minute === openTimeMs) return current;
    const known = this.#running.get(intervalMs);
    const bar =
      known?.openTimeMs === openTimeMs && known.uptoMs <= minute
        ? known
        : { openTimeMs, uptoMs: openTimeMs, candle: null };
    if (bar.uptoMs < minute) {
      const sum = new CandleSum();
      if (bar.candle) sum.add(bar.candle);
      this.#addClosed(sum, bar.uptoMs, minute);
      bar.uptoMs = minute;
      bar.candle = sum.candle(openTimeMs);
      this.#running.set(intervalMs, bar);
    }
    const sum = new CandleSum();
    if (bar.candle) sum.add(bar.candle);
    sum.add(current);
    return sum.candle(openTimeMs)!;
  }

  #currentMinute(openTimeMs: number, untilMs: number): StepCandle {
    const known = this.#current;
    if (known?.untilMs === untilMs && known.candle.openTimeMs === openTimeMs) return known.candle;
    const candle = this.#aggregate(openTimeMs, untilMs);
    this.#current = { untilMs, candle };
    return candle;
  }

  #aggregate(openTimeMs: number, untilMs: number): StepCandle {
    return (
      fromSteps(openTimeMs, this.printsBetween(openTimeMs, untilMs)) ??
      flatCandle(openTimeMs, this.#tape.referenceTicks(openTimeMs - 1))
    );
  }
}

/** Users' prints of a minute put behind the tape's trades of their millisecond; carved pieces leave the tape's trade. */
export function mergePrints(tape: readonly PublicPrint[], users: readonly UserPrint[]): readonly PublicPrint[] {
  if (users.length === 0) return tape;
  const carved = new Map<number, number>();
  for (const print of users) {
    if (print.carvedFrom !== null) carved.set(print.carvedFrom, (carved.get(print.carvedFrom) ?? 0) + print.lots);
  }
  const rest = tape
    .map((trade) => (carved.has(trade.tradeId) ? { ...trade, lots: trade.lots - carved.get(trade.tradeId)! } : trade))
    .filter((trade) => trade.lots > 0);
  return [...rest, ...users].sort((a, b) => a.timeMs - b.timeMs || placeOf(a) - placeOf(b) || a.tradeId - b.tradeId);
}

/** A carved piece stands where its tape trade stood, so that the order of prices stays the tape's. */
const placeOf = (print: PublicPrint | UserPrint): number =>
  'carvedFrom' in print && print.carvedFrom !== null ? print.carvedFrom : print.tradeId;

/** Index of the first element at or after a moment, in a list in time order. */
export function firstAtOrAfter(list: readonly { readonly timeMs: number }[], timeMs: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.timeMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
