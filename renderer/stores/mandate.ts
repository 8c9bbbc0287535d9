/** The mandate in force: setting it, withdrawing it, and whether its time is over. */
import type { Mandate } from '../../preload/contract.ts';
import { type Outcome, orToast, setMandate } from './actions.ts';
import { deskStore, engineNowMs, useDesk } from './desk-store.ts';
import { showToast } from './toast-store.ts';

export const hasEnded = (mandate: Mandate, nowMs: number): boolean => nowMs >= mandate.validUntilMs;

/** The mandate in force, null for none or one whose time is over; looked at with every message from the engine. */
export function useMandate(): Mandate | null {
  return useDesk((desk) => (desk.mandate && !hasEnded(desk.mandate, engineNowMs()) ? desk.mandate : null), null);
}

/** One key or click: from then on every trade waits for a person. */
export function withdrawMandate(): Promise<Outcome> {
  const mandate = deskStore.getState().desk?.mandate;
  if (!mandate) {
    showToast('info', 'No mandate is on: every trade waits for you.');
    return Promise.resolve(null);
  }
  return orToast(setMandate(null), `Mandate ${mandate.name} withdrawn. Every trade waits for you.`);
}
