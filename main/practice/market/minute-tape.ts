import type { UnitBar } from './bar-block.ts';
import { childStream, gaussianAt, uniformAt } from './hash-random.ts';
import { formatScaled, type InstrumentGrid } from './instruments.ts';
import type { TapeTotals, TapeTrade } from './source.ts';

/** How often the next print repeats the price of the last one, and how often an unmoved price keeps its taker's side. */
const SAME_PRICE_SHARE = 0.45;
const SAME_SIDE_SHARE = 0.8;
/** Shape of the waiting times (exponential to this power: bursts and pauses) and of the sizes (log-normal). */
const WAIT_POWER = 1.8;
const SIZE_LOG_SPREAD = 1.7;

/**
 * Fewest prints that can show the four prices of a bar: two unless open, close, high and low coincide.
 */
export function tradesNeeded(bar: UnitBar): number {
  const top = Math.max(bar.open, bar.close);
  const bottom = Math.min(bar.open, bar.close);
  return 1 + (bar.close === bar.open ? 0 : 1) + turns(bar, top, bottom);
}

function turns(bar: UnitBar, top: number, bottom: number): number {
  const outside = (bar.high > top ? 1 : 0) + (bar.low < bottom ? 1 : 0);
  // A flat open-to-close that leaves its price must also come back to it.
  return outside > 0 && bar.open === bar.close ? outside + 1 : outside;
}

/** How many prints the bar is shown in. */
export function tapeLength(bar: UnitBar, tradesWanted: number): number {
  return bar.lots <= 0 ? 0 : Math.min(bar.lots, Math.max(tradesNeeded(bar), Math.round(tradesWanted)));
}

/** What the prints of `synthesiseTape` for the same arguments add up to. */
export function totalTape(bar: UnitBar, stream: number, tradesWanted: number): TapeTotals {
  const count = tapeLength(bar, tradesWanted);
  const totals = { quote: 0, buyLots: 0, buyQuote: 0 };
  if (count === 0) return totals;
  const prices = walkPrices(bar, count, stream);
  const sizes = heavySizes(count, bar.lots, childStream(stream, 'size'));
  const sides = takerSides(prices, bar, childStream(stream, 'side'));
  for (let i = 0; i < count; i++) {
    const lots = sizes[i] as number;
    const quote = (prices[i] as number) * lots;
    totals.quote += quote;
    if ((sides[i] as number) <= 0) continue;
    totals.buyLots += lots;
    totals.buyQuote += quote;
  }
  return totals;
}

/**
 * The prints of one bar, a pure function of its arguments: in time order, first at the open, last at the close, touching
 * high and low, never beyond, with exactly the bar's lots in total. No lots, no prints.
 * @param stream random stream of this one bar
 */
export function synthesiseTape(
  bar: UnitBar,
  options: { grid: InstrumentGrid; stream: number; fromMs: number; toMs: number; tradesWanted: number },
): TapeTrade[] {
  const { grid, stream, fromMs, toMs } = options;
  const count = tapeLength(bar, options.tradesWanted);
  if (count === 0) return [];
  const prices = walkPrices(bar, count, stream);
  const times = clusteredTimes(count, fromMs, toMs, childStream(stream, 'time'));
  const sizes = heavySizes(count, bar.lots, childStream(stream, 'size'));
  const sides = takerSides(prices, bar, childStream(stream, 'side'));
  const trades: TapeTrade[] = [];
  for (let i = 0; i < count; i++) {
    trades.push({
      timeMs: times[i] as number,
      price: formatScaled(prices[i] as number, grid.priceDecimals),
      qty: formatScaled(sizes[i] as number, grid.lotDecimals),
      side: (sides[i] as number) > 0 ? 'buy' : 'sell',
    });
  }
  return trades;
}

/** Pins: (position, price) pairs that the path must pass, in order, first and last included. */
function pinPath(bar: UnitBar, count: number, stream: number): [number, number][] {
  const pins: [number, number][] = [[0, bar.open]];
  const { open, close, high, low } = bar;
  // A rising minute mostly dips first and peaks late; a falling one the other way round.
  const lowFirst = uniformAt(stream, 1) < (close >= open ? 0.7 : 0.3);
  const extremes = lowFirst ? [low, high] : [high, low];
  const inner = extremes.filter((price) => price !== open && price !== close);
  let earliest = 1;
  for (let k = 0; k < inner.length; k++) {
    const latest = count - 2 - (inner.length - 1 - k);
    const position =
      earliest + Math.floor(uniformAt(stream, 2 + k) * (latest - earliest + 1) * (k + 1 === inner.length ? 1 : 0.6));
    pins.push([position, inner[k] as number]);
    earliest = position + 1;
  }
  if (count > 1) pins.push([count - 1, close]);
  return pins;
}

/** `count` prices from open to close inside the bar, through its high and its low; `count` at least `tradesNeeded`. */
export function walkPrices(bar: UnitBar, count: number, stream: number): Float64Array {
  const prices = new Float64Array(count);
  const pins = pinPath(bar, count, stream);
  const stepSd = (0.9 * (bar.high - bar.low)) / Math.sqrt(count + 1);
  const stepStream = childStream(stream, 'step');
  const stayStream = childStream(stream, 'stay');
  prices[0] = bar.open;
  for (let k = 1; k < pins.length; k++) {
    const [from] = pins[k - 1] as [number, number];
    const [to, target] = pins[k] as [number, number];
    for (let i = from + 1; i < to; i++) {
      const last = prices[i - 1] as number;
      if (uniformAt(stayStream, i) < SAME_PRICE_SHARE) {
        prices[i] = last;
        continue;
      }
      const drift = (target - last) / (to - i + 1);
      const free = last + drift + stepSd * gaussianAt(stepStream, i);
      prices[i] = Math.min(bar.high, Math.max(bar.low, Math.round(free)));
    }
    prices[to] = target;
  }
  return prices;
}

function clusteredTimes(count: number, fromMs: number, toMs: number, stream: number): Float64Array {
  const times = new Float64Array(count);
  let passed = 0;
  for (let i = 0; i < count; i++) {
    passed += (-Math.log(uniformAt(stream, i))) ** WAIT_POWER;
    times[i] = passed;
  }
  const whole = passed + (-Math.log(uniformAt(stream, count))) ** WAIT_POWER;
  for (let i = 0; i < count; i++) {
    times[i] = Math.min(toMs - 1, fromMs + Math.floor(((times[i] as number) / whole) * (toMs - fromMs)));
  }
  return times;
}

/** Every print has one lot; the rest is shared out by log-normal weights, the remainder to the largest. */
export function heavySizes(count: number, lots: number, stream: number): Float64Array {
  const sizes = new Float64Array(count);
  let weights = 0;
  for (let i = 0; i < count; i++) {
    const weight = Math.exp(SIZE_LOG_SPREAD * gaussianAt(stream, i));
    sizes[i] = weight;
    weights += weight;
  }
  let left = lots;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    if ((sizes[i] as number) > (sizes[largest] as number)) largest = i;
    sizes[i] = 1 + Math.floor(((lots - count) * (sizes[i] as number)) / weights);
    left -= sizes[i] as number;
  }
  sizes[largest] = (sizes[largest] as number) + left;
  return sizes;
}

/** A taker who lifted the price bought, one who lowered it sold; at an unmoved price takers come in runs. */
function takerSides(prices: Float64Array, bar: UnitBar, stream: number): Int8Array {
  const sides = new Int8Array(prices.length);
  let side = bar.close === bar.open ? (uniformAt(stream, 0) < 0.5 ? 1 : -1) : bar.close > bar.open ? 1 : -1;
  for (let i = 0; i < prices.length; i++) {
    const move = i === 0 ? 0 : (prices[i] as number) - (prices[i - 1] as number);
    if (move !== 0) side = move > 0 ? 1 : -1;
    else if (uniformAt(stream, i + 1) > SAME_SIDE_SHARE) side = -side;
    sides[i] = side;
  }
  return sides;
}
