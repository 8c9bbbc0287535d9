import { CrowdBook } from './crowd/crowd-book.ts';
import { Klines, type PublicPrint } from './crowd/klines.ts';
import { hashName } from './crowd/noise.ts';
import { type IdAnchor, PublicIds } from './crowd/public-ids.ts';
import { floorMinute, ReferenceTape, type Shock } from './crowd/reference-tape.ts';
import { MINUTE_MS } from './crowd/tape-days.ts';
import type { MarketSource } from './market/source.ts';
import { remainingLots, type Side, type UserPrint } from './matching/order.ts';
import type { RestingOrders } from './matching/resting-orders.ts';
import type { TradingRules } from './matching/rules.ts';
import type { Level } from './matching/taker-plan.ts';

/** Changed levels since the update before; `lots` 0 means that the level is gone. */
export interface BookDiff {
  readonly symbol: string;
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly timeMs: number;
}

const UPDATE_ID_EPOCH_MS = Date.UTC(2024, 0, 1);
/** Ids grow slower than the clock, so that a restarted venue starts above every id that it ever gave out. */
const IDS_PER_UPDATE_MAX = 50;
const IDS_PER_MS = 100;

/** Market data of one instrument: tape, candles, the crowd's book and the book as published. */
export class SymbolMarket {
  readonly rules: TradingRules;
  readonly tape: ReferenceTape;
  readonly klines: Klines;
  readonly ids: PublicIds;
  readonly crowd: CrowdBook;
  readonly #resting: RestingOrders;
  readonly #shown = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  /** The tape has been run up to and including this moment. */
  cursorMs: number;
  updateId: number;
  bookMs = 0;
  #lastUserPrint: UserPrint | null = null;

  constructor(
    source: MarketSource,
    rules: TradingRules,
    resting: RestingOrders,
    shocks: readonly Shock[],
    prints: readonly UserPrint[],
    start: { readonly nowMs: number; readonly exactFromMs: number; readonly idAnchor: IdAnchor },
  ) {
    const { nowMs } = start;
    this.rules = rules;
    this.tape = new ReferenceTape(source, rules, shocks, start.exactFromMs);
    this.klines = new Klines(this.tape, prints);
    this.ids = new PublicIds(this.tape, this.klines, start.idAnchor);
    this.crowd = new CrowdBook(hashName(rules.symbol));
    this.#resting = resting;
    this.#lastUserPrint = prints.at(-1) ?? null;
    this.cursorMs = nowMs;
    this.updateId = (nowMs - UPDATE_ID_EPOCH_MS) * IDS_PER_MS;
  }

  addUserPrint(print: UserPrint): void {
    this.klines.addPrint(print);
    this.ids.noteUserPrint(print.timeMs);
    this.#lastUserPrint = print;
  }

  addShock(shock: Shock): void {
    this.tape.addShock(shock);
    this.klines.forgetRunning();
  }

  /** The last public print at or before `nowMs`. */
  lastPrint(nowMs: number): Pick<PublicPrint, 'ticks' | 'timeMs' | 'side'> {
    const tape = this.#lastTapeTrade(nowMs);
    const user = this.#lastUserPrint;
    return user && user.timeMs >= tape.timeMs && user.timeMs <= nowMs ? user : tape;
  }

  /** Moves the crowd to `nowMs`. */
  moveCrowd(nowMs: number): void {
    this.crowd.moveTo({
      nowMs,
      referenceTicks: this.tape.referenceTicks(nowMs),
      lastSide: this.#lastTapeTrade(nowMs).side,
      shape: this.tape.shape(nowMs),
      lotSize: this.rules.lotSize,
      userBid: this.#resting.best('buy'),
      userAsk: this.#resting.best('sell'),
    });
  }

  /** Brings the published book to `nowMs`; null when nothing changed. */
  refreshBook(nowMs: number): BookDiff | null {
    this.moveCrowd(nowMs);
    this.bookMs = nowMs;
    const bids = this.#publish('buy');
    const asks = this.#publish('sell');
    const changed = bids.length + asks.length;
    if (changed === 0) return null;
    const firstUpdateId = this.updateId + 1;
    this.updateId += Math.min(changed, IDS_PER_UPDATE_MAX);
    return { symbol: this.rules.symbol, firstUpdateId, lastUpdateId: this.updateId, bids, asks, timeMs: nowMs };
  }

  /** The book as last published, best price first. */
  shown(side: Side, limit: number): Level[] {
    const levels = [...this.#shown[side]].map(([ticks, lots]) => ({ ticks, lots }));
    levels.sort((a, b) => (side === 'buy' ? b.ticks - a.ticks : a.ticks - b.ticks));
    return levels.slice(0, limit);
  }

  bestShown(side: Side): Level | null {
    let best: Level | null = null;
    for (const [ticks, lots] of this.#shown[side]) {
      if (best === null || (side === 'buy' ? ticks > best.ticks : ticks < best.ticks)) best = { ticks, lots };
    }
    return best;
  }

  #publish(side: Side): Level[] {
    const next = new Map<number, number>();
    for (const { ticks, lots } of this.crowd.levels(side)) next.set(ticks, (next.get(ticks) ?? 0) + lots);
    for (const order of this.#resting.side(side)) {
      next.set(order.priceTicks!, (next.get(order.priceTicks!) ?? 0) + remainingLots(order));
    }
    const before = this.#shown[side];
    const changes: Level[] = [];
    for (const ticks of before.keys()) if (!next.has(ticks)) changes.push({ ticks, lots: 0 });
    for (const [ticks, lots] of next) if (before.get(ticks) !== lots) changes.push({ ticks, lots });
    this.#shown[side] = next;
    return changes;
  }

  #lastTapeTrade(nowMs: number): Pick<PublicPrint, 'ticks' | 'timeMs' | 'side'> {
    for (let minute = floorMinute(nowMs), tries = 0; tries < 3; minute -= MINUTE_MS, tries += 1) {
      const trade = lastAtOrBefore(this.tape.minute(minute), nowMs);
      if (trade) return trade;
    }
    return { ticks: this.tape.referenceTicks(nowMs), timeMs: 0, side: 'buy' };
  }
}

function lastAtOrBefore<T extends { readonly timeMs: number }>(trades: readonly T[], timeMs: number): T | null {
  let [low, high] = [0, trades.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (trades[middle]!.timeMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return trades[low - 1] ?? null;
}
