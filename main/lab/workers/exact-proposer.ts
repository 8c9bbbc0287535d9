import type { Proposers } from '../exact/exact-plan.ts';
import { ownConflict, type PlannedStrategy } from './planned-strategy.ts';
import { hireTrader } from './strategy-crew.ts';

/**
 * Who proposes in a run of the exact gear: a strategy that ships in the engine itself, a file of the user's own beside it.
 * @param params all of them, each in its range
 * @returns a sentence where the values do not fit together
 */
export async function exactProposer(
  { definition, outline, source }: PlannedStrategy,
  params: Readonly<Record<string, number>>,
): Promise<Exclude<Proposers, { members: unknown }> | string> {
  if (definition || source.kind === 'shipped') return { strategy: definition!, params };
  const conflict = await ownConflict(source, params);
  return conflict ?? { own: { outline, hire: hireTrader(source.path) }, params };
}
