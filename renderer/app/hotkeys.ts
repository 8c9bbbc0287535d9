/** One table of keys: what fires, what the `?` sheet lists and what the palette shows beside a command. */

export interface Hotkey {
  readonly command: string;
  /** `KeyboardEvent.key`, letters in lower case. */
  readonly key: string;
  readonly shift?: boolean;
  /** Ctrl, or Cmd on a Mac. */
  readonly mod?: boolean;
  /** As printed on the key cap. */
  readonly cap: string;
  readonly text: string;
  readonly group: 'Safety' | 'Queue' | 'Chart' | 'Screen';
  /** Works while a field has the cursor: only what can never be typed. */
  readonly inFields?: boolean;
}

export const HOTKEYS: readonly Hotkey[] = [
  {
    command: 'kill-switch',
    key: 'Escape',
    shift: true,
    cap: '⇧ Esc',
    text: 'Kill switch',
    group: 'Safety',
    inFields: true,
  },
  { command: 'cancel-all', key: 'F7', cap: 'F7', text: 'Cancel all working orders', group: 'Safety', inFields: true },
  {
    command: 'flatten',
    key: 'F6',
    cap: 'F6',
    text: 'Flatten: press twice within 3 s',
    group: 'Safety',
    inFields: true,
  },
  { command: 'arm', key: 'a', shift: true, cap: '⇧ A', text: 'Arm or disarm orders that add risk', group: 'Safety' },
  { command: 'limits', key: 'l', cap: 'L', text: 'Risk limits', group: 'Safety' },
  { command: 'mandate', key: 'm', cap: 'M', text: 'Mandate: what may be signed for you', group: 'Safety' },
  { command: 'withdraw-mandate', key: 'm', shift: true, cap: '⇧ M', text: 'Withdraw the mandate', group: 'Safety' },
  { command: 'next-card', key: 'j', cap: 'J', text: 'Next proposal', group: 'Queue' },
  { command: 'previous-card', key: 'k', cap: 'K', text: 'Previous proposal', group: 'Queue' },
  { command: 'timeframe-shorter', key: '[', cap: '[', text: 'Shorter candles', group: 'Chart' },
  { command: 'timeframe-longer', key: ']', cap: ']', text: 'Longer candles', group: 'Chart' },
  { command: 'indicators', key: '/', cap: '/', text: 'Indicators', group: 'Chart' },
  { command: 'instruments', key: 'i', cap: 'I', text: 'Switch instrument', group: 'Chart' },
  { command: 'trade', key: '1', cap: '1', text: 'Trade workspace', group: 'Screen' },
  { command: 'lab', key: '2', cap: '2', text: 'Lab workspace: backtests', group: 'Screen' },
  { command: 'models', key: '3', cap: '3', text: 'Models workspace: training', group: 'Screen' },
  { command: 'palette', key: 'k', mod: true, cap: 'Ctrl K', text: 'All commands', group: 'Screen', inFields: true },
  { command: 'keys', key: '?', cap: '?', text: 'This list', group: 'Screen' },
];

/** Keys of a focused proposal card; handled on the card itself. */
export const CARD_KEY_HELP: readonly { cap: string; text: string }[] = [
  { cap: 'A', text: 'Approve the focused proposal' },
  { cap: 'H', text: 'Approve half of it' },
  { cap: 'E', text: 'Edit it' },
  { cap: 'D', text: 'Decline it' },
];

export interface KeyPress {
  readonly key: string;
  readonly repeat: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The command a key press means, null for none. Held keys never repeat a command. */
export function commandFor(press: KeyPress, isInField: boolean): string | null {
  if (press.repeat || press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const mod = press.ctrlKey || press.metaKey;
  const found = HOTKEYS.find((hotkey) => {
    if (hotkey.key !== key || (hotkey.mod ?? false) !== mod) return false;
    // Signs such as ? and / may need Shift on some keyboards; letters and named keys must match it exactly.
    const isSign = key.length === 1 && !/[a-z]/.test(key);
    return isSign || (hotkey.shift ?? false) === press.shiftKey;
  });
  if (!found || (isInField && !found.inFields)) return null;
  return found.command;
}

/** True where typing goes somewhere: inputs, text areas, selects, editable text. */
export function isTypingTarget(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}
