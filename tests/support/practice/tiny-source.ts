import type { Candle } from '../../../main/engine/domain/candle.ts';
import { type BarBlock, emptyBlock, setBar } from '../../../main/practice/market/bar-block.ts';
import type { BookShape, MarketSource, PracticeInstrument, TapeTrade } from '../../../main/practice/market/source.ts';

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1_440;
const TRADES_PER_MINUTE = 120;
const DAYS_KEPT = 60;

const instrument = (base: string, tickSize: string, lotStep: string): PracticeInstrument => ({
  symbol: `${base}USDT`,
  base,
  quote: 'USDT',
  tickSize,
  lotStep,
  minQty: lotStep,
  maxQty: '9000',
  minNotional: '5',
});

const START: Readonly<Record<string, number>> = { BTCUSDT: 60_000, ETHUSDT: 3_000, BNBUSDT: 600 };

/**
 * A market that anyone can compute by hand: a price that swings by 1 % around its start once every two hours, two trades a
 * second, buys and sells in turn, each of a hundredth to a tenth of a coin.
 */
export function tinySource(): MarketSource {
  const instruments = [
    instrument('BTC', '0.01', '0.00001'),
    instrument('ETH', '0.01', '0.0001'),
    instrument('BNB', '0.1', '0.001'),
  ];
  const price = (symbol: string, timeMs: number): string => {
    const swing = 1 + 0.01 * Math.sin((timeMs / 7_200_000) * 2 * Math.PI);
    const { tickSize } = instruments.find((one) => one.symbol === symbol)!;
    const tick = Number(tickSize);
    return (Math.round((START[symbol]! * swing) / tick) * tick).toFixed(tickSize.split('.')[1]!.length);
  };
  const minute = (symbol: string, openTimeMs: number): TapeTrade[] =>
    Array.from({ length: TRADES_PER_MINUTE }, (_, i) => {
      const timeMs = openTimeMs + 7 + i * (MINUTE_MS / TRADES_PER_MINUTE);
      const side = i % 2 === 0 ? ('buy' as const) : ('sell' as const);
      return { timeMs, price: price(symbol, timeMs), qty: (0.01 + 0.001 * (i % 90)).toFixed(3), side };
    });
  const candle = (symbol: string, openTimeMs: number): Candle => {
    const trades = minute(symbol, openTimeMs);
    const prices = trades.map((trade) => Number(trade.price));
    return {
      openTimeMs,
      open: prices[0]!,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1)!,
      volume: Number(trades.reduce((sum, trade) => sum + Number(trade.qty), 0).toFixed(8)),
    };
  };
  const steps = (value: number | string, step: string): number => Math.round(Number(value) / Number(step));
  const days = new Map<string, BarBlock>();
  const day = (symbol: string, dayIndex: number): BarBlock => {
    const key = `${symbol} ${dayIndex}`;
    const known = days.get(key);
    if (known) return known;
    const { tickSize, lotStep } = instruments.find((one) => one.symbol === symbol)!;
    const block = emptyBlock(MINUTES_PER_DAY);
    for (let i = 0; i < MINUTES_PER_DAY; i += 1) {
      const { open, high, low, close, volume } = candle(symbol, (dayIndex * MINUTES_PER_DAY + i) * MINUTE_MS);
      const [o, h, l, c] = [open, high, low, close].map((price) => steps(price, tickSize)) as [
        number,
        number,
        number,
        number,
      ];
      setBar(block, i, { open: o, high: h, low: l, close: c, lots: steps(volume, lotStep) });
    }
    days.set(key, block);
    if (days.size > DAYS_KEPT) days.delete(days.keys().next().value!);
    return block;
  };
  const shape: BookShape = { spreadTicks: 2, depthWithin10BpsBase: 20, refillHalfLifeSec: 0.5 };
  return {
    kind: 'generated',
    description: 'tiny test market',
    instruments,
    candle,
    candles: (symbol, fromMs, toMs) => {
      const result: Candle[] = [];
      for (let t = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS; t < toMs; t += MINUTE_MS) result.push(candle(symbol, t));
      return result;
    },
    day,
    tradeCounts: () => new Int32Array(MINUTES_PER_DAY).fill(TRADES_PER_MINUTE),
    tapeTotals: (symbol, minuteIndex) => {
      const { tickSize, lotStep } = instruments.find((one) => one.symbol === symbol)!;
      const totals = { quote: 0, buyLots: 0, buyQuote: 0 };
      for (const trade of minute(symbol, minuteIndex * MINUTE_MS)) {
        const lots = steps(trade.qty, lotStep);
        const quote = steps(trade.price, tickSize) * lots;
        totals.quote += quote;
        totals.buyLots += trade.side === 'buy' ? lots : 0;
        totals.buyQuote += trade.side === 'buy' ? quote : 0;
      }
      return totals;
    },
    tape: (symbol, fromMs, toMs) => {
      const result: TapeTrade[] = [];
      for (let t = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS; t < toMs; t += MINUTE_MS)
        result.push(...minute(symbol, t));
      return result.filter((trade) => trade.timeMs >= fromMs && trade.timeMs < toMs);
    },
    referencePrice: (symbol, timeMs) => {
      const step = MINUTE_MS / TRADES_PER_MINUTE;
      const openTimeMs = Math.floor((timeMs - 7) / step) * step + 7;
      return price(symbol, openTimeMs);
    },
    bookShape: () => shape,
  };
}
