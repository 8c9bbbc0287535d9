import { describe, expect, it } from 'vitest';
import { createDoublePress } from '../../../renderer/app/double-press.ts';
import { commandFor, HOTKEYS, type KeyPress } from '../../../renderer/app/hotkeys.ts';
import { cardAction } from '../../../renderer/stores/queue.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  repeat: false,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...change,
});

describe('hotkeys', () => {
  it.each([
    [press('Escape', { shiftKey: true }), 'kill-switch'],
    [press('F7'), 'cancel-all'],
    [press('F6'), 'flatten'],
    [press('A', { shiftKey: true }), 'arm'],
    [press('l'), 'limits'],
    [press('m'), 'mandate'],
    [press('M', { shiftKey: true }), 'withdraw-mandate'],
    [press('j'), 'next-card'],
    [press('k'), 'previous-card'],
    [press('k', { ctrlKey: true }), 'palette'],
    [press('k', { metaKey: true }), 'palette'],
    [press('?', { shiftKey: true }), 'keys'],
    [press('/'), 'indicators'],
  ])('%o means %s', (event, command) => {
    expect(commandFor(event, false)).toBe(command);
  });

  it('a plain letter does not arm, plain Escape kills nothing', () => {
    expect(commandFor(press('a'), false)).toBeNull();
    expect(commandFor(press('Escape'), false)).toBeNull();
  });

  it('held keys and Alt combinations do nothing', () => {
    for (const hotkey of HOTKEYS) {
      const held = { shiftKey: hotkey.shift ?? false, ctrlKey: hotkey.mod ?? false };
      expect(commandFor(press(hotkey.key, { ...held, repeat: true }), false)).toBeNull();
      expect(commandFor(press(hotkey.key, { ...held, altKey: true }), false)).toBeNull();
    }
  });

  it('while typing only keys that type nothing work, and all panic keys are among them', () => {
    const inFields = HOTKEYS.filter((hotkey) => {
      const event = press(hotkey.key, { shiftKey: hotkey.shift ?? false, ctrlKey: hotkey.mod ?? false });
      return commandFor(event, true) !== null;
    });
    expect(inFields.map((hotkey) => hotkey.command).sort()).toEqual([
      'cancel-all',
      'flatten',
      'kill-switch',
      'palette',
    ]);
  });

  it('no key has two commands', () => {
    const keys = HOTKEYS.map((hotkey) => `${hotkey.mod} ${hotkey.shift} ${hotkey.key}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('card keys', () => {
  it.each([
    ['a', 'approve'],
    ['A', 'approve'],
    ['h', 'half'],
    ['e', 'edit'],
    ['d', 'decline'],
    ['x', null],
  ])('%s means %s', (key, action) => {
    expect(cardAction(press(key))).toBe(action);
  });

  it('a held key signs once, a combination never', () => {
    expect(cardAction(press('a', { repeat: true }))).toBeNull();
    for (const held of ['shiftKey', 'ctrlKey', 'metaKey', 'altKey'] as const) {
      expect(cardAction(press('a', { [held]: true }))).toBeNull();
    }
  });
});

describe('a double press', () => {
  it('confirms within its limit and starts over after', () => {
    const flatten = createDoublePress(3_000);
    expect(flatten.press(1_000)).toBe(false);
    expect(flatten.isPending(3_900)).toBe(true);
    expect(flatten.press(4_000)).toBe(true);
    expect(flatten.press(4_100)).toBe(false);
    expect(flatten.press(8_000)).toBe(false);
  });
});
