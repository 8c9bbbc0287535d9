import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Market, RunSettings } from './settings.ts';

/** Bars over which volatility and volume are measured for the impact of an order. */
const IMPACT_BARS = 20;
/** A grid is met where a quotient is this near to a whole number: floats are never quite on it. */
const GRAIN = 1e-9;

/** More than any tick has. */
const PLACES = 12;

const floorTo = (value: number, step: number): number => (step === 0 ? value : Math.floor(value / step + GRAIN) * step);
const ceilTo = (value: number, step: number): number => (step === 0 ? value : Math.ceil(value / step - GRAIN) * step);

/** Prices and quantities as a venue would give them to an order of one instrument. */
export class FillModel {
  readonly #candles: CandleColumns;
  readonly #settings: RunSettings;
  readonly #tickSize: number;
  readonly #lotStep: number;
  readonly #minNotional: number;

  constructor({ candles, rules }: Market, settings: RunSettings) {
    this.#candles = candles;
    this.#settings = settings;
    this.#tickSize = rules?.tickSize ?? 0;
    this.#lotStep = rules?.lotStep ?? 0;
    this.#minNotional = rules?.minNotional ?? 0;
  }

  /** What a taker pays where the market stands at `reference`; on the tick, to the taker's cost. `side` 1 buys, -1 sells. */
  takerPrice(side: 1 | -1, reference: number, qty: number, bar: number): number {
    const { slippageBps, impact } = this.#settings;
    let share = slippageBps / 10_000;
    if (impact > 0) share += impact * this.#impactShare(qty, bar);
    return this.#onGrid(share === 0 ? reference : reference * (1 + side * share), -side as 1 | -1);
  }

  /** On the tick below with `side` 1, above with -1: the very float of it, so that a touch is no more than that. NaN stays NaN. */
  onTick(price: number, side: 1 | -1): number {
    if (this.#tickSize === 0 || Number.isNaN(price)) return price;
    return Number(this.#onGrid(price, side).toFixed(PLACES));
  }

  /** A buy rests at the tick below, a sale at the one above; a taker pays the other way round. */
  #onGrid(price: number, side: 1 | -1): number {
    return side > 0 ? floorTo(price, this.#tickSize) : ceilTo(price, this.#tickSize);
  }

  onLot(qty: number): number {
    return floorTo(qty, this.#lotStep);
  }

  isTooSmall(qty: number, price: number): boolean {
    return !(qty > 0) || qty * price < this.#minNotional;
  }

  /** What of the bar's volume one run may trade. */
  volumeOf(bar: number): number {
    const share = this.#settings.volumeShareMax;
    return share === Number.POSITIVE_INFINITY ? share : share * this.#candles.volume[bar]!;
  }

  /** σ × √(Q / V) over the bars before `bar`. */
  #impactShare(qty: number, bar: number): number {
    const { close, volume } = this.#candles;
    const from = Math.max(1, bar - IMPACT_BARS);
    let [squares, volumes, count] = [0, 0, 0];
    for (let at = from; at < bar; at += 1) {
      squares += (close[at]! / close[at - 1]! - 1) ** 2;
      volumes += volume[at]!;
      count += 1;
    }
    if (count === 0 || volumes === 0) return 0;
    return Math.sqrt(squares / count) * Math.sqrt((qty * count) / volumes);
  }
}
