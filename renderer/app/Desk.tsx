/** The frame: top bar, dock, health bar, and everything that floats above them. */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { followTraining } from '../models/models-store.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { moveFocus } from '../stores/queue-store.ts';
import { showLook, useView, viewStore } from '../stores/view-store.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { runCommand } from './commands.ts';
import { GameDayDialog } from './GameDayDialog.tsx';
import { HealthBar } from './HealthBar.tsx';
import { commandFor, isTypingTarget } from './hotkeys.ts';
import { KeysSheet } from './KeysSheet.tsx';
import { LimitsDialog } from './LimitsDialog.tsx';
import { MandateDialog } from './MandateDialog.tsx';
import { LiveRegions, Toasts } from './Notices.tsx';
import { LostBanner, TopBar } from './TopBar.tsx';

// Asked for at once, so that panels and engine arrive side by side; the bars are painted meanwhile.
const panels = import('./Dock.tsx');
const Dock = lazy(() => panels.then((module) => ({ default: module.Dock })));
const Lab = lazy(() => import('../lab/Lab.tsx').then((module) => ({ default: module.Lab })));
const Models = lazy(() => import('../models/Models.tsx').then((module) => ({ default: module.Models })));

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  // Sheets and menus own the keyboard while open; panic keys reach through everything.
  const isModal = document.querySelector('dialog[open]') !== null || viewStore.getState().overlay === 'indicators';
  const command = commandFor(event, isTypingTarget(event.target) || isModal);
  if (command !== null) {
    event.preventDefault();
    runCommand(command);
    return;
  }
  const isOnCard = event.target instanceof HTMLElement && event.target.dataset.proposal !== undefined;
  if (isOnCard && !event.repeat && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    moveFocus(event.key === 'ArrowDown' ? 1 : -1);
  }
}

/** It keeps its size and is not painted, so that nothing is laid out anew on the way back. */
const OUT_OF_SIGHT = 'invisible [content-visibility:hidden]';

const NAMES = { trade: 'Trade workspace', lab: 'Lab workspace', models: 'Models workspace' } as const;

export function Desk() {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    const stop = viewStore.subscribe(showLook);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      stop();
    };
  }, []);
  const client = useDeskStore((state) => state.client);
  useEffect(() => {
    if (!client) return;
    const stop = new AbortController();
    // A connection that ends is told by the bar above; the next one begins anew.
    void followTraining(client, stop.signal).catch(() => undefined);
    return () => stop.abort();
  }, [client]);
  const mode = useDeskStore((state) => state.hello?.mode);
  const workspace = useView((view) => view.workspace);
  const hasLab = useRef(false);
  hasLab.current ||= workspace === 'lab';
  const hasModels = useRef(false);
  hasModels.current ||= workspace === 'models';
  const frame = mode === undefined ? 'border-transparent' : mode === 'live' ? 'border-live' : 'border-practice';
  return (
    <div className={`flex h-full flex-col border-t-2 ${frame}`} data-mode={mode}>
      <TopBar />
      <LostBanner />
      <main aria-label={NAMES[workspace]} className="relative min-h-0 flex-1">
        <h1 className="sr-only">Countersign</h1>
        <div
          className={`absolute inset-0 px-1 ${workspace === 'trade' ? '' : OUT_OF_SIGHT}`}
          inert={workspace !== 'trade'}
        >
          <Suspense fallback={null}>
            <Dock />
          </Suspense>
        </div>
        {hasLab.current ? (
          <div
            className={`absolute inset-0 px-1 ${workspace === 'lab' ? '' : OUT_OF_SIGHT}`}
            inert={workspace !== 'lab'}
          >
            <Suspense fallback={<p className="empty">Opening the lab…</p>}>
              <Lab />
            </Suspense>
          </div>
        ) : null}
        {hasModels.current ? (
          <div
            className={`absolute inset-0 px-1 ${workspace === 'models' ? '' : OUT_OF_SIGHT}`}
            inert={workspace !== 'models'}
          >
            <Suspense fallback={<p className="empty">Opening the models…</p>}>
              <Models />
            </Suspense>
          </div>
        ) : null}
      </main>
      <HealthBar />
      <CommandPalette />
      <KeysSheet />
      <LimitsDialog />
      <MandateDialog />
      <GameDayDialog />
      <Toasts />
      <LiveRegions />
    </div>
  );
}
