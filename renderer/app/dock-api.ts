/** The one dock of this page, for commands that arrange or reveal panels. */
import type { DockviewApi } from 'dockview-react';
import type { PanelId } from '../panels/Panel.tsx';
import { PANEL_NAMES } from '../panels/Panel.tsx';
import { layOutDefault } from './dock-layout.ts';

let dock: DockviewApi | null = null;

export function setDock(api: DockviewApi): void {
  dock = api;
}

/** Brings a panel to the front; one that was closed comes back beside the tables. */
export function showPanel(id: PanelId): void {
  if (!dock) return;
  const known = dock.getPanel(id);
  if (known) known.api.setActive();
  else dock.addPanel({ id, component: id, title: PANEL_NAMES[id] });
}

export function resetLayout(): void {
  if (dock) layOutDefault(dock);
}
