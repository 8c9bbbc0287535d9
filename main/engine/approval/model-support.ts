import type { ModelFitnessChanged } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Fitness } from '../domain/model-fitness.ts';
import type { Proposal, Vote } from '../domain/proposal.ts';

/** What a model's word on an instrument is worth now. */
export type FitnessOf = (model: string, instrumentId: InstrumentId, nowMs: number) => Fitness;

/** The models whose word is behind a proposal. */
const supportersOf = ({ votes, side }: Proposal): readonly Vote[] =>
  votes.filter(({ kind, stance }) => kind === 'model' && stance === side);

/** Why a proposal has lost the word of a model behind it: that model may not speak now. Null where it has not. */
export function lostSupport(proposal: Proposal, fitnessOf: FitnessOf, nowMs: number): string | null {
  for (const { agent, label } of supportersOf(proposal)) {
    const { state, text } = fitnessOf(agent, proposal.instrumentId, nowMs);
    if (state === 'silent') return `${label} may no longer speak for it: ${text}`;
  }
  return null;
}

/** Why a proposal that was made before this change no longer has the record that it shows; null where it has. */
export function driftedSupport(
  proposal: Proposal,
  { model, instrumentId, fitness }: ModelFitnessChanged,
): string | null {
  if (fitness.state !== 'drifted' || proposal.instrumentId !== instrumentId) return null;
  const supporter = supportersOf(proposal).find(({ agent }) => agent === model);
  return supporter ? `the record of ${supporter.label} no longer holds here: ${fitness.text}` : null;
}
