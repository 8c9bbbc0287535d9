/**
 * `node main/practice/market/calibrate.ts <data dir>`: measures real recordings and writes `calibration.json` beside this
 * file. What a recording shows directly is taken from it. The shape of the volatility and volume processes (MODEL) was
 * fitted by hand until the table of `realism.ts` came out; change it here, run this, then run that.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Calibration, SymbolCalibration } from './calibration.ts';
import { createGeneratedSource } from './generated.ts';
import { GENERATED_GRIDS } from './instruments.ts';
import { measureReal, type RealFacts } from './real-facts.ts';
import { mean } from './statistics.ts';

const MODEL: Pick<Calibration, 'volatility' | 'volume'> = {
  volatility: {
    marketOctaves: octaves(
      [4, 0.12],
      [15, 0.1],
      [60, 0.08],
      [240, 0.07],
      [1_440, 0.05],
      [5_760, 0.07],
      [23_040, 0.08],
      [92_160, 0.06],
    ),
    ownOctaves: octaves([4, 0.04], [15, 0.05], [240, 0.03], [5_760, 0.03]),
    tail: 0.48,
    rangeFactor: 0.66,
  },
  volume: {
    volatilityPower: 1,
    movePower: 0.35,
    octaves: octaves([30, 0.08], [480, 0.1], [5_760, 0.1]),
    noise: 0.6,
    meanBias: 1,
  },
};

/** Prints a minute are fewer than on the real venue, on purpose: one desk and one machine carry all symbols. */
const TRADES_PER_MINUTE: Readonly<Record<string, number>> = {
  BTCUSDT: 90,
  ETHUSDT: 75,
  SOLUSDT: 60,
  BNBUSDT: 45,
  DOGEUSDT: 45,
  XRPUSDT: 40,
};
const TRADES_PER_MINUTE_OTHERS = 33;
const MAJORS = ['BTCUSDT', 'ETHUSDT'] as const;
const BIAS_MARKETS = 120;
const DAY_MS = 86_400_000;
/** Where the bias is measured; any stretch would do. */
const BIAS_TO_MS = Date.UTC(2026, 0, 1);

/** Octaves from pairs of (period in minutes, variance of the log-volatility at that scale). */
function octaves(...pairs: readonly (readonly [number, number])[]): { periodMin: number; amplitude: number }[] {
  return pairs.map(([periodMin, variance]) => ({ periodMin, amplitude: Math.sqrt(variance) }));
}

function derive(real: RealFacts): Calibration {
  const loadings = fitLoadings(real.correlations);
  const depthMinutes =
    real.book.facts.depthWithin10BpsBase /
    (real.symbols[real.book.symbol] as { facts: { volumePerMinute: number } }).facts.volumePerMinute;
  const symbols: Record<string, SymbolCalibration> = {};
  for (const { instrument } of GENERATED_GRIDS) {
    const { symbol } = instrument;
    const measured = real.symbols[symbol];
    const loading = loadings.get(symbol);
    if (!measured || !loading) throw new Error(`no recording of ${symbol}`);
    symbols[symbol] = {
      price: measured.lastPrice,
      sdPerMinute: measured.facts.sdPerMinute,
      ...loading,
      volumePerMinuteBase: measured.facts.volumePerMinute,
      hourlyVolume: measured.facts.hourlyVolume,
      tradesPerMinute: TRADES_PER_MINUTE[symbol] ?? TRADES_PER_MINUTE_OTHERS,
      // Depth feeds exist for BTCUSDT only: the others take its spread, its depth in minutes of volume and its refill.
      spreadTicks: real.book.facts.spreadTicks,
      depthWithin10BpsBase: depthMinutes * measured.facts.volumePerMinute,
      refillHalfLifeSec: real.book.facts.refillHalfLifeSec,
    };
  }
  const facts = Object.values(real.symbols).map((symbol) => symbol.facts);
  const average = (pick: (of: (typeof facts)[number]) => readonly number[]): number[] =>
    pick(facts[0] as (typeof facts)[number]).map((_, i) => mean(facts.map((of) => pick(of)[i] as number)));
  return {
    ...MODEL,
    season: {
      hourlyVolatility: average((of) => of.hourlyVolatility),
      weekdayVolatility: average((of) => of.weekdayVolatility),
      weekdayVolume: average((of) => of.weekdayVolume),
    },
    symbols,
    real,
  };
}

/** One common factor by least squares over all pairs but the two majors', whose excess is a factor of their own. */
function fitLoadings({
  symbols,
  matrix,
}: RealFacts['correlations']): Map<string, { marketLoading: number; majorsLoading: number }> {
  const loading = symbols.map(() => 0.8);
  const isMajors = (i: number, j: number): boolean =>
    [symbols[i], symbols[j]].every((name) => MAJORS.some((major) => major === name));
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < symbols.length; i++) {
      let product = 0;
      let square = 0;
      for (let j = 0; j < symbols.length; j++) {
        if (i === j || isMajors(i, j)) continue;
        product += ((matrix[i] as readonly number[])[j] as number) * (loading[j] as number);
        square += (loading[j] as number) ** 2;
      }
      loading[i] = product / square;
    }
  }
  const [first, second] = MAJORS.map((name) => symbols.indexOf(name)) as [number, number];
  const excess =
    ((matrix[first] as readonly number[])[second] as number) - (loading[first] as number) * (loading[second] as number);
  const majorsLoading = Math.sqrt(Math.max(0, excess));
  return new Map(
    symbols.map((name, i) => [
      name,
      {
        marketLoading: loading[i] as number,
        majorsLoading: MAJORS.some((major) => major === name) ? majorsLoading : 0,
      },
    ]),
  );
}

/** Mean generated volume over the calibrated one, from weeks of many markets, so that no single regime decides it. */
function measureBias(calibration: Calibration): number {
  const ratios: number[] = [];
  for (let market = 0; market < BIAS_MARKETS; market++) {
    const source = createGeneratedSource({ seed: `bias ${market}`, calibration });
    for (const symbol of MAJORS) {
      const volumes = source.candles(symbol, BIAS_TO_MS - 7 * DAY_MS, BIAS_TO_MS).map(({ volume }) => volume);
      ratios.push(mean(volumes) / (calibration.symbols[symbol] as SymbolCalibration).volumePerMinuteBase);
    }
  }
  return mean(ratios);
}

/** Six significant digits: enough for every figure, and the file stays readable. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}

const dataDir = process.argv[2];
if (dataDir === undefined) {
  process.stderr.write('usage: node main/practice/market/calibrate.ts <data dir>\n');
  process.exitCode = 2;
} else {
  const unbiased = derive(await measureReal(dataDir));
  const calibration: Calibration = { ...unbiased, volume: { ...unbiased.volume, meanBias: measureBias(unbiased) } };
  const path = join(import.meta.dirname, 'calibration.json');
  writeFileSync(path, `${JSON.stringify(calibration, rounded, 2)}\n`);
  process.stderr.write(`wrote ${path}\n`);
}
