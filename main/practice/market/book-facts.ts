import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { mean, median, standardDeviation } from './statistics.ts';

/** What a recorded depth and trade feed of one instrument shows. */
export interface BookFacts {
  readonly minutes: number;
  readonly spreadTicks: number;
  /** Mean base quantity within 10 bps of the middle, one side. */
  readonly depthWithin10BpsBase: number;
  readonly printsPerMinute: number;
  /** Prints of one millisecond counted as one. */
  readonly eventsPerMinute: number;
  readonly eventGapMedianMs: number;
  /** Standard deviation over mean of the time between events; 1 for a Poisson stream. */
  readonly eventGapVariation: number;
  /** Large takers: seconds whose taker volume is in the top two per cent, by how much base they took (median). */
  readonly shockBase: number;
  /** Depth within 10 bps on the side that was hit, lowest in the second after over before (median). */
  readonly shockDepthLeft: number;
  /** How far from the best price an order of that size reaches into the book, in bps (median over book and sides). */
  readonly shockReachBps: number;
  /** Time until half of what was lost is back (median), in steps of the feed's 100 ms. */
  readonly refillHalfLifeSec: number;
}

export interface DepthSample {
  readonly timeMs: number;
  readonly spreadTicks: number;
  readonly bidDepth: number;
  readonly askDepth: number;
}

interface Print {
  readonly timeMs: number;
  readonly qty: number;
  readonly buy: boolean;
}

type Level = readonly [string, string];

interface FeedMessage {
  readonly stream?: string;
  readonly lastUpdateId?: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
  readonly data?: {
    readonly e?: string;
    readonly E?: number;
    readonly T?: number;
    readonly u?: number;
    readonly q?: string;
    readonly m?: boolean;
    readonly b?: readonly Level[];
    readonly a?: readonly Level[];
  };
}

/** The reach of a large order is taken at every so many samples. */
const REACH_EVERY = 20;

/** Replays raw Binance feed files (one `<receive time ns> <JSON>` a line, one snapshot near the start) in the given order. */
export function measureBook(paths: readonly string[], tickSize: number): BookFacts {
  const book = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  const samples: DepthSample[] = [];
  const messages = paths.flatMap(readFeed);
  const prints = messages.flatMap(readPrint);
  const large = median(largeTakers(prints).map(({ base }) => base));
  const reaches: number[] = [];
  let waiting: FeedMessage[] | null = [];
  for (const message of messages) {
    if (message.bids && message.asks && message.lastUpdateId !== undefined) {
      const { lastUpdateId } = message;
      applyLevels(book.bids, message.bids);
      applyLevels(book.asks, message.asks);
      for (const early of waiting ?? []) if ((early.data?.u ?? 0) > lastUpdateId) applyDiff(book, early);
      waiting = null;
    } else if (message.data?.e === 'depthUpdate') {
      if (waiting) waiting.push(message);
      else {
        applyDiff(book, message);
        samples.push(sampleDepth(book, message.data.E as number, tickSize));
        if (samples.length % REACH_EVERY === 0)
          reaches.push(reachBps(book.bids, large, -1), reachBps(book.asks, large, 1));
      }
    }
  }
  return { ...summarise(samples, prints), shockReachBps: median(reaches) };
}

function readPrint({ data }: FeedMessage): Print[] {
  if (data?.e !== 'trade') return [];
  return [{ timeMs: data.T as number, qty: Number(data.q), buy: data.m === false }];
}

/** Distance from the best price at which `base` is used up; `away` is the direction of worse prices. */
function reachBps(side: ReadonlyMap<number, number>, base: number, away: 1 | -1): number {
  const levels = [...side].sort(([a], [b]) => away * (a - b));
  const [best] = levels[0] as [number, number];
  let left = base;
  for (const [price, qty] of levels) {
    left -= qty;
    if (left <= 0) return (1e4 * Math.abs(price - best)) / best;
  }
  return Number.POSITIVE_INFINITY;
}

function readFeed(path: string): FeedMessage[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)) as FeedMessage);
}

function applyDiff(book: { bids: Map<number, number>; asks: Map<number, number> }, message: FeedMessage): void {
  applyLevels(book.bids, message.data?.b ?? []);
  applyLevels(book.asks, message.data?.a ?? []);
}

function applyLevels(side: Map<number, number>, levels: readonly Level[]): void {
  for (const [price, qty] of levels) {
    if (Number(qty) === 0) side.delete(Number(price));
    else side.set(Number(price), Number(qty));
  }
}

function sampleDepth(
  book: { bids: Map<number, number>; asks: Map<number, number> },
  timeMs: number,
  tickSize: number,
): DepthSample {
  let bid = 0;
  let ask = Number.POSITIVE_INFINITY;
  for (const price of book.bids.keys()) if (price > bid) bid = price;
  for (const price of book.asks.keys()) if (price < ask) ask = price;
  const middle = (bid + ask) / 2;
  let bidDepth = 0;
  let askDepth = 0;
  for (const [price, qty] of book.bids) if (price >= middle * 0.999) bidDepth += qty;
  for (const [price, qty] of book.asks) if (price <= middle * 1.001) askDepth += qty;
  return { timeMs, spreadTicks: Math.round((ask - bid) / tickSize), bidDepth, askDepth };
}

function summarise(samples: readonly DepthSample[], prints: readonly Print[]): Omit<BookFacts, 'shockReachBps'> {
  const times = [...new Set(prints.map(({ timeMs }) => timeMs))].sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  const minutes = ((times.at(-1) as number) - (times[0] as number)) / 60_000;
  const shocks = measureShocks(samples, prints);
  return {
    minutes,
    spreadTicks: median(samples.map(({ spreadTicks }) => spreadTicks)),
    depthWithin10BpsBase: mean(samples.flatMap(({ bidDepth, askDepth }) => [bidDepth, askDepth])),
    printsPerMinute: prints.length / minutes,
    eventsPerMinute: times.length / minutes,
    eventGapMedianMs: median(gaps),
    eventGapVariation: standardDeviation(gaps) / mean(gaps),
    shockBase: median(shocks.map(({ base }) => base)),
    shockDepthLeft: median(shocks.map(({ left }) => left)),
    refillHalfLifeSec: median(shocks.map(({ halfLifeSec }) => halfLifeSec)),
  };
}

const SECOND_MS = 1_000;
const RECOVERY_WATCHED_MS = 60_000;

/** A second's takers of one side. */
interface TakenSecond {
  readonly startMs: number;
  readonly buy: boolean;
  readonly base: number;
}

/** What the side of the book that was hit did. */
export interface DepthShock {
  /** Share of the depth within 10 bps that was there at the lowest of the next two seconds. */
  readonly left: number;
  /** Seconds until half of what was lost was back; 60 when it was not within that. */
  readonly halfLifeSec: number;
}

function measureShocks(samples: readonly DepthSample[], prints: readonly Print[]): (TakenSecond & DepthShock)[] {
  return largeTakers(prints).flatMap((second) => {
    const shock = depthShock(samples, second);
    return shock ? [{ ...second, ...shock }] : [];
  });
}

function largeTakers(prints: readonly Print[]): TakenSecond[] {
  const taken = new Map<string, { startMs: number; buy: boolean; base: number }>();
  for (const { timeMs, qty, buy } of prints) {
    const startMs = Math.floor(timeMs / SECOND_MS) * SECOND_MS;
    const key = `${startMs} ${buy}`;
    taken.set(key, { startMs, buy, base: qty + (taken.get(key)?.base ?? 0) });
  }
  const seconds = [...taken.values()].sort((a, b) => b.base - a.base);
  return seconds.slice(0, Math.ceil(seconds.length * 0.02));
}

/** How the depth on the hit side fell after `startMs` and came back; null when it did not fall. Samples in time order. */
export function depthShock(
  samples: readonly DepthSample[],
  { startMs, buy }: { readonly startMs: number; readonly buy: boolean },
): DepthShock | null {
  const depth = (sample: DepthSample): number => (buy ? sample.askDepth : sample.bidDepth);
  const before = samples.findLast(({ timeMs }) => timeMs <= startMs);
  const during = samples.filter(({ timeMs }) => timeMs > startMs && timeMs <= startMs + 2 * SECOND_MS);
  if (!before || during.length === 0) return null;
  const lowest = during.reduce((a, b) => (depth(b) < depth(a) ? b : a));
  if (depth(lowest) >= depth(before)) return null;
  const half = (depth(before) + depth(lowest)) / 2;
  const back = samples.find((sample) => sample.timeMs > lowest.timeMs && depth(sample) >= half);
  const waited = (back?.timeMs ?? lowest.timeMs + RECOVERY_WATCHED_MS) - lowest.timeMs;
  return {
    left: depth(lowest) / depth(before),
    halfLifeSec: Math.min(waited, RECOVERY_WATCHED_MS) / SECOND_MS,
  };
}
