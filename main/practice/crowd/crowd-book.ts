import type { BookShape } from '../market/source.ts';
import type { Crowd } from '../matching/crowd.ts';
import type { Side } from '../matching/order.ts';
import type { Level } from '../matching/taker-plan.ts';
import { bands, bestShare, wishedLots } from './book-shape.ts';
import { noise } from './noise.ts';

/** What the book is built around at one moment. */
export interface Quote {
  readonly nowMs: number;
  readonly referenceTicks: number;
  /** Side of the last taker on the tape: the reference is the ask after a buy and the bid after a sale. */
  readonly lastSide: Side;
  readonly shape: BookShape;
  readonly lotSize: number;
  /** Users' best resting prices: the crowd neither meets nor crosses them on its own. */
  readonly userBid: number | null;
  readonly userAsk: number | null;
}

/** What takers left of a level: a share that is missing, and heals by half each half-life, or a level swept whole. */
interface Dent {
  /** Missing share at `atMs`, 0 to 1. */
  readonly missing: number;
  readonly atMs: number;
  /** A swept level is empty until then: after one half-life half of the swept levels are back. */
  readonly emptyUntilMs: number;
}

const DENTS_MAX = 5_000;
const TAPE_SHARE_MAX = 0.5;
/** When a user takes a share of the depth within 10 bps, makers pull so many times that share of their side, at most 60 %. */
const PULLED_PER_TAKEN = 4;
const PULLED_MAX = 0.6;
const BEST_HOLD_MS = 300;

/**
 * The crowd's book of one instrument: a pure wish (price, time → quantity) less the dents that takers made. It keeps no
 * levels of its own between moments, so an instrument nobody looks at costs nothing.
 */
export class CrowdBook implements Crowd {
  readonly #seed: number;
  readonly #dents = { buy: new Map<number, Dent>(), sell: new Map<number, Dent>() };
  /** Share of each side that makers pulled when a user's order hit it; it comes back as dents heal. */
  readonly #pulled: Record<Side, { share: number; atMs: number }> = {
    buy: { share: 0, atMs: 0 },
    sell: { share: 0, atMs: 0 },
  };
  #quote: Quote | null = null;
  #levels: { buy: readonly Level[] | null; sell: readonly Level[] | null } = { buy: null, sell: null };
  #halfLifeMs = 1_000;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Moves the book to a moment. Levels are only drawn when somebody asks. */
  moveTo(quote: Quote): void {
    this.#quote = quote;
    this.#halfLifeMs = Math.max(50, quote.shape.refillHalfLifeSec * 1_000);
    this.#levels = { buy: null, sell: null };
  }

  levels(side: Side): readonly Level[] {
    const known = this.#levels[side];
    if (known) return known;
    const drawn = this.#draw(side);
    this.#levels[side] = drawn;
    return drawn;
  }

  lotsAt(side: Side, ticks: number): number {
    return this.levels(side).find((level) => level.ticks === ticks)?.lots ?? 0;
  }

  /** A user's order took these lots of a level; the makers behind it take fright. */
  take(side: Side, ticks: number, lots: number): void {
    this.#dent(side, ticks, lots);
    if (!this.#quote) return;
    const { shape, lotSize, nowMs } = this.#quote;
    const taken = (lots * lotSize) / Math.max(lotSize, shape.depthWithin10BpsBase);
    const share = Math.min(PULLED_MAX, this.#pulledShare(side, nowMs) + PULLED_PER_TAKEN * taken);
    this.#pulled[side] = { share, atMs: nowMs };
  }

  #dent(side: Side, ticks: number, lots: number): void {
    const levels = this.levels(side);
    const level = levels.find((one) => one.ticks === ticks);
    if (!level || !this.#quote) return;
    const { nowMs } = this.#quote;
    const left = Math.max(0, level.lots - lots);
    const dents = this.#dents[side];
    const before = dents.get(ticks);
    const missing = 1 - (left / level.lots) * (1 - (before ? this.#missing(before, nowMs) : 0));
    const healMs = left > 0 ? 0 : -Math.log2(noise(this.#seed, ticks, nowMs)) * this.#halfLifeMs;
    dents.set(ticks, { missing: left > 0 ? missing : 0, atMs: nowMs, emptyUntilMs: nowMs + healMs });
    if (dents.size > DENTS_MAX) this.#forgetOldest(dents);
    this.#levels[side] = levels
      .map((one) => (one === level ? { ticks, lots: left } : one))
      .filter((one) => one.lots > 0);
  }

  /** The tape's own trades dent the book a little only: the crowd that printed them stands ready to print again. */
  takeByTape(side: Side, ticks: number, lots: number): void {
    const standing = this.lotsAt(side, ticks);
    this.#dent(side, ticks, Math.min(lots, Math.floor(standing * TAPE_SHARE_MAX)));
  }

  #bestMean(): number {
    const { shape, lotSize } = this.#quote!;
    return Math.max(1, (bestShare(this.#quote!.referenceTicks / 1_000) * shape.depthWithin10BpsBase) / lotSize);
  }

  #pulledShare(side: Side, nowMs: number): number {
    const { share, atMs } = this.#pulled[side];
    return share === 0 ? 0 : share * 2 ** (-Math.max(0, nowMs - atMs) / this.#halfLifeMs);
  }

  #missing(dent: Dent, nowMs: number): number {
    if (nowMs < dent.emptyUntilMs) return 1;
    return dent.missing * 2 ** (-Math.max(0, nowMs - dent.atMs) / this.#halfLifeMs);
  }

  #forgetOldest(dents: Map<number, Dent>): void {
    for (const ticks of [...dents.keys()].slice(0, DENTS_MAX / 2)) dents.delete(ticks);
  }

  #draw(side: Side): readonly Level[] {
    const quote = this.#quote;
    if (!quote) return [];
    const { best, limit } = this.#bounds(side, quote);
    const away = side === 'buy' ? -1 : 1;
    const seed = this.#seed + (side === 'buy' ? 0 : 1);
    const tenBpsTicks = quote.referenceTicks / 1_000;
    const depthLots = quote.shape.depthWithin10BpsBase / quote.lotSize;
    const kept = 1 - this.#pulledShare(side, quote.nowMs);
    const levels: Level[] = [];
    const add = (ticks: number, meanLots: number, holdMs: number): void => {
      if (ticks <= 0 || (side === 'buy' ? ticks > limit : ticks < limit)) return;
      const wish = wishedLots(seed, ticks, meanLots, holdMs, quote.nowMs);
      const lots = Math.ceil(wish * kept * (1 - this.#missingAt(side, ticks, quote.nowMs)));
      if (lots > 0) levels.push({ ticks, lots });
    };
    add(best, this.#bestMean(), BEST_HOLD_MS);
    for (const band of bands(tenBpsTicks, depthLots)) {
      for (const ticks of gridTicks(best, away, band.from, band.reach, band.step)) add(ticks, band.lots, band.holdMs);
    }
    return levels;
  }

  /** The crowd's best price, and the price that it may not reach past because a user rests beyond it. */
  #bounds(side: Side, quote: Quote): { best: number; limit: number } {
    const spread = Math.max(1, Math.round(quote.shape.spreadTicks));
    const ask = quote.lastSide === 'buy' ? quote.referenceTicks : quote.referenceTicks + spread;
    if (side === 'buy') {
      const best = Math.max(1, ask - spread);
      return { best, limit: quote.userAsk === null ? best : Math.min(best, quote.userAsk - 1) };
    }
    return { best: ask, limit: quote.userBid === null ? ask : Math.max(ask, quote.userBid + 1) };
  }

  #missingAt(side: Side, ticks: number, nowMs: number): number {
    const dent = this.#dents[side].get(ticks);
    if (!dent) return 0;
    const missing = this.#missing(dent, nowMs);
    if (missing < 0.001) this.#dents[side].delete(ticks);
    return missing;
  }
}

/** Multiples of `step` whose distance from `best` lies in [from, reach), nearest first. */
function* gridTicks(best: number, away: number, from: number, reach: number, step: number): Generator<number> {
  const first = best + away * from;
  const start = away > 0 ? Math.ceil(first / step) * step : Math.floor(first / step) * step;
  for (let ticks = start; (ticks - best) * away < reach; ticks += away * step) yield ticks;
}
