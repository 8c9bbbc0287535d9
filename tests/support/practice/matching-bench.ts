import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { Account } from '../../../main/practice/matching/account.ts';
import type { EngineChanges } from '../../../main/practice/matching/changes.ts';
import type { Crowd } from '../../../main/practice/matching/crowd.ts';
import { MatchingEngine } from '../../../main/practice/matching/engine.ts';
import { DEFAULT_FEES } from '../../../main/practice/matching/fees.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import type { OrderType, Side, TimeInForce, VenueOrder } from '../../../main/practice/matching/order.ts';
import {
  formatLots,
  formatTicks,
  lotsOf,
  type TradingRules,
  ticksOf,
  tradingRules,
} from '../../../main/practice/matching/rules.ts';
import { SpotSettlement } from '../../../main/practice/matching/spot-settlement.ts';
import type { Level } from '../../../main/practice/matching/taker-plan.ts';
import { tapeTradeId } from '../../../main/practice/matching/trade-ids.ts';

export const BTC: TradingRules = tradingRules({
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.01',
  lotStep: '0.00001',
  minQty: '0.00001',
  maxQty: '9000',
  minNotional: '5',
});

/** A crowd that stands still: `2 @ 61250.5` is two coins at that price. */
export class StillCrowd implements Crowd {
  readonly #levels: { buy: Level[]; sell: Level[] };

  constructor(bids: readonly string[], asks: readonly string[]) {
    this.#levels = { buy: bids.map(level), sell: asks.map(level) };
  }

  levels(side: Side): readonly Level[] {
    return this.#levels[side];
  }

  lotsAt(side: Side, ticks: number): number {
    return this.#levels[side].find((one) => one.ticks === ticks)?.lots ?? 0;
  }

  take(side: Side, ticks: number, lots: number): void {
    this.#levels[side] = this.#levels[side]
      .map((one) => (one.ticks === ticks ? { ticks, lots: one.lots - lots } : one))
      .filter((one) => one.lots > 0);
  }
}

const level = (text: string): Level => {
  const [qty, price] = text.split(' @ ');
  return { ticks: ticksOf(BTC, price!)!, lots: lotsOf(BTC, qty!)! };
};

const TYPES: Readonly<Record<string, OrderType>> = {
  POST: 'limit-maker',
  STOP: 'stop-loss',
  TAKE: 'take-profit',
  MARKET: 'market',
};

/** An engine with one account, driven by sentences such as `BUY 0.5 @ 61250.5`, `SELL 1 STOP 60000`, `BUY 1 MARKET`. */
export class MatchingBench {
  readonly account: Account;
  readonly engine: MatchingEngine;
  readonly crowd: StillCrowd;
  timeMs = Date.UTC(2026, 0, 5);
  lastTicks: number;
  readonly changes: EngineChanges[] = [];
  feeCoinPrice: bigint | null = null;
  #ids = 0;

  constructor(setup: {
    bids?: string[];
    asks?: string[];
    last?: string;
    balances?: Record<string, string>;
    /** The asset that BTC stands for. */
    base?: string;
  }) {
    const balances = setup.balances ?? { USDT: '1000000', BTC: '100' };
    this.account = new Account(
      Object.entries(balances).map(([asset, free]) => [asset, { free: parseDecimal(free), locked: 0n }] as const),
    );
    this.crowd = new StillCrowd(setup.bids ?? [], setup.asks ?? []);
    this.lastTicks = ticksOf(BTC, setup.last ?? '100')!;
    const rules = new Map([[BTC.symbol, { ...BTC, base: setup.base ?? BTC.base }]]);
    this.engine = new MatchingEngine(
      {
        rules,
        settlement: new SpotSettlement({
          rules,
          account: this.account,
          fees: DEFAULT_FEES,
          feeCoinPriceAtoms: () => this.feeCoinPrice,
        }),
        firstOrderId: 1,
        lastTradeIds: new Map(),
      },
      [],
    );
  }

  /** Places what the sentence says; the refusal's kind, or the order as it then stands. */
  place(sentence: string, extra: Partial<OrderRequest> = {}): string | VenueOrder {
    this.timeMs += 1;
    const result = this.engine.place(
      { ...readSentence(sentence), clientOrderId: `c${this.#ids++}`, ...extra },
      this.lastTicks,
      this.crowd,
      this.timeMs,
    );
    this.changes.push(this.engine.takeChanges());
    return result.ok ? result.value : result.error.kind;
  }

  /** Places two orders of which one ends the other; the refusal's kind, or null. */
  placeList(limit: string, stop: string): string | null {
    this.timeMs += 1;
    const leg = (sentence: string): OrderRequest => ({
      ...readSentence(sentence),
      clientOrderId: `c${this.#ids++}`,
      orderListId: 1,
    });
    const result = this.engine.placeList(leg(limit), leg(stop), this.lastTicks, this.crowd, this.timeMs);
    this.changes.push(this.engine.takeChanges());
    return result.ok ? null : result.error.kind;
  }

  /** A trade of the tape, then the stops that it reaches. */
  tape(sentence: string): void {
    const [side, qty, , price] = sentence.split(' ');
    this.timeMs += 1;
    const ticks = ticksOf(BTC, price!)!;
    const trade = {
      tradeId: tapeTradeId(this.timeMs, 0),
      timeMs: this.timeMs,
      ticks,
      lots: lotsOf(BTC, qty!)!,
      side: side!.toLowerCase() as Side,
    };
    this.engine.runTape(BTC.symbol, trade, this.crowd);
    this.engine.runStops(BTC.symbol, [ticks], this.crowd, this.timeMs);
    this.lastTicks = ticks;
    this.changes.push(this.engine.takeChanges());
  }

  cancel(orderId: number): void {
    this.engine.cancel(this.engine.openOrder(orderId)!, 'cancel', ++this.timeMs);
    this.changes.push(this.engine.takeChanges());
  }

  /** All fills so far, as `#1 BUY 0.5 @ 100 taker`. */
  get fills(): string[] {
    return this.changes.flatMap((change) =>
      change.fills.map(
        (fill) =>
          `#${fill.orderId} ${fill.side.toUpperCase()} ${Number(formatLots(BTC, fill.lots))} @ ${Number(
            formatTicks(BTC, fill.ticks),
          )} ${fill.isMaker ? 'maker' : 'taker'}`,
      ),
    );
  }

  /** What became of orders, in order, as `#1 new`. */
  get story(): string[] {
    return this.changes.flatMap((change) =>
      change.reports.map((r) => `#${r.order.orderId} ${r.kind}:${r.order.status}`),
    );
  }
}

function readSentence(sentence: string): Omit<OrderRequest, 'clientOrderId'> {
  const words = sentence.split(' ');
  const [side, qty] = [words[0]!.toLowerCase() as Side, words[1]!];
  const after = (word: string): number | null => {
    const at = words.indexOf(word);
    return at < 0 ? null : ticksOf(BTC, words[at + 1]!);
  };
  const priceTicks = after('@');
  const stopTicks = after('STOP') ?? after('TAKE');
  const named = words.find((word) => word in TYPES);
  const base: OrderType = named ? TYPES[named]! : 'limit';
  const type = stopTicks !== null && priceTicks !== null ? (`${base}-limit` as OrderType) : base;
  const inForce = words.find((word) => word === 'IOC' || word === 'FOK')?.toLowerCase() as TimeInForce | undefined;
  const isMarket = priceTicks === null;
  return {
    symbol: BTC.symbol,
    side,
    type,
    timeInForce: inForce ?? (isMarket ? 'ioc' : 'gtc'),
    priceTicks,
    stopTicks,
    qtyLots: qty.startsWith('$') ? null : lotsOf(BTC, qty),
    quoteBudgetAtoms: qty.startsWith('$') ? parseDecimal(qty.slice(1)) : null,
    orderListId: -1,
  };
}
