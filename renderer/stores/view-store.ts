/** What the person chose to look at and how: kept by the engine under the setting `view`, so that every screen shares it. */
import { createStore, useStore } from 'zustand';
import type { Timeframe } from '../../preload/contract.ts';

export const TIMEFRAMES: readonly Timeframe[] = ['1s', '1m', '5m', '15m', '1h', '4h', '1d'];
/** Always delivered with the candles; a pane of its own, not an indicator of the engine's list. */
export const CONFIDENCE_PANE = 'confidence';
const INDICATORS_MAX = 8;

export const WORKSPACES = ['trade', 'lab', 'models'] as const;
export type Workspace = (typeof WORKSPACES)[number];
export type Theme = 'dark' | 'light';
export type Palette = 'standard' | 'colour-blind' | 'red-up';
export type Overlay = 'none' | 'commands' | 'keys' | 'indicators' | 'instruments' | 'limits' | 'mandate' | 'game-day';

export interface ViewState {
  readonly workspace: Workspace;
  readonly instrumentId: string | null;
  readonly timeframe: Timeframe;
  /** Indicator ids, and `confidence`. */
  readonly indicators: readonly string[];
  readonly theme: Theme;
  readonly palette: Palette;
  readonly overlay: Overlay;
  /** Which of the orders is in front; not saved. */
  readonly ordersView: 'working' | 'orders' | 'fills';
}

const LOCAL_KEY = 'countersign.look';

/** Theme and palette from this browser, so that the first paint already has them. */
function localLook(): Pick<ViewState, 'theme' | 'palette'> {
  const [theme, palette] = (globalThis.localStorage?.getItem(LOCAL_KEY) ?? '').split(' ');
  return {
    theme: theme === 'light' ? 'light' : 'dark',
    palette: palette === 'colour-blind' || palette === 'red-up' ? palette : 'standard',
  };
}

/** The workspace that the address names; null where it names none. */
function workspaceOfAddress(): Workspace | null {
  const name = globalThis.location?.hash.slice(1);
  return WORKSPACES.find((each) => each === name) ?? null;
}

export const viewStore = createStore<ViewState>()(() => ({
  workspace: workspaceOfAddress() ?? 'trade',
  instrumentId: null,
  timeframe: '1m',
  indicators: ['rsi:14', CONFIDENCE_PANE],
  overlay: 'none',
  ordersView: 'working',
  ...localLook(),
}));

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(viewStore, select);
}

export function setView(change: Partial<ViewState>): void {
  viewStore.setState(change);
}

/** Writes theme and palette to the page and to this browser, and the workspace to the address. */
export function showLook(): void {
  const { theme, palette, workspace } = viewStore.getState();
  if (workspace !== (workspaceOfAddress() ?? 'trade')) globalThis.history?.replaceState(null, '', `#${workspace}`);
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.palette = palette;
  globalThis.localStorage?.setItem(LOCAL_KEY, `${theme} ${palette}`);
}

export function toggleIndicator(id: string): void {
  viewStore.setState((state) => {
    if (state.indicators.includes(id)) return { indicators: state.indicators.filter((known) => known !== id) };
    if (state.indicators.length >= INDICATORS_MAX) return state;
    return { indicators: [...state.indicators, id] };
  });
}

/** The neighbouring timeframe; stays at the ends. */
export function stepTimeframe(from: Timeframe, step: 1 | -1): Timeframe {
  return TIMEFRAMES[TIMEFRAMES.indexOf(from) + step] ?? from;
}

/** What is saved of the view. */
export function savedView(state: ViewState): Record<string, unknown> {
  const { workspace, instrumentId, timeframe, indicators, theme, palette } = state;
  return { workspace, instrumentId, timeframe, indicators: [...indicators], theme, palette };
}

/** Reads a saved view; whatever is not understood keeps its default. */
export function readSavedView(value: unknown): Partial<ViewState> {
  if (typeof value !== 'object' || value === null) return {};
  const saved = value as Record<string, unknown>;
  const found: { -readonly [Key in keyof ViewState]?: ViewState[Key] } = {};
  // An address that names one was opened on purpose.
  const workspace = WORKSPACES.find((each) => each === saved.workspace);
  if (workspace && workspaceOfAddress() === null) found.workspace = workspace;
  if (typeof saved.instrumentId === 'string') found.instrumentId = saved.instrumentId;
  if (TIMEFRAMES.includes(saved.timeframe as Timeframe)) found.timeframe = saved.timeframe as Timeframe;
  if (Array.isArray(saved.indicators) && saved.indicators.every((id) => typeof id === 'string')) {
    found.indicators = saved.indicators.slice(0, INDICATORS_MAX);
  }
  if (saved.theme === 'dark' || saved.theme === 'light') found.theme = saved.theme;
  if (saved.palette === 'standard' || saved.palette === 'colour-blind' || saved.palette === 'red-up') {
    found.palette = saved.palette;
  }
  return found;
}
