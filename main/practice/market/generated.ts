import type { Candle } from '../../engine/domain/candle.ts';
import { type BarBlock, barAt, candleFromBlock, type UnitBar } from './bar-block.ts';
import { bookInMotion } from './book-shape.ts';
import { CALIBRATION, type Calibration } from './calibration.ts';
import { createFactor, MINUTES_PER_DAY } from './factor-path.ts';
import { createGeneratedSymbol, type GeneratedSymbol, type SharedFactors } from './generated-symbol.ts';
import { childStream } from './hash-random.ts';
import { GENERATED_GRIDS } from './instruments.ts';
import { createSeason } from './season.ts';
import type { BookShape, MarketSource } from './source.ts';
import { createTapeReader, MINUTE_MS, type TapeReader } from './tape-reader.ts';

const DAY_MS = MINUTE_MS * MINUTES_PER_DAY;
const SHARED_DAYS_CACHED = 64;
/** About 60 kB a day and symbol: twelve symbols with three weeks each stay below 17 MB. */
const SYMBOL_DAYS_CACHED = 23;
const TRADES_PER_MINUTE_MIN = 5;
const TRADES_PER_MINUTE_MAX = 160;
/** Mean range of a minute over the standard deviation of its return: fat tails make it less than a normal walk's. */
const RANGE_IN_DEVIATIONS = 0.9;

export interface GeneratedOptions {
  readonly seed: number | string;
  /** Instant at which the market's own day 0 begins, floored to its UTC midnight; 1970 unless given. */
  readonly epochMs?: number;
  /** Figures to generate from instead of the committed ones. */
  readonly calibration?: Calibration;
}

/**
 * A market without end in both directions, calibrated to real ones. Every number is a pure function of (seed, symbol,
 * time); a minute costs the work of its day once. @throws RangeError for a symbol that `instruments` does not list.
 */
export function createGeneratedSource(options: GeneratedOptions): MarketSource {
  const calibration = options.calibration ?? CALIBRATION;
  const epochDay = Math.floor((options.epochMs ?? 0) / DAY_MS);
  const stream = childStream(0x5eed, String(options.seed));
  const shared = createSharedFactors(stream, calibration, epochDay);
  const markets = new Map<string, SymbolMarket>();
  for (const grid of GENERATED_GRIDS) {
    const symbol = createGeneratedSymbol(stream, grid, shared, calibration, SYMBOL_DAYS_CACHED);
    markets.set(grid.instrument.symbol, createSymbolMarket(symbol, calibration, epochDay));
  }
  const market = (symbol: string): SymbolMarket => {
    const found = markets.get(symbol);
    if (!found) throw new RangeError(`the practice market has no instrument ${symbol}`);
    return found;
  };
  return {
    kind: 'generated',
    description: `generated, seed ${options.seed}`,
    instruments: GENERATED_GRIDS.map(({ instrument }) => instrument),
    candle: (symbol, openTimeMs) => market(symbol).candle(openTimeMs),
    candles: (symbol, fromMs, toMs) => market(symbol).candles(fromMs, toMs),
    day: (symbol, dayIndex) => market(symbol).day(dayIndex),
    tradeCounts: (symbol, dayIndex) => market(symbol).reader.tradeCounts(market(symbol).day(dayIndex)),
    tapeTotals: (symbol, minute) => market(symbol).reader.totals(minute),
    tape: (symbol, fromMs, toMs) => market(symbol).reader.tape(fromMs, toMs),
    referencePrice: (symbol, timeMs) => market(symbol).reader.referencePrice(timeMs),
    bookShape: (symbol, timeMs) => market(symbol).bookShape(timeMs),
  };
}

function createSharedFactors(stream: number, calibration: Calibration, epochDay: number): SharedFactors {
  const { hourlyVolatility, weekdayVolatility } = calibration.season;
  const volatility = createSeason(hourlyVolatility, weekdayVolatility, 2);
  const { marketOctaves, ownOctaves, tail } = calibration.volatility;
  // Seasons follow the calendar, whatever day the market's own count begins on.
  const volatilitySeason = (day: number): Float64Array => volatility(day + epochDay);
  const market = createFactor(
    childStream(stream, 'market'),
    { octaves: marketOctaves, tail, season: volatilitySeason },
    SHARED_DAYS_CACHED,
  );
  const majors = createFactor(
    childStream(stream, 'majors'),
    { octaves: ownOctaves, tail, season: volatilitySeason, shared: market },
    SHARED_DAYS_CACHED,
  );
  return { market, majors, volatilitySeason, epochDay };
}

interface SymbolMarket {
  readonly reader: TapeReader;
  day(dayIndex: number): BarBlock;
  candle(openTimeMs: number): Candle;
  candles(fromMs: number, toMs: number): Candle[];
  bookShape(timeMs: number): BookShape;
}

function createSymbolMarket(symbol: GeneratedSymbol, calibration: Calibration, epochDay: number): SymbolMarket {
  const { grid } = symbol;
  const figures = calibration.symbols[grid.instrument.symbol] as NonNullable<(typeof calibration.symbols)[string]>;
  const usualRange = RANGE_IN_DEVIATIONS * figures.sdPerMinute;
  const meanLots = figures.volumePerMinuteBase * 10 ** grid.lotDecimals;
  const candleAt = (minute: number): Candle => {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    return candleFromBlock(symbol.day(day - epochDay), minute - day * MINUTES_PER_DAY, minute * MINUTE_MS, grid);
  };
  const bar = (minute: number): UnitBar => {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    return barAt(symbol.day(day - epochDay), minute - day * MINUTES_PER_DAY);
  };
  const tradesWanted = ({ lots }: UnitBar): number => {
    const busy = Math.sqrt(lots / meanLots);
    return Math.min(TRADES_PER_MINUTE_MAX, Math.max(TRADES_PER_MINUTE_MIN, figures.tradesPerMinute * busy));
  };
  return {
    day: (dayIndex) => symbol.day(dayIndex - epochDay),
    reader: createTapeReader({ grid, stream: childStream(symbol.stream, 'tape'), bar, tradesWanted }),
    candle: (openTimeMs) => candleAt(minuteOf(openTimeMs)),
    candles: (fromMs, toMs) => {
      const candles: Candle[] = [];
      for (let minute = Math.ceil(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++)
        candles.push(candleAt(minute));
      return candles;
    },
    bookShape: (timeMs) => bookInMotion(figures, bar(Math.floor(timeMs / MINUTE_MS) - 1), usualRange),
  };
}

function minuteOf(openTimeMs: number): number {
  const minute = openTimeMs / MINUTE_MS;
  if (!Number.isInteger(minute)) throw new RangeError(`not the open of a minute: ${openTimeMs}`);
  return minute;
}
