/** A folder of recorded candles made by the test: markets that rise a little every minute, so that the rule agent proposes at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY = '20240101';
const DAY_START_MS = Date.UTC(2024, 0, 1);
const MINUTES = 1_440;
/** Each close is the highest so far; over a day it adds up to some 7 %. */
const RISE_PER_MINUTE = 0.000_05;
const QUIET_NOTIONAL = 500;
/** Against the mean of the twenty minutes before, a spike is above the 1.5 that a breakout wants. */
const SPIKE_TIMES = 9;

interface Market {
  readonly symbol: string;
  readonly price: number;
  readonly priceDecimals: number;
  readonly lotDecimals: number;
}

const MARKETS: readonly Market[] = [
  { symbol: 'BTCUSDT', price: 50_000, priceDecimals: 2, lotDecimals: 5 },
  { symbol: 'ETHUSDT', price: 2_500, priceDecimals: 2, lotDecimals: 4 },
  { symbol: 'BNBUSDT', price: 400, priceDecimals: 2, lotDecimals: 3 },
  { symbol: 'SOLUSDT', price: 120, priceDecimals: 3, lotDecimals: 3 },
  { symbol: 'LTCUSDT', price: 80, priceDecimals: 3, lotDecimals: 3 },
  { symbol: 'LINKUSDT', price: 16, priceDecimals: 4, lotDecimals: 2 },
  { symbol: 'DOTUSDT', price: 8, priceDecimals: 4, lotDecimals: 2 },
  { symbol: 'AVAXUSDT', price: 36, priceDecimals: 3, lotDecimals: 2 },
];

/**
 * Writes one CSV per symbol. Every other symbol trades nine times as much on even minutes, the rest on odd ones: whenever
 * the engine starts, the last closed candle of half of them breaks out. Books hold a few thousand in quote only.
 */
export function writeRisingMarket(dir: string): string {
  mkdirSync(dir, { recursive: true });
  for (const [at, market] of MARKETS.entries()) {
    writeFileSync(join(dir, `binance_${market.symbol}_1m_${DAY}-${DAY}.csv`), csvOf(market, at % 2));
  }
  return dir;
}

function csvOf({ price, priceDecimals, lotDecimals }: Market, spikeParity: number): string {
  const lines = ['timestamp,open,high,low,close,volume'];
  const at = (minute: number): number => price * (1 + RISE_PER_MINUTE) ** minute;
  for (let minute = 0; minute < MINUTES; minute++) {
    const [open, close] = [at(minute), at(minute + 1)];
    const notional = QUIET_NOTIONAL * (minute % 2 === spikeParity ? SPIKE_TIMES : 1);
    const prices = [open, close * 1.000_05, open * 0.999_9, close].map((value) => value.toFixed(priceDecimals));
    lines.push([DAY_START_MS + minute * 60_000, ...prices, (notional / price).toFixed(lotDecimals)].join(','));
  }
  return `${lines.join('\n')}\n`;
}
