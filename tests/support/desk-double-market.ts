/** The double's market: seeded random walks, enough like one to look at. */
import type { IndicatorSeries, Instrument, MarketFrame, Timeframe, WatchRow } from '../../preload/contract.ts';

type Columns = {
  openTimeMs: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
};
type Confidence = { openTimeMs: number; probability: number };

const TIMEFRAME_MS: Record<Timeframe, number> = {
  '1s': 1_000,
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};
const HISTORY_BARS = 3_000;

const LISTED: readonly [base: string, price: number, tick: string, lot: string][] = [
  ['BTC', 61_250.5, '0.01', '0.00001'],
  ['ETH', 3_184.2, '0.01', '0.0001'],
  ['SOL', 147.91, '0.01', '0.001'],
  ['BNB', 588.4, '0.01', '0.001'],
  ['XRP', 0.5312, '0.0001', '0.1'],
  ['ADA', 0.4127, '0.0001', '0.1'],
  ['DOGE', 0.12412, '0.00001', '1'],
  ['AVAX', 27.45, '0.01', '0.01'],
  ['LINK', 14.312, '0.001', '0.01'],
  ['DOT', 6.184, '0.001', '0.01'],
  ['LTC', 71.02, '0.01', '0.001'],
  ['TRX', 0.1288, '0.0001', '0.1'],
];

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const gauss = (random: () => number): number => random() + random() + random() + random() - 2;

/** Twelve instruments walking from `seed`; `tick()` moves them, `frame()` reads them. */
export function createDoubleMarket(seed: number) {
  const random = randomFrom(seed);
  const prices = new Map<string, number>();
  const opens = new Map<string, number>();
  const charts = new Map<string, Columns>();
  let trades: MarketFrame['trades'] = [];
  const stale = new Set<string>();

  const instruments: Instrument[] = LISTED.map(([base, price, tickSize, lotStep]) => {
    const id = `binance:${base}/USDT`;
    prices.set(id, price);
    opens.set(id, price * (1 + gauss(random) * 0.03));
    return {
      id,
      kind: 'spot',
      venue: 'binance',
      symbol: `${base}/USDT`,
      base,
      quote: 'USDT',
      tickSize,
      lotStep,
      minQty: lotStep,
      maxQty: '9000',
      minNotional: '5',
    };
  });
  const byId = new Map(instruments.map((row) => [row.id, row]));
  const placesOf = (step: string): number => step.split('.')[1]?.length ?? 0;
  const priceText = (id: string, value: number): string => value.toFixed(placesOf(byId.get(id)?.tickSize ?? '0.01'));

  function chart(id: string, timeframe: Timeframe): Columns {
    const key = `${id} ${timeframe}`;
    const known = charts.get(key);
    if (known) return known;
    const own = randomFrom(seed + key.length * 7919 + (prices.get(id) ?? 1) * 13);
    const stepMs = TIMEFRAME_MS[timeframe];
    const scale = 0.0006 * Math.sqrt(stepMs / 60_000);
    const columns: Columns = { openTimeMs: [], open: [], high: [], low: [], close: [], volume: [] };
    let close = prices.get(id) ?? 1;
    let openTimeMs = Math.floor(Date.now() / stepMs) * stepMs;
    let drift = 0;
    for (let bar = 0; bar < HISTORY_BARS; bar++) {
      drift = drift * 0.9 + gauss(own) * scale * 0.12 + (close / (prices.get(id) ?? 1) - 1) * 0.004;
      const move = gauss(own) * scale + drift;
      const open = close / (1 + move);
      const top = Math.max(open, close) * (1 + Math.abs(gauss(own)) * scale * 0.45);
      const bottom = Math.min(open, close) * (1 - Math.abs(gauss(own)) * scale * 0.45);
      columns.openTimeMs.push(openTimeMs);
      columns.open.push(open);
      columns.high.push(top);
      columns.low.push(bottom);
      columns.close.push(close);
      columns.volume.push((0.4 + own() * own() * 6) * (1 + Math.abs(move) / scale));
      close = open;
      openTimeMs -= stepMs;
    }
    for (const column of Object.values(columns)) column.reverse();
    charts.set(key, columns);
    return columns;
  }

  function touchChart(key: string, columns: Columns): void {
    const [id = '', timeframe = '1m'] = key.split(' ');
    const stepMs = TIMEFRAME_MS[timeframe as Timeframe];
    const price = prices.get(id) ?? 1;
    const openTimeMs = Math.floor(Date.now() / stepMs) * stepMs;
    const end = columns.openTimeMs.length - 1;
    if (columns.openTimeMs[end] === openTimeMs) {
      columns.high[end] = Math.max(columns.high[end] ?? price, price);
      columns.low[end] = Math.min(columns.low[end] ?? price, price);
      columns.close[end] = price;
      columns.volume[end] = (columns.volume[end] ?? 0) + random() * 0.02;
      return;
    }
    columns.openTimeMs.push(openTimeMs);
    for (const name of ['open', 'high', 'low', 'close'] as const) columns[name].push(price);
    columns.volume.push(0.01);
  }

  function tick(): void {
    for (const id of prices.keys()) {
      if (stale.has(id)) continue;
      prices.set(id, (prices.get(id) ?? 1) * (1 + gauss(random) * 0.00005));
    }
    for (const [key, columns] of charts) touchChart(key, columns);
  }

  function row(id: string): WatchRow {
    const price = prices.get(id) ?? 1;
    const tickSize = Number(byId.get(id)?.tickSize);
    return {
      instrumentId: id,
      last: priceText(id, price),
      bid: priceText(id, price - tickSize),
      ask: priceText(id, price + tickSize),
      change24hShare: price / (opens.get(id) ?? price) - 1,
      volume24hQuote: 1e6 + price * 1000,
      status: stale.has(id) ? 'stale' : 'live',
    };
  }

  function book(id: string, levels: number): NonNullable<MarketFrame['book']> {
    const instrument = byId.get(id);
    const price = prices.get(id) ?? 1;
    const tickSize = Number(instrument?.tickSize);
    const lotPlaces = placesOf(instrument?.lotStep ?? '1');
    const size = () => ((8_000 / price) * (0.2 + random() * random() * 4)).toFixed(lotPlaces);
    const side = (sign: number): [string, string][] =>
      Array.from({ length: levels }, (_, level) => [priceText(id, price + sign * tickSize * (level + 1)), size()]);
    return { bids: side(-1), asks: side(1), eventTimeMs: Date.now(), updateId: Date.now() };
  }

  function tradesOf(id: string): MarketFrame['trades'] {
    if (random() > 0.35 || stale.has(id)) return [];
    const price = prices.get(id) ?? 1;
    const places = placesOf(byId.get(id)?.lotStep ?? '1');
    trades = Array.from({ length: 1 + Math.floor(random() * 2) }, () => ({
      timeMs: Date.now(),
      price: priceText(id, price),
      qtyBase: ((600 / price) * (0.05 + random() * random() * 6)).toFixed(places),
      side: random() > 0.5 ? ('buy' as const) : ('sell' as const),
    }));
    return trades;
  }

  function series(ids: readonly string[], columns: Columns): IndicatorSeries[] {
    return ids.map((id) => {
      const known = INDICATORS.find((row) => row.id === id);
      const length = Number(id.split(':')[1] ?? 14);
      const values = id.startsWith('rsi') ? rsi(columns.close, length) : mean(columns.close, length);
      return {
        id,
        label: known?.label ?? id,
        pane: known?.pane ?? 'own',
        lines: [{ name: known?.label ?? id, values }],
      };
    });
  }

  function confidence(columns: Columns): Confidence[] {
    const wave = mean(columns.close, 20);
    return columns.openTimeMs.map((openTimeMs, index) => {
      const close = columns.close[index] ?? 1;
      const away = (close / (wave[index] ?? close) - 1) * 60;
      return { openTimeMs, probability: Math.min(0.82, Math.max(0.18, 0.5 + away)) };
    });
  }

  return {
    instruments,
    indicators: INDICATORS,
    stale,
    tick,
    last: (id: string): string => priceText(id, prices.get(id) ?? 1),
    symbolOf: (id: string): string => byId.get(id)?.symbol ?? id,
    move(id: string, share: number): void {
      prices.set(id, (prices.get(id) ?? 1) * (1 + share));
    },
    history(input: {
      instrumentId: string;
      timeframe: Timeframe;
      limit: number;
      beforeMs?: number | undefined;
      indicators: string[];
    }) {
      const all = chart(input.instrumentId, input.timeframe);
      const before = input.beforeMs ?? Number.POSITIVE_INFINITY;
      const found = all.openTimeMs.findIndex((openTimeMs) => openTimeMs >= before);
      const end = found === -1 ? all.openTimeMs.length : found;
      const start = Math.max(0, end - input.limit);
      const cut = <T>(column: T[]): T[] => column.slice(start, end);
      return {
        candles: {
          openTimeMs: cut(all.openTimeMs),
          open: cut(all.open),
          high: cut(all.high),
          low: cut(all.low),
          close: cut(all.close),
          volume: cut(all.volume),
        },
        indicators: series(input.indicators, all).map((row) => ({
          ...row,
          lines: row.lines.map((line) => ({ ...line, values: cut(line.values) })),
        })),
        confidence: cut(confidence(all)),
      };
    },
    frame(
      input: { instrumentId: string; timeframe: Timeframe; indicators: string[]; bookLevels: number },
      frame: number,
    ): MarketFrame {
      const columns = chart(input.instrumentId, input.timeframe);
      const end = columns.openTimeMs.length - 1;
      const tail = (column: number[]): number => column[end] ?? 0;
      return {
        frame,
        engineTimeMs: Date.now(),
        rows: instruments.map((instrument) => row(instrument.id)),
        candles: [
          [
            tail(columns.openTimeMs),
            tail(columns.open),
            tail(columns.high),
            tail(columns.low),
            tail(columns.close),
            tail(columns.volume),
          ],
        ],
        indicators: series(input.indicators, columns).map((entry) => ({
          id: entry.id,
          lines: entry.lines.map((line) => line.values.slice(-1)),
        })),
        confidence: confidence(columns).slice(-1),
        trades: tradesOf(input.instrumentId),
        book: input.bookLevels === 0 ? null : book(input.instrumentId, input.bookLevels),
        merged: 0,
      };
    },
  };
}

export type DoubleMarket = ReturnType<typeof createDoubleMarket>;

const INDICATORS: { id: string; label: string; pane: 'price' | 'own' }[] = [
  { id: 'rsi:14', label: 'RSI 14', pane: 'own' },
  { id: 'sma:20', label: 'SMA 20', pane: 'price' },
  { id: 'ema:50', label: 'EMA 50', pane: 'price' },
  { id: 'mom:10', label: 'Momentum 10', pane: 'own' },
];

function mean(values: readonly number[], length: number): (number | null)[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value - (values[index - length] ?? 0);
    return index < length - 1 ? null : sum / length;
  });
}

function rsi(values: readonly number[], length: number): (number | null)[] {
  let gain = 0;
  let loss = 0;
  return values.map((value, index) => {
    const change = value - (values[index - 1] ?? value);
    gain = (gain * (length - 1) + Math.max(change, 0)) / length;
    loss = (loss * (length - 1) + Math.max(-change, 0)) / length;
    return index < length ? null : 100 - 100 / (1 + gain / (loss || 1e-9));
  });
}
