import { assert } from '../../engine/domain/result.ts';
import { firstAtOrAfter, type Klines } from './klines.ts';
import { floorMinute, type ReferenceTape } from './reference-tape.ts';
import { DAY_MS, MINUTE_MS } from './tape-days.ts';

/** A day and the number that its first print has as far as the tape alone is counted. */
export interface IdAnchor {
  readonly day: number;
  readonly id: number;
}

/** Where a new venue's count stands: high enough that no print of the past ten years has a number below one. */
export const FIRST_ANCHOR_ID = 1_000_000_000;
/** Prints older than this have no number of their own: asking by id starts here. */
const DAYS_BACK_MAX = 400;

/**
 * Trade ids as clients see them: consecutive per instrument, across restarts and whether or not anybody listened. The
 * number of tape prints of a minute is a pure function of the source, so the count needs one kept number and no counter;
 * what users add (or, taking a tape trade whole, do not) is counted from their stored prints.
 */
export class PublicIds {
  readonly #tape: ReferenceTape;
  readonly #klines: Klines;
  /** First id of each day, of tape prints alone. */
  readonly #dayIds = new Map<number, number>();
  readonly #anchorDay: number;
  /** Minutes with users' prints in order, and by how many prints each is longer than its tape. */
  readonly #userMinutes: number[] = [];
  readonly #extras = new Map<number, number>();
  /** The sum of the extras of all but the last of them. */
  #sealedExtras = 0;

  constructor(tape: ReferenceTape, klines: Klines, anchor: IdAnchor) {
    this.#tape = tape;
    this.#klines = klines;
    this.#anchorDay = anchor.day;
    this.#dayIds.set(anchor.day, anchor.id);
    for (const minute of [...klines.minutesWithUsers].sort((a, b) => a - b)) this.#append(minute);
  }

  /** Tells that a user's print was added to a minute; minutes come in order. */
  noteUserPrint(timeMs: number): void {
    const minute = floorMinute(timeMs);
    if (this.#userMinutes.at(-1) !== minute) this.#append(minute);
    this.#extras.delete(minute);
  }

  /** The anchor of another day, for the next start. */
  anchor(day: number): IdAnchor {
    return { day, id: this.#dayId(day) };
  }

  /** The id of a print that has happened. */
  idOf(print: { readonly timeMs: number; readonly tradeId: number }): number {
    const minute = floorMinute(print.timeMs);
    const prints = this.#klines.minutePrints(minute);
    let at = firstAtOrAfter(prints, print.timeMs);
    while (at < prints.length && prints[at]!.tradeId !== print.tradeId) at += 1;
    assert(at < prints.length, `print ${print.tradeId} of ${print.timeMs} is not on its minute's tape`);
    return this.firstOfMinute(minute) + at;
  }

  /** The id of the first print at or after a moment. */
  firstFrom(timeMs: number): number {
    const minute = floorMinute(timeMs);
    const inside = timeMs === minute ? 0 : firstAtOrAfter(this.#klines.minutePrints(minute), timeMs);
    return this.firstOfMinute(minute) + inside;
  }

  /** The id of the first print at or after the open of a minute. */
  firstOfMinute(openTimeMs: number): number {
    const day = Math.floor(openTimeMs / DAY_MS);
    const before = this.#tape.days.tradesBefore(day, (openTimeMs - day * DAY_MS) / MINUTE_MS);
    return this.#dayId(day) + before + this.#extrasBefore(openTimeMs);
  }

  /** The open of the minute in which the print with this id is, at most that of `nowMs`. */
  minuteOf(id: number, nowMs: number): number {
    const today = Math.floor(nowMs / DAY_MS);
    const startOf = (day: number): number => this.#dayId(day) + this.#extrasBefore(day * DAY_MS);
    let day = today;
    while (day > today - DAYS_BACK_MAX && id < startOf(day)) day -= 1;
    let [low, high] = [day * DAY_MS, Math.min(floorMinute(nowMs), (day + 1) * DAY_MS - MINUTE_MS)];
    while (low < high) {
      const middle = floorMinute((low + high + MINUTE_MS) / 2);
      if (this.firstOfMinute(middle) <= id) low = middle;
      else high = middle - MINUTE_MS;
    }
    return low;
  }

  #append(minute: number): void {
    const last = this.#userMinutes.at(-1);
    if (last !== undefined) this.#sealedExtras += this.#extra(last);
    this.#userMinutes.push(minute);
  }

  #extra(minute: number): number {
    const known = this.#extras.get(minute);
    if (known !== undefined) return known;
    const extra = this.#klines.minutePrints(minute).length - this.#tape.minute(minute).length;
    this.#extras.set(minute, extra);
    return extra;
  }

  #extrasBefore(openTimeMs: number): number {
    const last = this.#userMinutes.at(-1);
    if (last === undefined) return 0;
    if (openTimeMs > last) return this.#sealedExtras + this.#extra(last);
    if (openTimeMs === last) return this.#sealedExtras;
    let sum = 0;
    for (const minute of this.#userMinutes) {
      if (minute >= openTimeMs) break;
      sum += this.#extra(minute);
    }
    return sum;
  }

  #dayId(day: number): number {
    const known = this.#dayIds.get(day);
    if (known !== undefined) return known;
    const step = day > this.#anchorDay ? 1 : -1;
    let at = this.#anchorDay;
    let id = this.#dayIds.get(at)!;
    while (at !== day) {
      const next = at + step;
      id = this.#dayIds.get(next) ?? id + step * this.#tape.days.tradesOfDay(Math.min(at, next));
      this.#dayIds.set(next, id);
      at = next;
    }
    return id;
  }
}
