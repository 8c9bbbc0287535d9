/** The docked workspace: panels by name, headers with their own controls, the layout saved and restored. */
import {
  type DockviewApi,
  DockviewDefaultTab,
  DockviewReact,
  type DockviewReadyEvent,
  type IDockviewHeaderActionsProps,
  type IDockviewPanelHeaderProps,
} from 'dockview-react';
import { useEffect, useRef, useState } from 'react';
import { ApprovalQueue } from '../panels/ApprovalQueue.tsx';
import { BookLadder } from '../panels/BookLadder.tsx';
import { ChartPanel } from '../panels/ChartPanel.tsx';
import { Journal } from '../panels/Journal.tsx';
import { ModelBoard } from '../panels/ModelBoard.tsx';
import { OrdersAndFills } from '../panels/OrdersAndFills.tsx';
import { OrderTicket } from '../panels/OrderTicket.tsx';
import type { PanelId } from '../panels/Panel.tsx';
import { Positions } from '../panels/Positions.tsx';
import { SystemHealth } from '../panels/SystemHealth.tsx';
import { Trades } from '../panels/Trades.tsx';
import { Watchlist } from '../panels/Watchlist.tsx';
import { loadSetting, saveSetting } from '../stores/actions.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { setDock } from './dock-api.ts';
import { layOutDefault, restoreLayout, saveShape } from './dock-layout.ts';
import { LeftActions, RightActions, TabCount } from './HeaderActions.tsx';

const SAVE_AFTER_MS = 800;

const COMPONENTS: Record<PanelId, React.FunctionComponent> = {
  watchlist: Watchlist,
  chart: ChartPanel,
  book: BookLadder,
  trades: Trades,
  ticket: OrderTicket,
  queue: ApprovalQueue,
  positions: Positions,
  orders: OrdersAndFills,
  models: ModelBoard,
  journal: Journal,
  health: SystemHealth,
};

const THEME = { name: 'countersign', className: 'dock-theme', gap: 4, tabGroupIndicator: 'none' as const };

function Tab(props: IDockviewPanelHeaderProps) {
  return (
    <span className="flex h-full items-center gap-1.5 whitespace-nowrap">
      <DockviewDefaultTab {...props} hideClose />
      <TabCount id={props.api.id as PanelId} />
    </span>
  );
}

function rightActions({ activePanel }: IDockviewHeaderActionsProps) {
  return <RightActions id={activePanel?.id as PanelId | undefined} />;
}

function leftActions({ activePanel }: IDockviewHeaderActionsProps) {
  return <LeftActions id={activePanel?.id as PanelId | undefined} />;
}

export function Dock() {
  const [api, setApi] = useState<DockviewApi | null>(null);
  const hasClient = useDeskStore((state) => state.client !== null);
  const isRestored = useRef(false);

  function onReady({ api: ready }: DockviewReadyEvent): void {
    layOutDefault(ready);
    setDock(ready);
    setApi(ready);
  }

  useEffect(() => {
    if (!api || !hasClient || isRestored.current) return;
    isRestored.current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    void loadSetting('layout').then((value) => {
      if (value !== null && !restoreLayout(api, value)) layOutDefault(api);
      // Saving starts only now: the default must never overwrite what was about to be restored.
      api.onDidLayoutChange(() => {
        clearTimeout(timer);
        timer = setTimeout(() => void saveSetting('layout', saveShape(api)), SAVE_AFTER_MS);
      });
    });
  }, [api, hasClient]);

  return (
    <DockviewReact
      theme={THEME}
      components={COMPONENTS}
      defaultTabComponent={Tab}
      leftHeaderActionsComponent={leftActions}
      rightHeaderActionsComponent={rightActions}
      disableFloatingGroups
      announcements={false}
      onReady={onReady}
    />
  );
}
