import { divideDecimal, formatDecimal, parseDecimal, smallerOf } from '../../engine/domain/decimal.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import type { Decision } from './decisions.ts';
import type { GapOrder, LiveOrder, RerunOrder } from './split-gap.ts';

/** A run as it is matched: its decisions, and the best price on the side that an order took from when it was sent. */
export interface MatchedRun {
  readonly decisions: readonly Decision[];
  /** Null where nobody kept it. */
  arrivalOf(decision: Decision): bigint | null;
}

export interface MatchTerms {
  /** What an instrument is worth in the end. */
  markOf(id: InstrumentId): string;
  /** It was not run again: all of it is life's own. */
  isLivedAlone(id: InstrumentId): boolean;
}

export interface Matched {
  readonly orders: readonly GapOrder[];
  /** Questions to enter that the re-run took and nobody in life did. */
  readonly missed: number;
}

/** A question of the re-run and the same one of life are made this close to each other: a candle's stance lives so long. */
const SAME_QUESTION_MS = 90_000;

type Valued = Pick<GapOrder, 'id' | 'instrumentId' | 'timeMs' | 'side' | 'markPrice'>;

/**
 * Puts beside each other what life and the re-run decided, instrument by instrument. An entry of the re-run is the same as the one that life
 * was asked about then, or, where nobody took that, the first that was taken while the re-run still held its own. What closes goes with what
 * it closes, whenever and by whatever order that was.
 */
export function matchDecisions(live: MatchedRun, rerun: MatchedRun, terms: MatchTerms): Matched {
  const ids = new Set([...live.decisions, ...rerun.decisions].map(({ instrumentId }) => instrumentId));
  const matched = [...ids].map((id) => new InstrumentMatch(id, live, rerun, terms).match());
  const orders = matched.flatMap((each) => each.orders).sort((a, b) => a.timeMs - b.timeMs);
  return { orders, missed: matched.reduce((sum, each) => sum + each.missed, 0) };
}

class InstrumentMatch {
  readonly #live: readonly Decision[];
  readonly #rerun: readonly Decision[];
  readonly #arrivals: { readonly live: MatchedRun['arrivalOf']; readonly rerun: MatchedRun['arrivalOf'] };
  readonly #mark: string;
  readonly #isLivedAlone: boolean;
  readonly #id: InstrumentId;
  readonly #orders: GapOrder[] = [];
  readonly #used = new Set<Decision>();
  #missed = 0;

  constructor(id: InstrumentId, live: MatchedRun, rerun: MatchedRun, terms: MatchTerms) {
    this.#id = id;
    this.#live = live.decisions.filter(({ instrumentId }) => instrumentId === id);
    this.#rerun = rerun.decisions.filter(({ instrumentId }) => instrumentId === id);
    this.#arrivals = { live: live.arrivalOf, rerun: rerun.arrivalOf };
    this.#mark = terms.markOf(id);
    this.#isLivedAlone = terms.isLivedAlone(id);
  }

  match(): Matched {
    for (const entry of this.#rerun) if (entry.opens && entry.filled > 0n) this.#matchEntry(entry);
    for (const entry of this.#live) {
      if (!entry.opens || entry.filled === 0n || this.#used.has(entry)) continue;
      this.#put(this.#valued(entry), null, this.#liveEntry(entry, null), { isByHand: entry.by === 'person' });
      this.#closeBoth(entry, null);
    }
    this.#closeBoth(null, null);
    return { orders: this.#orders, missed: this.#missed };
  }

  #matchEntry(entry: Decision): void {
    const untilMs = Math.max(entry.timeMs, ...this.#closing(this.#rerun, entry).map(({ filledMs }) => filledMs ?? 0));
    const isOver = this.#closing(this.#rerun, entry).some(({ filled }) => filled > 0n);
    const asked = this.#live.filter(
      (each) =>
        each.opens &&
        each.by === 'machine' &&
        each.side === entry.side &&
        !this.#used.has(each) &&
        each.timeMs >= entry.timeMs - SAME_QUESTION_MS &&
        (!isOver || each.timeMs <= Math.max(untilMs, entry.timeMs + SAME_QUESTION_MS)),
    );
    const taken = asked.find(({ filled }) => filled > 0n);
    const answer = taken ?? asked.find(({ signed }) => signed > 0n) ?? asked[0] ?? null;
    // The same question, asked again until somebody took it.
    for (const each of asked) if (each === answer || (answer && each.timeMs <= answer.timeMs)) this.#used.add(each);
    if (answer && answer.signed === 0n) this.#missed += 1;
    const rerun = this.#rerunOrder([entry]);
    this.#put(this.#valued(entry), rerun, answer && this.#liveEntry(answer, rerun));
    this.#closeBoth(answer, entry);
  }

  /** What closes a position of life beside what closes the re-run's; null and null for what was held before. */
  #closeBoth(answer: Decision | null, entry: Decision | null): void {
    const isStart = answer === null && entry === null;
    const lives = isStart ? this.#closingStart(this.#live) : answer ? this.#closing(this.#live, answer) : [];
    const reruns = isStart ? this.#closingStart(this.#rerun) : entry ? this.#closing(this.#rerun, entry) : [];
    for (const side of ['buy', 'sell'] as const) {
      const ofSide = (all: readonly Decision[]) => all.filter((each) => each.side === side);
      const [live, rerun] = [ofSide(lives), ofSide(reruns)];
      const [filled, rerunFilled] = [live, rerun].map((all) => all.filter((each) => each.filled > 0n)) as [
        Decision[],
        Decision[],
      ];
      const first = rerunFilled[0] ?? filled[0];
      if (!first) continue;
      const order = rerunFilled.length > 0 ? this.#rerunOrder(rerunFilled) : null;
      const isByHand = answer?.by === 'person' || (filled.length > 0 && filled.every(({ by }) => by === 'person'));
      const isLiquidated = isByVenue(filled) !== isByVenue(rerunFilled);
      const close = this.#liveClose({ answer, live, filled, order, isStart });
      this.#put(this.#valued(first), order, close, { isByHand, isLiquidated });
    }
  }

  #closing(of: readonly Decision[], entry: Decision): readonly Decision[] {
    return entry.filled === 0n ? [] : of.filter(({ opens, closes }) => !opens && closes === entry.id);
  }

  #closingStart(of: readonly Decision[]): readonly Decision[] {
    const entries = new Set(of.filter(({ opens, filled }) => opens && filled > 0n).map(({ id }) => id));
    return of.filter(({ opens, closes }) => !opens && (closes === null || !entries.has(closes)));
  }

  /** How life left what it held: less of it where less was asked, signed or filled at the entry, and where a question to leave was not taken. */
  #liveClose(asked: {
    readonly answer: Decision | null;
    readonly live: readonly Decision[];
    readonly filled: readonly Decision[];
    readonly order: RerunOrder | null;
    readonly isStart: boolean;
  }): LiveOrder | null {
    const { answer, live, filled, order, isStart } = asked;
    if (answer === null && !isStart) return null;
    const isUntaken = live.some(({ by, asked: wanted, signed }) => by === 'machine' && signed < wanted);
    // Nothing was held that could be left: the entry is why.
    const held = answer?.filled ?? null;
    if (filled.length === 0 && held !== 0n && !isUntaken) return null;
    const sums = sumsOf(filled);
    const rerunQty = order ? parseDecimal(order.qtyBase) : sums.filled;
    const unfilled = answer ? larger(answer.signed - answer.filled, 0n) : 0n;
    const unsigned = answer ? larger(answer.asked - answer.signed, 0n) : 0n;
    const signed = sums.filled + unfilled;
    const wanted = isUntaken || held === 0n ? larger(rerunQty, signed) : signed + unsigned;
    return {
      askedBase: formatDecimal(wanted),
      signedBase: formatDecimal(held === 0n && answer?.signed === 0n ? 0n : smallerOf(signed, wanted)),
      ...this.#came(filled, order, 'live'),
    };
  }

  #liveEntry(entry: Decision, rerun: RerunOrder | null): LiveOrder {
    return {
      askedBase: formatDecimal(entry.asked),
      signedBase: formatDecimal(entry.signed),
      ...this.#came([entry], rerun, 'live'),
    };
  }

  #rerunOrder(decisions: readonly Decision[]): RerunOrder {
    const { filledBase, ...came } = this.#came(decisions, null, 'rerun');
    return { qtyBase: filledBase, ...came };
  }

  #came(decisions: readonly Decision[], beside: RerunOrder | null, run: 'live' | 'rerun') {
    const { filled, notional, fee } = sumsOf(decisions);
    let [weighed, weight] = [0n, 0n];
    for (const each of decisions) {
      const arrival = this.#arrivals[run](each);
      if (arrival === null) continue;
      weighed += arrival * each.filled;
      weight += each.filled;
    }
    const mean = weight > 0n ? weighed / weight : null;
    const paid = filled > 0n ? divideDecimal(notional, filled, 'half-up') : null;
    return {
      filledBase: formatDecimal(filled),
      notionalQuote: formatDecimal(notional),
      feeQuote: formatDecimal(fee),
      arrivalPrice: mean === null ? (beside?.arrivalPrice ?? formatDecimal(paid ?? 0n)) : formatDecimal(mean),
    };
  }

  #valued({ id, timeMs, side }: Decision): Valued {
    return { id, instrumentId: this.#id, timeMs, side, markPrice: this.#mark };
  }

  #put(
    valued: Valued,
    rerun: RerunOrder | null,
    live: LiveOrder | null,
    { isByHand = false, isLiquidated = false }: Pick<GapOrder, 'isByHand' | 'isLiquidated'> = {},
  ): void {
    this.#orders.push({ ...valued, rerun, live, isByHand: isByHand || this.#isLivedAlone, isLiquidated });
  }
}

const isByVenue = (closing: readonly Decision[]): boolean => closing.some(({ by }) => by === 'venue');

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function sumsOf(decisions: readonly Decision[]) {
  let [filled, notional, fee] = [0n, 0n, 0n];
  for (const each of decisions) {
    filled += each.filled;
    notional += each.notional;
    fee += each.fee;
  }
  return { filled, notional, fee };
}
