import type { CandleColumns } from '../../engine/domain/candle.ts';
import { type BarBlock, barAt, emptyBlock, setBar, type UnitBar } from './bar-block.ts';
import { childStream } from './hash-random.ts';
import { LruCache } from './lru.ts';
import { heavySizes, tradesNeeded, walkPrices } from './minute-tape.ts';

const MINUTE_MS = 60_000;
const POINTS_PER_MINUTE = 6;
const COARSE_BARS_CACHED = 256;

/** One symbol's minutes over the recorded stretch, in ticks and lots, by minute from its start. */
export interface RecordedMinutes {
  readonly firstOpen: number;
  readonly lastClose: number;
  readonly lotsPerMinute: number;
  /** Mean of (high − low) ÷ close of a minute; of coarser bars, scaled to one by the square root of time. */
  readonly rangePerMinute: number;
  /** Minutes that the recording lacks; they are flat and without trades. */
  readonly missingMinutes: number;
  bar(minute: number): UnitBar;
}

/** @param columns candles inside the stretch only, in order and aligned */
export function createRecordedMinutes(
  columns: CandleColumns,
  options: {
    fromMs: number;
    toMs: number;
    timeframeMs: number;
    priceDecimals: number;
    lotDecimals: number;
    stream: number;
  },
): RecordedMinutes {
  const { timeframeMs, stream } = options;
  const minutesPerBar = timeframeMs / MINUTE_MS;
  const { block, missing } = denseBars(columns, options);
  const coarse = new LruCache<number, BarBlock>(COARSE_BARS_CACHED);
  const bar = (minute: number): UnitBar => {
    const index = Math.floor(minute / minutesPerBar);
    if (minutesPerBar === 1) return barAt(block, index);
    const filled = coarse.getOrCompute(index, () =>
      fillMinutes(barAt(block, index), minutesPerBar, childStream(stream, index)),
    );
    return barAt(filled, minute - index * minutesPerBar);
  };
  let lots = 0;
  let range = 0;
  for (let i = 0; i < block.lots.length; i++) {
    lots += block.lots[i] as number;
    range += ((block.high[i] as number) - (block.low[i] as number)) / (block.close[i] as number);
  }
  return {
    firstOpen: block.open[0] as number,
    lastClose: block.close.at(-1) as number,
    lotsPerMinute: lots / (block.lots.length * minutesPerBar),
    rangePerMinute: range / (block.lots.length * Math.sqrt(minutesPerBar)),
    missingMinutes: missing * minutesPerBar,
    bar,
  };
}

/** Every bar of the stretch: a missing one is flat at the last close (before the first candle, at its open). */
function denseBars(
  columns: CandleColumns,
  options: { fromMs: number; toMs: number; timeframeMs: number; priceDecimals: number; lotDecimals: number },
): { block: BarBlock; missing: number } {
  const { fromMs, toMs, timeframeMs } = options;
  const bars = Math.ceil((toMs - fromMs) / timeframeMs);
  const block = emptyBlock(bars);
  const ticks = 10 ** options.priceDecimals;
  const lotsPerUnit = 10 ** options.lotDecimals;
  let next = 0;
  let last = Math.max(1, Math.round((columns.open[0] as number) * ticks));
  let missing = 0;
  for (let i = 0; i < bars; i++) {
    if (columns.openTimeMs[next] !== fromMs + i * timeframeMs) {
      setBar(block, i, { open: last, high: last, low: last, close: last, lots: 0 });
      missing += 1;
      continue;
    }
    const price = (column: Float64Array): number => Math.max(1, Math.round((column[next] as number) * ticks));
    const bar = {
      open: price(columns.open),
      high: price(columns.high),
      low: price(columns.low),
      close: price(columns.close),
      lots: Math.round((columns.volume[next] as number) * lotsPerUnit),
    };
    setBar(block, i, withEnoughLots(bar));
    last = bar.close;
    next += 1;
  }
  return { block, missing };
}

/** A bar that moved has traded: where the recorded volume is too small for its four prices, it gets the few lots it needs. */
export function withEnoughLots(bar: UnitBar): UnitBar {
  const moved = bar.high !== bar.low;
  const needed = moved ? tradesNeeded(bar) : 0;
  return bar.lots >= needed ? bar : { ...bar, lots: needed };
}

/**
 * A coarse bar as minutes whose aggregate it is, exactly: a path of prints from open to close through high and low, cut
 * into minutes. A minute that no print falls into is flat and without volume.
 */
export function fillMinutes(bar: UnitBar, minutes: number, stream: number): BarBlock {
  const block = emptyBlock(minutes);
  const count = Math.max(tradesNeeded(bar), Math.min(bar.lots, minutes * POINTS_PER_MINUTE));
  const prices = walkPrices(bar, count, childStream(stream, 'price'));
  const sizes = bar.lots === 0 ? new Float64Array(count) : heavySizes(count, bar.lots, childStream(stream, 'size'));
  let point = 0;
  let last = bar.open;
  for (let minute = 0; minute < minutes; minute++) {
    const end = minute === minutes - 1 ? count : Math.floor(((minute + 1) * count) / minutes);
    const open = point < end ? (prices[point] as number) : last;
    const made = { open, high: open, low: open, close: open, lots: 0 };
    for (; point < end; point++) {
      const price = prices[point] as number;
      made.high = Math.max(made.high, price);
      made.low = Math.min(made.low, price);
      made.close = price;
      made.lots += sizes[point] as number;
    }
    setBar(block, minute, made);
    last = made.close;
  }
  return block;
}
