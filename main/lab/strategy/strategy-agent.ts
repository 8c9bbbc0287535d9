import { type Agent, abstaining, type Opinion } from '../../engine/decision/agent.ts';
import type { CandleTape } from '../../engine/decision/candle-tape.ts';
import type { Candle, Timeframe } from '../../engine/domain/candle.ts';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { toNumberLossy } from '../../engine/domain/decimal.ts';
import type { PredictionArrived } from '../../engine/domain/events.ts';
import { accountsOf, type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { PortfolioView } from '../../engine/domain/portfolio.ts';
import type { Reason } from '../../engine/domain/proposal.ts';
import type { SupposedEdge } from '../backtest/mandate-signer.ts';
import { StrategyFeed } from './feed.ts';
import type { Desk, Direction, Entry, StrategyCandle, StrategyDefinition } from './strategy.ts';

/** What a strategy wants is worth acting on for this long after its candle. */
const WISH_LIFE_MS = 90_000;
/** Every proposed entry has a stop. Where the strategy names none it lies this far away: for the day that nobody thought of. */
const STOP_SHARE = 0.2;
/** Candles kept for a new start after a correction or a reconnect. */
const BARS_KEPT = 600;

/** What a strategy is shown of the account. */
export type StrategyAccount = Pick<PortfolioView, 'position' | 'equityQuote'>;

/** What was wanted at the last candle. */
type Wish =
  | { readonly kind: 'enter'; readonly direction: Direction; readonly entry: Entry }
  | { readonly kind: 'exit' };

/**
 * A strategy as a member of the ensemble: what it wants at a candle's close is its stance there. It proposes like the others; size,
 * limits and signature are not its own.
 * @param instruments in the order in which the strategy counts them; one of a strategy that looks at one instrument
 */
export function createStrategyAgent(
  strategy: StrategyDefinition,
  params: Readonly<Record<string, number>>,
  timeframe: Timeframe,
  account: StrategyAccount,
  instruments: readonly InstrumentId[],
  supposed: SupposedEdge | null = null,
): Agent {
  const spanMs = TIMEFRAME_MS[timeframe];
  const desks: ProposingDesk[] = [];
  for (const id of instruments) desks.push(new ProposingDesk(id, account, desks));
  let feed = new StrategyFeed(strategy, params, spanMs);
  const seenMs = instruments.map(() => Number.NEGATIVE_INFINITY);
  const closeMs = instruments.map(() => 0);
  let isWarm = false;
  /** Of the others, those in which the last candle changed what is wanted. */
  let stirred: readonly InstrumentId[] = [];

  const step = (instrument: number, candle: Candle, isPast: boolean): void => {
    const desk = desks[instrument] as ProposingDesk;
    desk.close = candle.close;
    desk.wish = null;
    desk.nowMs = candle.openTimeMs + spanMs;
    seenMs[instrument] = candle.openTimeMs;
    const seen: StrategyCandle = { ...candle, instrument };
    isWarm = feed.take(seen);
    stirred = [];
    if (!isWarm) return;
    const before = desks.map(({ wish }) => wish);
    feed.handlers.onCandle?.(seen, desk);
    stirred = instruments.filter((_, at) => at !== instrument && desks[at]?.wish !== before[at]);
    // What it would have wanted in the past nobody proposes.
    if (isPast) for (const each of desks) each.wish = null;
  };

  /** A strategy cannot take a candle back: it starts anew over what is known. */
  const startAnew = (instrument: number, candles: readonly Candle[]): void => {
    feed = new StrategyFeed(strategy, params, spanMs);
    for (const [at, candle] of candles.entries()) step(instrument, candle, at < candles.length - 1);
  };

  /** A model's word at the close of the candle it was shown last; one that comes late is no word. */
  const hear = ({ instrumentId, timeframe: own, candleCloseTimeMs, probability, late }: PredictionArrived): void => {
    const instrument = instruments.indexOf(instrumentId);
    if (instrument < 0 || late || own !== timeframe || candleCloseTimeMs !== closeMs[instrument] || !isWarm) return;
    feed.handlers.onPrediction?.({ instrument, probability }, desks[instrument] as ProposingDesk);
  };

  const stanceOf = (instrument: number, nowMs: number): Opinion => {
    const candleCloseTimeMs = closeMs[instrument] as number;
    if (!isWarm) return abstaining('warming up', 'unknown', candleCloseTimeMs);
    const { wish, wishedMs, close } = desks[instrument] as ProposingDesk;
    const base = { ...abstaining('', 'unknown', candleCloseTimeMs), ...supposed };
    if (wish === null || nowMs - wishedMs > WISH_LIFE_MS) return { ...base, stance: 'hold', note: 'wants nothing new' };
    const desk = desks[instrument] as ProposingDesk;
    const isSpotShort = wish.kind === 'enter' && wish.direction === 'short' && !desk.canShort;
    if (wish.kind === 'exit' || isSpotShort) {
      const text = isSpotShort ? 'wants to be short: on spot that is flat' : 'wants to be flat';
      const stance = desk.position < 0 ? 'buy' : 'sell';
      return { ...base, stance, strength: 'clear', note: text, reasons: [{ code: strategy.name, text }] };
    }
    const { equity } = desk;
    const measured = supposed ? SUPPOSED : UNMEASURED;
    return { ...base, ...entryOpinion(strategy, wish, { close, equity, measured }) };
  };

  return {
    id: strategy.name,
    label: strategy.title,
    kind: 'rule',
    timeframe,
    barsKept: BARS_KEPT,
    onCandle(instrumentId: InstrumentId, tape: CandleTape) {
      stirred = [];
      const instrument = instruments.indexOf(instrumentId);
      const last = tape.last;
      if (instrument < 0 || !last) return;
      closeMs[instrument] = tape.closeTimeMs;
      const seen = seenMs[instrument] as number;
      const follows = tape.candles.at(-2)?.openTimeMs === seen || tape.candles.length === 1;
      if (last.openTimeMs > seen && follows) step(instrument, last, false);
      else startAnew(instrument, tape.candles);
    },
    stirred: () => stirred,
    ...(feed.handlers.onPrediction && { onModel: hear }),
    onMarket({ instrumentId, trades, quote }) {
      const instrument = instruments.indexOf(instrumentId);
      const { onTrade, onBook } = feed.handlers;
      if (instrument < 0 || !isWarm) return;
      const desk = desks[instrument] as ProposingDesk;
      for (let at = 0; onTrade && trades && at < trades.id.length; at += 1) {
        const [timeMs, side] = [trades.timeMs[at]!, trades.side[at]!];
        desk.nowMs = timeMs;
        onTrade({ instrument, timeMs, price: Number(trades.price[at]), qty: Number(trades.qtyBase[at]), side }, desk);
      }
      if (!onBook || !quote) return;
      const { bid, bidQty, ask, askQty, eventTimeMs: timeMs } = quote;
      desk.nowMs = timeMs;
      const [bidPrice, askPrice] = [Number(bid), Number(ask)];
      onBook(
        { instrument, timeMs, bid: bidPrice, bidQty: Number(bidQty), ask: askPrice, askQty: Number(askQty) },
        desk,
      );
    },
    onFill({ fill }) {
      const instrument = instruments.indexOf(fill.instrumentId);
      if (instrument < 0) return;
      const { side, price, qtyBase, fee } = fill;
      const ours = { instrument, side, price: Number(price), qty: Number(qtyBase), fee: Number(fee) };
      feed.handlers.onFill?.(ours, desks[instrument] as ProposingDesk);
    },
    opinion(instrumentId, nowMs) {
      const instrument = instruments.indexOf(instrumentId);
      return instrument < 0 ? abstaining('does not look at it', 'unknown') : stanceOf(instrument, nowMs);
    },
  };
}

const UNMEASURED = { code: 'no-edge', text: 'No edge measured of this strategy here' };
const SUPPOSED = { code: 'supposed-edge', text: 'Its edge is supposed: nobody measured it' };

function entryOpinion(
  strategy: StrategyDefinition,
  { direction, entry }: Extract<Wish, { readonly kind: 'enter' }>,
  { close, equity, measured }: { readonly close: number; readonly equity: number; readonly measured: Reason },
): Partial<Opinion> {
  const { stop, target } = entry;
  const wants = `wants to be ${direction}`;
  const text = stop === undefined ? `${wants}; without a stop of its own, so one is set 20 % away` : wants;
  const sign = direction === 'long' ? 1 : -1;
  return {
    stance: direction === 'long' ? 'buy' : 'sell',
    strength: 'clear',
    note: text,
    reasons: [{ code: strategy.name, text }, measured],
    bracket: {
      stopDistance: stop === undefined ? STOP_SHARE * close : sign * (close - stop),
      targetDistance: target === undefined ? null : sign * (target - close),
    },
    qtyBaseMax: 'qty' in entry ? entry.qty : (entry.share * equity) / close,
  };
}

/** Keeps what is wanted until decision asks. */
class ProposingDesk implements Desk {
  readonly #id: InstrumentId;
  readonly #account: StrategyAccount;
  readonly #desks: readonly ProposingDesk[];
  close = Number.NaN;
  /** Of what the strategy was last told. */
  nowMs = 0;
  wish: Wish | null = null;
  wishedMs = 0;

  constructor(id: InstrumentId, account: StrategyAccount, desks: readonly ProposingDesk[]) {
    this.#id = id;
    this.#account = account;
    this.#desks = desks;
  }

  get canShort(): boolean {
    return isPerpetual(this.#id);
  }
  get position(): number {
    return toNumberLossy(this.#account.position(this.#id)?.qtyBase ?? 0n);
  }
  get entryPrice(): number {
    const held = this.#account.position(this.#id);
    return held && held.qtyBase !== 0n ? toNumberLossy(held.costQuote) / toNumberLossy(held.qtyBase) : 0;
  }
  get equity(): number {
    return toNumberLossy(this.#account.equityQuote(accountsOf(this.#id).quote));
  }

  enter(direction: Direction, entry: Entry): void {
    if (this.position * (direction === 'long' ? 1 : -1) > 0) return;
    this.wish = { kind: 'enter', direction, entry };
    this.wishedMs = this.nowMs;
  }
  exit(): void {
    this.wish = this.position === 0 ? null : { kind: 'exit' };
    this.wishedMs = this.nowMs;
  }
  rest(): void {
    // A resting order is no proposal: see the interface.
  }
  cancel(): void {}
  of(instrument: number): Desk {
    const desk = this.#desks[instrument];
    if (!desk) throw new RangeError(`there is no instrument ${instrument}: there are ${this.#desks.length}`);
    return desk;
  }
}
