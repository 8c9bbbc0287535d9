import { readCandleFile } from '../../candle-files/index.ts';
import type { Candle } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { type BarBlock, emptyBlock, setBar, type UnitBar } from './bar-block.ts';
import { bookInMotion } from './book-shape.ts';
import { CALIBRATION } from './calibration.ts';
import { childStream } from './hash-random.ts';
import { type InstrumentGrid, instrumentGrid, scaledToNumber } from './instruments.ts';
import { LruCache } from './lru.ts';
import { createRecordedMinutes, type RecordedMinutes, withEnoughLots } from './recorded-bars.ts';
import { createRecordedClock, type RecordedClock } from './recorded-clock.ts';
import { chooseWindow, indexRecordings, type MarketSourceError, type RecordedFile } from './recorded-files.ts';
import type { BookShape, MarketSource } from './source.ts';
import { createTapeReader, MINUTE_MS, type TapeReader } from './tape-reader.ts';

const SPEED_MAX = 1_440;
const PRICE_DECIMALS_MAX = 10;
const LOT_DECIMALS_MAX = 8;
const SYMBOLS_MAX = 40;
const MINUTES_PER_DAY = 1_440;
/** Played days in whole steps kept of each symbol; about 60 kB each. */
const DAYS_CACHED = 23;
const LOOP_MINUTES_MIN = 60;
const TRADES_PER_MINUTE = { typical: 30, min: 1, max: 160 } as const;
/** Book of a symbol without calibration: spread, and resting depth in minutes of its own mean volume. */
const UNKNOWN_BOOK = { spreadBps: 1, depthMinutes: 1, refillHalfLifeSec: 0.5 } as const;

export interface RecordedOptions {
  readonly dir: string;
  /** Recorded minutes that pass in one minute of wall clock, 1 to 1,440: at 5, one 1m candle of the venue is five recorded minutes. */
  readonly speed?: number;
  /**
   * Instant whose loop plays at recorded prices; loops before and after it are scaled to join. Now unless given; a venue
   * that must give the same prices after a restart months later keeps it and passes it again.
   */
  readonly anchorMs?: number;
}

/**
 * A market from recorded candles below `dir`, mapped onto the present and looped without end. All chosen files are read
 * before it resolves; after that nothing can fail but a symbol or a time that makes no sense (RangeError).
 * Recorded trades and depth are not used: prints are synthesised inside each candle and the book follows the calibration.
 */
export async function loadRecordedSource(options: RecordedOptions): Promise<Result<MarketSource, MarketSourceError>> {
  const speed = options.speed ?? 1;
  if (!Number.isInteger(speed) || speed < 1 || speed > SPEED_MAX) {
    return fail({ kind: 'bad-option', message: `speed must be a whole number from 1 to ${SPEED_MAX}, not ${speed}` });
  }
  const indexed = await indexRecordings(options.dir);
  if (!indexed.ok) return indexed;
  const window = chooseWindow(indexed.value);
  const clock = window ? createRecordedClock(window, speed, options.anchorMs ?? Date.now()) : null;
  if (!window || !clock || clock.loopMinutes < LOOP_MINUTES_MIN) return fail(noRecording(options.dir));
  const chosen = window.files.slice(0, SYMBOLS_MAX);
  const loaded = await Promise.all(chosen.map((file) => loadSymbol(file, clock)));
  const markets = new Map<string, SymbolMarket>();
  for (const symbol of loaded) {
    if (!symbol.ok) return symbol;
    markets.set(symbol.value.grid.instrument.symbol, symbol.value);
  }
  return ok(createSource(markets, clock, describe(chosen, clock, [...markets.values()])));
}

function noRecording(dir: string): MarketSourceError {
  const wanted = '<venue>_<SYMBOL>_<interval>_<from>-<to>.csv.gz, or a CSV or Parquet candle file named with a symbol';
  return {
    kind: 'no-recording',
    message: `the folder ${dir} has no usable candle file of at least an hour (${wanted})`,
  };
}

function describe(files: readonly RecordedFile[], clock: RecordedClock, markets: readonly SymbolMarket[]): string {
  const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
  const coarse = files.filter(({ timeframeMs }) => timeframeMs > MINUTE_MS).length;
  const missing = markets.reduce((sum, { minutes }) => sum + minutes.missingMinutes, 0);
  const parts = [
    `recorded ${day(clock.fromMs)}…${day(clock.fromMs + clock.loopMinutes * MINUTE_MS - 1)}, mapped onto now`,
    ...(clock.speed > 1 ? [`at ${clock.speed}x`] : []),
    ...(coarse > 0 ? [`${coarse} of ${files.length} symbols filled to 1m from coarser bars`] : []),
    ...(missing > 0 ? [`${missing} missing minutes flat and without trades`] : []),
  ];
  return parts.join('; ');
}

interface SymbolMarket {
  readonly grid: InstrumentGrid;
  readonly minutes: RecordedMinutes;
  readonly reader: TapeReader;
  bar(minute: number): UnitBar;
  day(dayIndex: number): BarBlock;
}

async function loadSymbol(file: RecordedFile, clock: RecordedClock): Promise<Result<SymbolMarket, MarketSourceError>> {
  const { fromMs, loopMinutes } = clock;
  const window = { fromMs, toMs: fromMs + loopMinutes * MINUTE_MS };
  const read = await readCandleFile(file.path, { window });
  if (!read.ok) return fail({ kind: 'bad-recording', message: read.error.message });
  const { columns } = read.value;
  if (columns.openTimeMs.length === 0) {
    return fail({ kind: 'bad-recording', message: `${file.path} has no candles in the span that its name states` });
  }
  const priceDecimals = Math.min(PRICE_DECIMALS_MAX, read.value.priceDecimals);
  const lotDecimals = Math.min(LOT_DECIMALS_MAX, read.value.volumeDecimals);
  const { base, quote, symbol, timeframeMs } = file;
  const grid = instrumentGrid({ base, quote, priceDecimals, lotDecimals, maxQty: '9000000', minNotional: '5' });
  const stream = childStream(childStream(0x2ec0, symbol), fromMs);
  const minutes = createRecordedMinutes(columns, { ...window, timeframeMs, priceDecimals, lotDecimals, stream });
  const days = new LruCache<number, BarBlock>(DAYS_CACHED);
  const bar = (minute: number): UnitBar => playedBar(minutes, clock, minute);
  const typical = CALIBRATION.symbols[symbol]?.tradesPerMinute ?? TRADES_PER_MINUTE.typical;
  const tradesWanted = ({ lots }: UnitBar): number => {
    const busy = Math.sqrt(lots / Math.max(1e-9, minutes.lotsPerMinute * clock.speed));
    return Math.min(TRADES_PER_MINUTE.max, Math.max(TRADES_PER_MINUTE.min, typical * busy));
  };
  return ok({
    grid,
    minutes,
    bar,
    day: (dayIndex) => days.getOrCompute(dayIndex, (left) => playedDay(minutes, clock, dayIndex, left)),
    reader: createTapeReader({ grid, stream: childStream(stream, 'tape'), bar, tradesWanted }),
  });
}

function playedDay(
  minutes: RecordedMinutes,
  clock: RecordedClock,
  dayIndex: number,
  left: BarBlock | undefined,
): BarBlock {
  const block = left ?? emptyBlock(MINUTES_PER_DAY);
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    setBar(block, i, playedBar(minutes, clock, dayIndex * MINUTES_PER_DAY + i));
  }
  return block;
}

/** One minute of wall clock: `speed` recorded minutes, each at the prices of its own loop, put together. */
function playedBar(minutes: RecordedMinutes, clock: RecordedClock, minute: number): UnitBar {
  const growth = minutes.lastClose / minutes.firstOpen;
  let made: UnitBar | null = null;
  for (let step = 0; step < clock.speed; step++) {
    const { recordedMinute, loop } = clock.locate(minute, step);
    const next = scaleBar(minutes.bar(recordedMinute), loopScale(growth, loop));
    made = made === null ? next : joinBars(made, next);
  }
  return withEnoughLots(made as UnitBar);
}

/** Loops are scaled by the growth of one loop to the power of their number; past a thousandfold the count starts over. */
function loopScale(growth: number, loop: number): number {
  const loopsMax = Math.floor(Math.log(1_000) / Math.max(1e-9, Math.abs(Math.log(growth))));
  const span = 2 * loopsMax + 1;
  const wrapped = ((((loop + loopsMax) % span) + span) % span) - loopsMax;
  return growth ** wrapped;
}

function scaleBar(bar: UnitBar, scale: number): UnitBar {
  if (scale === 1) return bar;
  const scaled = (ticks: number): number => Math.max(1, Math.round(ticks * scale));
  return {
    open: scaled(bar.open),
    high: scaled(bar.high),
    low: scaled(bar.low),
    close: scaled(bar.close),
    lots: bar.lots,
  };
}

function joinBars(a: UnitBar, b: UnitBar): UnitBar {
  return {
    open: a.open,
    high: Math.max(a.high, b.high),
    low: Math.min(a.low, b.low),
    close: b.close,
    lots: a.lots + b.lots,
  };
}

function createSource(
  markets: ReadonlyMap<string, SymbolMarket>,
  clock: RecordedClock,
  description: string,
): MarketSource {
  const market = (symbol: string): SymbolMarket => {
    const found = markets.get(symbol);
    if (!found) throw new RangeError(`the recording has no instrument ${symbol}`);
    return found;
  };
  return {
    kind: 'recorded',
    description,
    instruments: [...markets.values()].map(({ grid }) => grid.instrument),
    candle: (symbol, openTimeMs) => {
      if (openTimeMs % MINUTE_MS !== 0) throw new RangeError(`not the open of a minute: ${openTimeMs}`);
      return candleOf(market(symbol), openTimeMs / MINUTE_MS);
    },
    candles: (symbol, fromMs, toMs) => {
      const found = market(symbol);
      const candles: Candle[] = [];
      for (let minute = Math.ceil(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++)
        candles.push(candleOf(found, minute));
      return candles;
    },
    day: (symbol, dayIndex) => market(symbol).day(dayIndex),
    tradeCounts: (symbol, dayIndex) => market(symbol).reader.tradeCounts(market(symbol).day(dayIndex)),
    tapeTotals: (symbol, minute) => market(symbol).reader.totals(minute),
    tape: (symbol, fromMs, toMs) => market(symbol).reader.tape(fromMs, toMs),
    referencePrice: (symbol, timeMs) => market(symbol).reader.referencePrice(timeMs),
    bookShape: (symbol, timeMs) => bookShapeOf(market(symbol), Math.floor(timeMs / MINUTE_MS), clock.speed),
  };
}

function candleOf({ bar, grid }: SymbolMarket, minute: number): Candle {
  const { open, high, low, close, lots } = bar(minute);
  const price = (ticks: number): number => scaledToNumber(ticks, grid.priceDecimals);
  return {
    openTimeMs: minute * MINUTE_MS,
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: scaledToNumber(lots, grid.lotDecimals),
  };
}

function bookShapeOf({ grid, minutes, bar }: SymbolMarket, minute: number, speed: number): BookShape {
  const last = bar(minute - 1);
  const volume = scaledToNumber(minutes.lotsPerMinute, grid.lotDecimals);
  const known = CALIBRATION.symbols[grid.instrument.symbol];
  const usual = {
    spreadTicks: known?.spreadTicks ?? Math.max(1, Math.round((last.close * UNKNOWN_BOOK.spreadBps) / 10_000)),
    depthWithin10BpsBase:
      volume * (known ? known.depthWithin10BpsBase / known.volumePerMinuteBase : UNKNOWN_BOOK.depthMinutes),
    refillHalfLifeSec: (known?.refillHalfLifeSec ?? UNKNOWN_BOOK.refillHalfLifeSec) / speed,
  };
  return bookInMotion(usual, last, minutes.rangePerMinute * Math.sqrt(speed));
}
