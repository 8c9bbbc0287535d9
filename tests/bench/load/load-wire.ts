/** What the load source says and in which order; the listener reckons every print again from its number. */

export const SYMBOLS: readonly string[] = Array.from(
  { length: 20 },
  (_, index) => `L${String(index + 1).padStart(2, '0')}USDT`,
);
export const instrumentIdOf = (symbol: string): string => `binance:${symbol.slice(0, 3)}/USDT`;

/** What one second at full rate holds, in shares of 20: 60 % prints, 30 % book diffs, 5 % tickers, 5 % candles. */
export type MessageKind = 'trade' | 'depth' | 'ticker' | 'kline';
export const MIX: readonly MessageKind[] = [
  ...['trade', 'trade', 'depth', 'trade', 'trade', 'depth', 'trade', 'ticker', 'trade', 'depth'],
  ...['trade', 'trade', 'depth', 'trade', 'trade', 'depth', 'trade', 'kline', 'trade', 'depth'],
] as MessageKind[];
/** Best quotes come beside that, this often for each symbol. */
export const QUOTE_EVERY_MS = 100;

const PRICE_CENTS = 10_000;
/** Quantities are whole numbers of 0.00001. */
export const QTY_UNITS_PER_BASE = 100_000;

/** Price in cents of a symbol's print number `id`. */
export const priceCentsOf = (symbolIndex: number, id: number): number =>
  PRICE_CENTS + ((id * 7 + symbolIndex * 13) % 40);
export const qtyUnitsOf = (id: number): number => 1 + ((id * 31) % 5_000);

export const centsText = (cents: number): string => (cents / 100).toFixed(2);
export const unitsText = (units: number): string => (units / QTY_UNITS_PER_BASE).toFixed(5);

/** From the test to the source. */
export type ToSource =
  | { readonly kind: 'run'; readonly perSecond: number; readonly ms: number }
  /** Nothing more goes out, quotes included, until the next `run`. */
  | { readonly kind: 'hush' }
  | { readonly kind: 'count' };

/** Messages that went out so far, by stream. */
export interface Sent {
  readonly trades: number;
  readonly depths: number;
  readonly tickers: number;
  readonly klines: number;
  readonly quotes: number;
}
export const sumOf = (sent: Sent): number => Object.values(sent).reduce((sum, count) => sum + count, 0);

/** From the source to the test. */
export type FromSource =
  | { readonly kind: 'listening'; readonly port: number }
  /** All that was asked for went out; `waitingBytesMax`: most that lay in this process because the listener was behind. */
  | { readonly kind: 'ran'; readonly sent: Sent; readonly tookMs: number; readonly waitingBytesMax: number }
  | {
      readonly kind: 'counted';
      readonly sent: Sent;
      readonly streams: number;
      /** Last update id of each book. */
      readonly books: Readonly<Record<string, number>>;
    };
