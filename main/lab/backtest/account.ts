import type { RunCosts, RunRefusals } from './bar-run.ts';
import { TradeLog } from './trade-log.ts';

type Open = { -readonly [K in keyof RunCosts]: number };
type Refused = { -readonly [K in keyof RunRefusals]: number };

/** What an account looks at of each instrument it holds. */
export interface Holding {
  /** At the last close, in quote. */
  readonly openProfit: number;
  /** Without sign. */
  readonly notional: number;
}

/** The money of a run, shared by its instruments. A position's price is not taken from the cash: equity is cash and open profits. */
export class Account {
  cashQuote: number;
  fills = 0;
  readonly trades = new TradeLog();
  readonly costs: Open = { fees: 0, slippage: 0, funding: 0, borrow: 0 };
  readonly refused: Refused = { tooSmall: 0, noMoney: 0, noShorts: 0, letGo: 0 };
  readonly holdings: Holding[] = [];

  constructor(cashQuote: number) {
    this.cashQuote = cashQuote;
  }

  get equityQuote(): number {
    let equity = this.cashQuote;
    for (const holding of this.holdings) equity += holding.openProfit;
    return equity;
  }

  get notionalQuote(): number {
    let notional = 0;
    for (const holding of this.holdings) notional += holding.notional;
    return notional;
  }
}
