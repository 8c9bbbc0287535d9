import { fromNumber, toNumberLossy } from '../domain/decimal.ts';
import type { CandleRow } from '../domain/events.ts';
import { type CandleRing, createCandleRing } from './candle-ring.ts';
import type { RecentTrades } from './recent-trades.ts';

/** More flat bars than this between two prints are a gap, not a quiet market. */
const FLAT_BARS_MAX = 3_600;
/** The clock alone fills no more than this at once: after a longer pause of the computer nobody knows what was missed. */
const FLAT_BARS_BY_CLOCK_MAX = 10;

export interface ClosedBar {
  readonly candle: CandleRow;
  readonly from: 'trades' | 'venue';
}
/** What one step concluded: bars that closed, and ours that the venue contradicted. */
export interface BarSink {
  closed(bar: ClosedBar): void;
  corrected(ours: CandleRow, venues: CandleRow): void;
}

/** Bars of one instrument and one timeframe (rules M2 to M12 of SPEC.md). */
export interface BarSeries {
  readonly ring: CandleRing;
  /** False: the print was late and left out. `volumeSum` is the exact sum of all prints' quantities, this one included. */
  trade(id: number, timeMs: number, price: number, qtyAtoms: bigint, volumeSum: bigint, sink: BarSink): boolean;
  /** Closes the open bar when it ended at or before `venueTimeMs`. */
  clock(venueTimeMs: number, volumeSum: bigint, sink: BarSink): void;
  /** Prints before `id` may be missing. */
  gap(id: number): void;
  takeOver(
    candle: CandleRow,
    throughId: number | null,
    throughTimeMs: number,
    after: RecentTrades,
    step: SeedStep,
  ): void;
  venueClosed(candle: CandleRow, volumeSum: bigint, sink: BarSink): void;
  history(candles: readonly CandleRow[], volumeSum: bigint): void;
  open(volumeSum: bigint): CandleRow | null;
}
export interface SeedStep {
  readonly volumeSum: bigint;
  readonly lotStep: bigint;
}

/** The bar in progress. Its volume is `volumeSum - sumBefore`, so that a print costs no addition per timeframe. */
interface OpenBar {
  openTimeMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  sumBefore: bigint;
  /** False while it only stands at the last close. */
  traded: boolean;
  whole: boolean;
  /** Prints up to this id are already in it. */
  throughId: number;
}

const sameCandle = (a: CandleRow, b: CandleRow): boolean =>
  a[1] === b[1] &&
  a[2] === b[2] &&
  a[3] === b[3] &&
  a[4] === b[4] &&
  Math.abs(a[5] - b[5]) <= 1e-9 * Math.max(Math.abs(a[5]), Math.abs(b[5]));

export function createBarSeries(lengthMs: number, capacity: number): BarSeries {
  const ring = createCandleRing(capacity);
  let bar: OpenBar | null = null;
  /** Open time of the last candle that was given out or is known from the past. */
  let lastGivenMs = -1;
  /** Prints before the next one are missing: nothing up to it is known to be flat, and its bar is not whole. */
  let missing = false;

  const openTimeOf = (timeMs: number): number => timeMs - (timeMs % lengthMs);
  const rowOf = (of: OpenBar, volumeSum: bigint): CandleRow => [
    of.openTimeMs,
    of.open,
    of.high,
    of.low,
    of.close,
    toNumberLossy(volumeSum - of.sumBefore),
  ];
  const emptyBar = (openTimeMs: number, close: number, whole: boolean, sumBefore: bigint): OpenBar => ({
    openTimeMs,
    open: close,
    high: close,
    low: close,
    close,
    sumBefore,
    traded: false,
    whole,
    throughId: -1,
  });

  function give(candle: CandleRow, from: 'trades' | 'venue', sink: BarSink): void {
    ring.put(candle);
    if (candle[0] <= lastGivenMs) return;
    lastGivenMs = candle[0];
    sink.closed({ candle, from });
  }
  function closeOpen(of: OpenBar, volumeSum: bigint, sink: BarSink): void {
    if (of.whole) give(rowOf(of, volumeSum), 'trades', sink);
  }
  /** Closes what ended before `openTimeMs` and stands at the bar that opens there. */
  function advanceTo(openTimeMs: number, volumeSum: bigint, flatBarsMax: number, sink: BarSink): OpenBar {
    if (!bar) return emptyBar(openTimeMs, Number.NaN, false, volumeSum);
    const quiet = (openTimeMs - bar.openTimeMs) / lengthMs - 1;
    closeOpen(bar, volumeSum, sink);
    // A bar that was not whole because we came late still ends; what follows it without a missing id is whole again.
    if (missing || quiet > flatBarsMax) return emptyBar(openTimeMs, bar.close, false, volumeSum);
    for (let n = 1; n <= quiet; n++) {
      closeOpen(emptyBar(bar.openTimeMs + n * lengthMs, bar.close, true, volumeSum), volumeSum, sink);
    }
    return emptyBar(openTimeMs, bar.close, true, volumeSum);
  }
  function addPrint(to: OpenBar, price: number): void {
    if (!to.traded) {
      to.open = price;
      to.high = price;
      to.low = price;
      to.traded = true;
    } else if (price > to.high) to.high = price;
    else if (price < to.low) to.low = price;
    to.close = price;
  }

  return {
    ring,
    trade(id, timeMs, price, qtyAtoms, volumeSum, sink) {
      if (!bar || timeMs >= bar.openTimeMs + lengthMs) {
        bar = advanceTo(openTimeOf(timeMs), volumeSum - qtyAtoms, FLAT_BARS_MAX, sink);
      }
      missing = false;
      if (timeMs < bar.openTimeMs) {
        bar.sumBefore += qtyAtoms;
        return false;
      }
      if (id <= bar.throughId) bar.sumBefore += qtyAtoms;
      else addPrint(bar, price);
      return true;
    },
    clock(venueTimeMs, volumeSum, sink) {
      if (!bar || venueTimeMs < bar.openTimeMs + lengthMs) return;
      bar = advanceTo(openTimeOf(venueTimeMs), volumeSum, FLAT_BARS_BY_CLOCK_MAX, sink);
    },
    gap(id) {
      if (!bar || id <= bar.throughId) return;
      bar.whole = false;
      missing = true;
    },
    takeOver(candle, throughId, throughTimeMs, after, step) {
      if (bar && candle[0] < bar.openTimeMs) return;
      const [openTimeMs, open, high, low, close, volume] = candle;
      let inBar = fromNumber(volume, step.lotStep, 'half-up');
      const seeded: OpenBar = {
        openTimeMs,
        open,
        high,
        low,
        close,
        sumBefore: 0n,
        traded: volume > 0,
        whole: throughId !== null && after.reachesBackTo(throughId),
        throughId: throughId ?? -1,
      };
      after.eachAfter(throughId ?? -1, (timeMs, price, qtyAtoms) => {
        if (timeMs < openTimeMs || timeMs >= openTimeMs + lengthMs) return;
        if (throughId === null && timeMs <= throughTimeMs) return;
        addPrint(seeded, price);
        inBar += qtyAtoms;
      });
      seeded.sumBefore = step.volumeSum - inBar;
      bar = seeded;
    },
    venueClosed(candle, volumeSum, sink) {
      const ended = candle[0];
      if (bar && ended >= bar.openTimeMs) {
        const ours = ended === bar.openTimeMs ? rowOf(bar, volumeSum) : null;
        if (!ours) closeOpen(bar, volumeSum, sink);
        const agreed = ours !== null && bar.whole && sameCandle(ours, candle);
        give(candle, agreed ? 'trades' : 'venue', sink);
        bar = emptyBar(ended + lengthMs, candle[4], true, volumeSum);
        return;
      }
      const ours = ring.find(ended);
      if (ours && !sameCandle(ours, candle)) sink.corrected(ours, candle);
      give(candle, 'venue', sink);
      const follows = ended + lengthMs;
      if (!bar || (bar.openTimeMs === follows && !bar.traded)) {
        bar = emptyBar(follows, candle[4], bar?.whole ?? false, volumeSum);
      }
    },
    history(candles, volumeSum) {
      const last = candles.at(-1);
      if (!last) return;
      for (const candle of candles) ring.put(candle);
      lastGivenMs = Math.max(lastGivenMs, last[0]);
      if (bar && bar.openTimeMs > last[0]) return;
      bar = emptyBar(last[0] + lengthMs, last[4], bar !== null, volumeSum);
    },
    open(volumeSum) {
      return bar && !Number.isNaN(bar.close) ? rowOf(bar, volumeSum) : null;
    },
  };
}
