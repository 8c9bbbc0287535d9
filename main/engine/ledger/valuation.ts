import { multiplyDecimal } from '../domain/decimal.ts';
import { assetOfAccount, type InstrumentId } from '../domain/instrument.ts';
import { balanceOf, type LedgerState, type Position } from './ledger-state.ts';
import { heldCost, heldQty, owedProceeds, owedQty } from './lots.ts';
import { openProfit, type PerpetualPosition } from './perpetuals.ts';

/** Price in atoms of quote, null where there is none yet. */
export type MarkOf = (instrumentId: InstrumentId) => bigint | null;

/** Worth at its mark; at cost while there is no mark. What is owed counts against it. */
export function worthOf({ instrumentId, holding }: Position, markOf: MarkOf): bigint {
  const mark = markOf(instrumentId);
  if (mark === null) return heldCost(holding) - owedProceeds(holding);
  return multiplyDecimal(mark, heldQty(holding) - owedQty(holding), 'floor');
}

export const unrealizedOf = (position: Position, markOf: MarkOf): bigint =>
  worthOf(position, markOf) - heldCost(position.holding) + owedProceeds(position.holding);

export function sumPositions(state: LedgerState, quote: string, of: (position: Position) => bigint): bigint {
  let total = 0n;
  for (const position of state.positions.values()) if (position.quote === quote) total += of(position);
  return total;
}

export function sumPerpetuals(state: LedgerState, quote: string, of: (position: PerpetualPosition) => bigint): bigint {
  let total = 0n;
  for (const position of state.perpetuals.values()) if (position.quote === quote) total += of(position);
  return total;
}

/** Every account of this money, wallets apart from spot's included. */
export function moneyOf(state: LedgerState, quote: string): bigint {
  let total = 0n;
  for (const [account, amount] of state.balances) if (assetOfAccount(account) === quote) total += amount;
  return total;
}

/** Cash plus positions at their marks, of perpetuals their profit. Assets that are neither are no part of it. */
export const equityOf = (state: LedgerState, quote: string, markOf: MarkOf): bigint =>
  moneyOf(state, quote) +
  sumPositions(state, quote, (position) => worthOf(position, markOf)) +
  sumPerpetuals(state, quote, (position) => openProfit(position, markOf(position.instrumentId)));

/** What stands behind a wallet's positions: its money and their profit. */
export function marginOf(state: LedgerState, account: string, markOf: MarkOf): bigint {
  let total = balanceOf(state, account);
  for (const position of state.perpetuals.values()) {
    if (position.cash === account) total += openProfit(position, markOf(position.instrumentId));
  }
  return total;
}
