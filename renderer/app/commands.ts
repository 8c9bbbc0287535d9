/** Every command by name: what keys and the palette run. */
import { PANEL_NAMES, type PanelId } from '../panels/Panel.tsx';
import { toggleArmed } from '../stores/actions.ts';
import { withdrawMandate } from '../stores/mandate.ts';
import { moveFocus } from '../stores/queue-store.ts';
import { setView, stepTimeframe, TIMEFRAMES, viewStore } from '../stores/view-store.ts';
import { resetLayout, showPanel } from './dock-api.ts';
import { HOTKEYS } from './hotkeys.ts';
import { cancelAllNow, pressFlatten, pressKillSwitch } from './panic.ts';

export interface Command {
  readonly id: string;
  readonly text: string;
  readonly group: string;
  readonly cap?: string;
  readonly run: () => void;
}

/** For what is seen in the Trade workspace alone: brings it back first. */
const onTrade = (run: () => void) => (): void => {
  if (viewStore.getState().workspace === 'trade') return run();
  setView({ workspace: 'trade' });
  // Once it can have the focus again.
  requestAnimationFrame(run);
};

const RUN: Readonly<Record<string, () => void>> = {
  'kill-switch': () => pressKillSwitch('key'),
  'cancel-all': cancelAllNow,
  flatten: pressFlatten,
  arm: () => void toggleArmed(),
  limits: () => setView({ overlay: 'limits' }),
  mandate: () => setView({ overlay: 'mandate' }),
  'withdraw-mandate': () => void withdrawMandate(),
  trade: () => setView({ workspace: 'trade' }),
  lab: () => setView({ workspace: 'lab' }),
  models: () => setView({ workspace: 'models' }),
  'next-card': onTrade(() => moveFocus(1)),
  'previous-card': onTrade(() => moveFocus(-1)),
  'timeframe-shorter': onTrade(() => setView({ timeframe: stepTimeframe(viewStore.getState().timeframe, -1) })),
  'timeframe-longer': onTrade(() => setView({ timeframe: stepTimeframe(viewStore.getState().timeframe, 1) })),
  indicators: onTrade(() => {
    showPanel('chart');
    setView({ overlay: 'indicators' });
  }),
  instruments: onTrade(() => setView({ overlay: 'instruments' })),
  palette: () => setView({ overlay: viewStore.getState().overlay === 'commands' ? 'none' : 'commands' }),
  keys: () => setView({ overlay: 'keys' }),
};

/** Runs a hotkey's command; false when there is none of that name. */
export function runCommand(id: string): boolean {
  const run = RUN[id];
  run?.();
  return run !== undefined;
}

const showGameDay = (): void => setView({ overlay: 'game-day' });

/** What the palette lists, instruments apart. */
export function allCommands(): readonly Command[] {
  const fromKeys = HOTKEYS.filter((hotkey) => hotkey.command !== 'palette').map((hotkey) => ({
    id: hotkey.command,
    text: hotkey.command === 'keys' ? 'Show all keys' : hotkey.text,
    group: hotkey.group,
    cap: hotkey.cap,
    run: RUN[hotkey.command] ?? (() => undefined),
  }));
  const timeframes = TIMEFRAMES.map((timeframe) => ({
    id: `timeframe-${timeframe}`,
    text: `Candles of ${timeframe}`,
    group: 'Chart',
    run: onTrade(() => setView({ timeframe })),
  }));
  const panels = (Object.keys(PANEL_NAMES) as PanelId[]).map((id) => ({
    id: `panel-${id}`,
    text: `Show ${PANEL_NAMES[id]}`,
    group: 'Panels',
    run: onTrade(() => showPanel(id)),
  }));
  const screen = [
    { id: 'theme-dark', text: 'Dark theme', group: 'Screen', run: () => setView({ theme: 'dark' }) },
    { id: 'theme-light', text: 'Light theme', group: 'Screen', run: () => setView({ theme: 'light' }) },
    {
      id: 'palette-standard',
      text: 'Green up, red down',
      group: 'Screen',
      run: () => setView({ palette: 'standard' }),
    },
    { id: 'palette-red-up', text: 'Red up, green down', group: 'Screen', run: () => setView({ palette: 'red-up' }) },
    {
      id: 'palette-blind',
      text: 'Colour-blind palette',
      group: 'Screen',
      run: () => setView({ palette: 'colour-blind' }),
    },
    { id: 'game-day', text: 'Game day: play faults on a second practice venue', group: 'Screen', run: showGameDay },
    { id: 'reset-layout', text: 'Reset layout', group: 'Screen', run: resetLayout },
  ] as const;
  return [...fromKeys, ...timeframes, ...panels, ...screen];
}
