/** Every request a person can make from the screen; each ends in a sentence when it fails and never throws. */
import type {
  DeadManMode,
  Done,
  EnsembleChange,
  Limits,
  Mandate,
  ManualOrder,
  ProposalChange,
} from '../../preload/contract.ts';
import type { EngineClient } from '../transport/client.ts';
import { deskStore } from './desk-store.ts';
import { showToast } from './toast-store.ts';

const LOST = 'No connection to the engine: nothing was sent.';
const UNKNOWN = 'The engine did not answer; whether it was done will show once it is back.';
const FAILED = 'The engine could not do that; the log has the details.';

/** Null when done, else the sentence that says why not. */
export type Outcome = string | null;

async function ask(request: (client: EngineClient) => Promise<Done>): Promise<Outcome> {
  const { client, link } = deskStore.getState();
  if (!client || link.state !== 'live') return LOST;
  try {
    const answer = await request(client);
    return answer.ok ? null : answer.error.text;
  } catch {
    return deskStore.getState().link.state === 'live' ? FAILED : UNKNOWN;
  }
}

/** Whether it may have been done all the same: asking again must then be the same request. */
export const isInDoubt = (outcome: Outcome): boolean => outcome === UNKNOWN || outcome === FAILED;

/** Runs an action whose failure has no place of its own on screen. */
export async function orToast(outcome: Promise<Outcome>, doneText?: string): Promise<Outcome> {
  const error = await outcome;
  if (error !== null) showToast('bad', error);
  else if (doneText !== undefined) showToast('good', doneText);
  return error;
}

/** `terms`: what the card showed when it was approved. */
export const approveProposal = (proposalId: string, portion: 'full' | 'half', terms: string): Promise<Outcome> =>
  ask((client) => client.approveProposal({ proposalId, portion, terms }));
export const declineProposal = (proposalId: string): Promise<Outcome> =>
  ask((client) => client.declineProposal({ proposalId }));
export const changeProposal = (proposalId: string, change: ProposalChange): Promise<Outcome> =>
  ask((client) => client.changeProposal({ proposalId, change }));
export const placeOrder = (order: ManualOrder): Promise<Outcome> => ask((client) => client.placeOrder(order));
export const cancelOrder = (clientOrderId: string): Promise<Outcome> =>
  ask((client) => client.cancelOrder({ clientOrderId }));

export const setLimits = (limits: Limits): Promise<Outcome> => ask((client) => client.setLimits(limits));
export const setDeadManSwitch = (mode: DeadManMode): Promise<Outcome> =>
  ask((client) => client.setDeadManSwitch({ mode }));
export const setMandate = (mandate: Mandate | null): Promise<Outcome> =>
  ask((client) => client.setMandate({ mandate }));

export function cancelAll(): Promise<Outcome> {
  return orToast(
    ask((client) => client.cancelAll()),
    'Cancelling all working orders. Protective stops stay where positions need them.',
  );
}

export function flatten(instrumentId: string | null): Promise<Outcome> {
  return orToast(
    ask((client) => client.flatten({ instrumentId })),
    instrumentId === null ? 'Flattening every position.' : 'Closing the position.',
  );
}

/** Books what the venue says of an asset, with the very amounts that were on the screen. */
export const acknowledgeDifference = (difference: {
  readonly asset: string;
  readonly ledger: string;
  readonly venue: string;
}): Promise<Outcome> =>
  orToast(
    ask((client) => client.acknowledgeDifference(difference)),
    `${difference.asset} is booked as the venue has it.`,
  );

export const changeEnsemble = (change: EnsembleChange): Promise<Outcome> =>
  ask((client) => client.changeEnsemble(change));
export const promoteModel = (model: string, version: string): Promise<Outcome> =>
  ask((client) => client.promoteModel({ model, version }));
export const rollbackModel = (model: string): Promise<Outcome> => ask((client) => client.rollbackModel({ model }));
export const learnTrust = (): Promise<Outcome> => ask((client) => client.learnTrust());
export const promoteTrust = (): Promise<Outcome> => ask((client) => client.promoteTrust());
export const rollbackTrust = (): Promise<Outcome> => ask((client) => client.rollbackTrust());
export const startGameDay = (): Promise<Outcome> => ask((client) => client.startGameDay());
export const stopGameDay = (): Promise<Outcome> => ask((client) => client.stopGameDay());

export function toggleArmed(): Promise<Outcome> {
  const armed = deskStore.getState().desk?.safety.armed ?? false;
  return orToast(ask((client) => client.setArmed({ armed: !armed })));
}

export function toggleKillSwitch(): Promise<Outcome> {
  const on = deskStore.getState().desk?.safety.killSwitch ?? false;
  return orToast(ask((client) => client.setKillSwitch({ on: !on })));
}

/** Saves a screen setting; a failure costs only comfort and stays quiet. */
export async function saveSetting(key: string, value: unknown): Promise<void> {
  const { client } = deskStore.getState();
  await client?.saveSetting({ key, value: JSON.parse(JSON.stringify(value)) }).catch(() => undefined);
}

/** A saved setting, null when there is none or the engine is away. */
export async function loadSetting(key: string): Promise<unknown> {
  const { client } = deskStore.getState();
  try {
    return (await client?.loadSetting({ key }))?.value ?? null;
  } catch {
    return null;
  }
}
