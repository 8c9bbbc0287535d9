import type { CandleColumns } from '../../engine/domain/candle.ts';
import { Account } from '../backtest/account.ts';
import { BarBook } from '../backtest/bar-book.ts';
import { REALISTIC, type RunSettings } from '../backtest/settings.ts';

/** What an agent may want to hold, by its number. Short only where the settings allow it. */
export const ACTIONS = ['flat', 'long', 'short'] as const;

export const actionCount = ({ shorts }: RunSettings): number => (shorts ? 3 : 2);

/** Of equity; the rest pays the costs. */
const SHARE = 0.95;

/** A perpetual's rules where shorts are wanted, a spot account's elsewhere, at realistic costs. */
export const agentSettings = (changed: Partial<RunSettings> = {}): RunSettings => ({ ...REALISTIC, ...changed });

/** One account in one market, bar by bar, by the rules and at the costs of a backtest. */
export class MarketPlace {
  readonly #account: Account;
  readonly #book: BarBook;
  readonly #bars: number;
  #bar: number;

  constructor(candles: CandleColumns, settings: RunSettings, firstBar: number) {
    this.#account = new Account(settings.cashQuote);
    const spanMs = candles.openTimeMs[1]! - candles.openTimeMs[0]!;
    const shared = { account: this.#account, signer: null };
    this.#book = new BarBook({ candles }, { instrument: 0, group: [] }, spanMs, settings, shared);
    this.#bars = candles.close.length;
    this.#bar = firstBar;
    this.#book.skipTo(firstBar);
  }

  /** The bar that has just closed. */
  get bar(): number {
    return this.#bar;
  }

  /** 1 long, −1 short, 0 flat. */
  get side(): number {
    return Math.sign(this.#book.position);
  }

  get equityQuote(): number {
    return this.#account.equityQuote;
  }

  get fills(): number {
    return this.#account.fills;
  }

  get isOver(): boolean {
    return this.#bar + 1 >= this.#bars || this.equityQuote <= 0;
  }

  /** Wants `action` at this close, then lives through the next bar. Returns the logarithm of what equity was multiplied by. */
  pass(action: number): number {
    const before = this.equityQuote;
    if (action === 0) this.#book.exit();
    else this.#book.enter(action === 1 ? 'long' : 'short', { share: SHARE });
    this.#bar += 1;
    this.#book.pass(this.#bar);
    // What is lost is lost: a logarithm of nothing would drown all other lessons.
    return Math.log(Math.max(this.equityQuote, before / 2) / before);
  }
}
