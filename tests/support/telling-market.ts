/** Candles made by the test whose volume tells what price does in the next minute, as reliably as is asked for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRandom } from '../../main/engine/kernel/random.ts';

const START_MS = Date.UTC(2024, 0, 1);
const DAY_MINUTES = 1_440;
/** Of a minute's move: far above what a round trip costs. */
const MOVE_LEAST = 0.004;
const MOVE_MOST = 0.008;
/** A price this far from where it began is drawn back. */
const FAR = 0.2;

const MARKETS = [
  { symbol: 'BTCUSDT', price: 50_000, priceDecimals: 2, lotDecimals: 5 },
  { symbol: 'ETHUSDT', price: 2_500, priceDecimals: 2, lotDecimals: 4 },
  { symbol: 'SOLUSDT', price: 120, priceDecimals: 3, lotDecimals: 3 },
  { symbol: 'LTCUSDT', price: 80, priceDecimals: 3, lotDecimals: 3 },
] as const;

/** A recording of a day, a CSV per symbol, in which volume always tells the truth. Returns the folder. */
export function writeTellingMarket(dir: string): string {
  for (const [at, { symbol }] of MARKETS.entries())
    writeTellingCandles(join(dir, `binance_${symbol}_1m_20240101-20240101.csv`), {
      seed: at + 1,
      days: 1,
      truth: 1,
      at,
    });
  return dir;
}

/**
 * One symbol's candles of a minute; `truth` is the share of minutes whose volume tells the next one's direction. A price that is
 * drawn back can be foretold a little, too: without it, and with a truth of a half, there is nothing to learn.
 */
export function writeTellingCandles(
  file: string,
  {
    seed,
    days,
    truth,
    at = 0,
    drawnBack = true,
  }: { seed: number; days: number; truth: number; at?: number; drawnBack?: boolean },
): string {
  const { price: first, priceDecimals, lotDecimals } = MARKETS[at % MARKETS.length]!;
  const random = createRandom(seed);
  const minutes = days * DAY_MINUTES;
  const lines = ['timestamp,open,high,low,close,volume'];
  let open: number = first;
  let rises = random.next() < 0.5;
  for (let minute = 0; minute < minutes; minute++) {
    const size = MOVE_LEAST + (MOVE_MOST - MOVE_LEAST) * random.next();
    const close = open * (rises ? 1 + size : 1 / (1 + size));
    const pull = !drawnBack ? 0 : Math.max(-0.4, Math.min(0.4, (-0.4 * Math.log(close / first)) / FAR));
    const next = random.next() < 0.5 + pull;
    const told = random.next() < truth ? next : !next;
    const notional = (told ? 30_000 : 10_000) * (0.95 + 0.1 * random.next());
    const wick = 0.000_1;
    const prices = [open, Math.max(open, close) * (1 + wick), Math.min(open, close) * (1 - wick), close];
    lines.push(
      [
        START_MS + minute * 60_000,
        ...prices.map((value) => value.toFixed(priceDecimals)),
        (notional / first).toFixed(lotDecimals),
      ].join(','),
    );
    [open, rises] = [close, next];
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
