import { multiplyDecimal } from '../domain/decimal.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { balanceOf, type LedgerState, type Position } from './ledger-state.ts';
import { heldCost, heldQty, owedProceeds, owedQty } from './lots.ts';

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

/** Cash plus positions at their marks. Assets that are neither are no part of it. */
export const equityOf = (state: LedgerState, quote: string, markOf: MarkOf): bigint =>
  balanceOf(state, quote) + sumPositions(state, quote, (position) => worthOf(position, markOf));
