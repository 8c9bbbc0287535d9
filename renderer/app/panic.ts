/** Cancel all, Flatten and the kill switch: what a press does, and which of them wait for a second one. */
import { createStore, useStore } from 'zustand';
import { cancelAll, flatten, toggleKillSwitch } from '../stores/actions.ts';
import { deskStore } from '../stores/desk-store.ts';
import { announce } from '../stores/toast-store.ts';
import { createDoublePress } from './double-press.ts';

const CONFIRM_MS = 3_000;

type Confirming = 'none' | 'flatten' | 'kill-switch';
const confirming = createStore<{ what: Confirming }>()(() => ({ what: 'none' }));
const presses = { flatten: createDoublePress(CONFIRM_MS), 'kill-switch': createDoublePress(CONFIRM_MS) };
let timer: ReturnType<typeof setTimeout> | undefined;

/** True while a second press of `what` would act. */
export function useConfirming(what: Exclude<Confirming, 'none'>): boolean {
  return useStore(confirming, (state) => state.what === what);
}

function askAgain(what: Exclude<Confirming, 'none'>, text: string): void {
  confirming.setState({ what });
  announce(text, 'assertive');
  clearTimeout(timer);
  timer = setTimeout(() => confirming.setState({ what: 'none' }), CONFIRM_MS);
}

export function cancelAllNow(): void {
  void cancelAll();
}

/** Sells everything on the second press within three seconds: no dialog to find, no mouse needed. */
export function pressFlatten(): void {
  if (presses.flatten.press(performance.now())) {
    confirming.setState({ what: 'none' });
    void flatten(null);
    return;
  }
  askAgain('flatten', 'Press Flatten again within three seconds to sell everything.');
}

/**
 * On at the first press, always. Off only by two clicks: a second panicked key press must not undo the first.
 */
export function pressKillSwitch(by: 'key' | 'click'): void {
  const isOn = deskStore.getState().desk?.safety.killSwitch ?? false;
  if (!isOn) {
    presses['kill-switch'].reset();
    void toggleKillSwitch();
    return;
  }
  if (by === 'key') return;
  if (presses['kill-switch'].press(performance.now())) {
    confirming.setState({ what: 'none' });
    void toggleKillSwitch();
    return;
  }
  askAgain('kill-switch', 'Press again within three seconds to release the kill switch.');
}
