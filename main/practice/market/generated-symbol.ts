import { type BarBlock, emptyBlock } from './bar-block.ts';
import type { Calibration, SymbolCalibration } from './calibration.ts';
import { createFactor, type Factor, MINUTES_PER_DAY } from './factor-path.ts';
import { childStream, gaussianAt, hashAt, uniformAt } from './hash-random.ts';
import type { InstrumentGrid } from './instruments.ts';
import { LruCache } from './lru.ts';
import { createSeason } from './season.ts';
import { addCascade, cascadeVariance } from './volatility-cascade.ts';

/** A minute has at least this many lots, so that its four prices can all be traded. */
const LOTS_MIN = 8;
const FACTOR_DAYS_CACHED = 8;

/** The factors that all symbols share, and their seasons. */
export interface SharedFactors {
  readonly market: Factor;
  readonly majors: Factor;
  readonly volatilitySeason: (dayIndex: number) => Float64Array;
  /** UTC day that is the market's day 0. */
  readonly epochDay: number;
}

/** 1m bars of one generated symbol, a day at a time. Days count from 1970-01-01 UTC. */
export interface GeneratedSymbol {
  readonly grid: InstrumentGrid;
  readonly stream: number;
  day(dayIndex: number): BarBlock;
}

export function createGeneratedSymbol(
  seedStream: number,
  grid: InstrumentGrid,
  shared: SharedFactors,
  calibration: Calibration,
  daysCached: number,
): GeneratedSymbol {
  const symbol = grid.instrument.symbol;
  const figures = calibration.symbols[symbol];
  if (!figures) throw new RangeError(`no calibration for ${symbol}`);
  const stream = childStream(seedStream, symbol);
  const own = createFactor(
    childStream(stream, 'own'),
    {
      octaves: calibration.volatility.ownOctaves,
      tail: calibration.volatility.tail,
      season: shared.volatilitySeason,
      shared: shared.market,
    },
    FACTOR_DAYS_CACHED,
  );
  const volume = createSeason(figures.hourlyVolume, calibration.season.weekdayVolume, 1);
  const volumeSeason = (day: number): Float64Array => volume(day + shared.epochDay);
  const days = new LruCache<number, BarBlock>(daysCached);
  const context = { volumeSeason, grid, figures, calibration, shared, own, stream };
  return { grid, stream, day: (day) => days.getOrCompute(day, (left) => computeDay(context, day, left)) };
}

interface SymbolContext {
  readonly volumeSeason: (dayIndex: number) => Float64Array;
  readonly grid: InstrumentGrid;
  readonly figures: SymbolCalibration;
  readonly calibration: Calibration;
  readonly shared: SharedFactors;
  readonly own: Factor;
  readonly stream: number;
}

/** Log price at each minute boundary and the standard deviation of each minute's return. */
interface SymbolPath {
  readonly logPrice: Float64Array;
  readonly sd: Float64Array;
}

/** Working space of the day that is being computed; nothing keeps it. */
const SCRATCH = {
  logPrice: new Float64Array(MINUTES_PER_DAY + 1),
  sd: new Float64Array(MINUTES_PER_DAY),
  logVolume: new Float64Array(MINUTES_PER_DAY),
} as const;

function computePath({ figures, shared, own }: SymbolContext, day: number): SymbolPath {
  const { marketLoading, majorsLoading, sdPerMinute, price } = figures;
  const ownLoading = Math.sqrt(Math.max(0, 1 - marketLoading ** 2 - majorsLoading ** 2));
  const parts = [
    { day: shared.market.day(day), loading: marketLoading },
    { day: own.day(day), loading: ownLoading },
  ];
  if (majorsLoading > 0) parts.push({ day: shared.majors.day(day), loading: majorsLoading });
  const season = shared.volatilitySeason(day);
  const { logPrice, sd } = SCRATCH;
  logPrice.fill(Math.log(price));
  sd.fill(0);
  for (const { day: path, loading } of parts) {
    const scale = sdPerMinute * loading;
    for (let i = 0; i <= MINUTES_PER_DAY; i++) {
      logPrice[i] = (logPrice[i] as number) + scale * (path.level[i] as number);
    }
    for (let i = 0; i < MINUTES_PER_DAY; i++) {
      const step = scale * Math.exp(path.logVolatility[i] as number);
      sd[i] = (sd[i] as number) + step * step;
    }
  }
  for (let i = 0; i < MINUTES_PER_DAY; i++) sd[i] = Math.sqrt(sd[i] as number) * (season[i] as number);
  return { logPrice, sd };
}

function computeDay(context: SymbolContext, day: number, left: BarBlock | undefined): BarBlock {
  const path = computePath(context, day);
  const block = left ?? emptyBlock(MINUTES_PER_DAY);
  fillPrices(context, day, path, block);
  fillVolumes(context, day, path, block);
  return block;
}

function fillPrices(
  { grid, calibration, stream }: SymbolContext,
  day: number,
  path: SymbolPath,
  block: BarBlock,
): void {
  const ticksPerUnit = 10 ** grid.priceDecimals;
  const { rangeFactor } = calibration.volatility;
  const openStream = childStream(stream, 'open');
  const highStream = childStream(stream, 'high');
  const lowStream = childStream(stream, 'low');
  const toTicks = (logPrice: number): number => Math.max(1, Math.round(Math.exp(logPrice) * ticksPerUnit));
  let lastClose = toTicks(path.logPrice[0] as number);
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    const minute = day * MINUTES_PER_DAY + i;
    const start = path.logPrice[i] as number;
    const move = (path.logPrice[i + 1] as number) - start;
    const close = toTicks(start + move);
    // The first print falls on either side of the spread: half of the minutes open where the last one closed.
    const side = hashAt(openStream, minute) & 3;
    const open = Math.max(1, lastClose + (side === 0 ? 1 : side === 1 ? -1 : 0));
    // Extremes of a Brownian bridge from 0 to `move` (reflection principle), each drawn by itself.
    const spread = 2 * ((path.sd[i] as number) * rangeFactor) ** 2;
    const up = 0.5 * (move + Math.sqrt(move * move - spread * Math.log(uniformAt(highStream, minute))));
    const down = 0.5 * (move - Math.sqrt(move * move - spread * Math.log(uniformAt(lowStream, minute))));
    block.open[i] = open;
    block.close[i] = close;
    block.high[i] = Math.max(open, close, toTicks(start + up));
    block.low[i] = Math.min(open, close, toTicks(start + down));
    lastClose = close;
  }
}

function fillVolumes(context: SymbolContext, day: number, path: SymbolPath, block: BarBlock): void {
  const { grid, figures, calibration, shared, stream } = context;
  const { volatilityPower, movePower, octaves, noise, meanBias } = calibration.volume;
  const { logVolume } = SCRATCH;
  logVolume.fill(0);
  const volumeStream = childStream(stream, 'volume');
  const noiseStream = childStream(stream, 'volume noise');
  addCascade(logVolume, volumeStream, octaves, day * MINUTES_PER_DAY);
  const volatilitySeason = shared.volatilitySeason(day);
  const volumeSeason = context.volumeSeason(day);
  const lotsPerUnit = 10 ** grid.lotDecimals;
  // Half the variances and the bias make the mean, not the median, of the volume the calibrated one.
  const spread = cascadeVariance(octaves) + noise * noise;
  const centre = Math.log((figures.volumePerMinuteBase * lotsPerUnit) / meanBias) - 0.5 * spread;
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    const sd = path.sd[i] as number;
    const move = Math.abs((path.logPrice[i + 1] as number) - (path.logPrice[i] as number));
    const restless = Math.log(sd / (figures.sdPerMinute * (volatilitySeason[i] as number)));
    const surprise = Math.log(0.25 + Math.min(8, move / sd));
    const logLots =
      centre +
      (logVolume[i] as number) +
      volatilityPower * restless +
      movePower * surprise +
      noise * gaussianAt(noiseStream, day * MINUTES_PER_DAY + i);
    block.lots[i] = Math.max(LOTS_MIN, Math.round(Math.exp(logLots) * (volumeSeason[i] as number)));
  }
}
