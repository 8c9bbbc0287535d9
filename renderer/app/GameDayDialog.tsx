/** Game day: faults played on a second venue under one's own limits, row by row, and what came of them. */
import { useState } from 'react';
import type { GameDay } from '../../preload/contract.ts';
import { realMinus, showFloat } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { SIGNS, type Verdict } from '../panels/health/health-words.ts';
import { startGameDay, stopGameDay } from '../stores/actions.ts';
import { useDesk, useIsLive } from '../stores/desk-store.ts';
import { setView, useView } from '../stores/view-store.ts';
import { Sheet } from './Sheet.tsx';

const close = (): void => setView({ overlay: 'none' });

const CASE_WORDS: Record<GameDay['cases'][number]['state'], { tone: Verdict['tone'] | 'quiet'; word: string }> = {
  waiting: { tone: 'quiet', word: 'waiting' },
  running: { tone: 'info', word: 'running' },
  passed: { tone: 'good', word: 'passed' },
  failed: { tone: 'bad', word: 'failed' },
  'left-out': { tone: 'quiet', word: 'left out' },
};

export function GameDayDialog() {
  const isOpen = useView((view) => view.overlay === 'game-day');
  const gameDay = useDesk((desk) => desk.gameDay, null);
  if (!isOpen) return null;
  return (
    <Sheet label="Game day" onClose={close} className="w-[760px]">
      <div className="flex max-h-[70vh] flex-col">
        <header className="px-5 pb-3 pt-4">
          <h2 className="text-[15px] font-semibold">Game day</h2>
          <p className="pt-0.5 text-text2">
            Plays faults on a second practice venue and a second engine under your risk limits, in about a minute. Your
            own account, orders and log are not touched; no mandate signs there.
          </p>
        </header>
        {gameDay === null ? null : <Cases gameDay={gameDay} />}
        <Actions gameDay={gameDay} />
      </div>
    </Sheet>
  );
}

function Cases({ gameDay }: { gameDay: GameDay }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard
    <section aria-label="Faults" tabIndex={0} className="min-h-0 overflow-auto border-t border-line">
      <ol aria-label="Cases">
        {gameDay.cases.map((row) => (
          <CaseRow key={row.id} row={row} />
        ))}
      </ol>
      {gameDay.note === '' ? null : <p className="px-5 py-2 text-text2">{realMinus(gameDay.note)}</p>}
    </section>
  );
}

function CaseRow({ row }: { row: GameDay['cases'][number] }) {
  const { tone, word } = CASE_WORDS[row.state];
  return (
    <li
      data-case={row.id}
      data-state={row.state}
      className="grid grid-cols-[84px_minmax(0,1fr)_56px] gap-x-3 border-b border-line/60 px-5 py-[7px]"
    >
      <span>
        <span className="chip" data-tone={tone}>
          <span aria-hidden="true">{tone === 'quiet' ? '·' : SIGNS[tone]}</span>
          {word}
        </span>
      </span>
      <span className={row.state === 'waiting' || row.state === 'left-out' ? 'text-text3' : 'font-medium'}>
        {row.title}
      </span>
      <span className="text-right text-text2">
        {row.durationMs === null ? '' : `${showFloat(row.durationMs / 1_000, 1)} s`}
      </span>
      {row.text === '' ? null : (
        <span className={`col-start-2 col-end-4 select-text ${row.state === 'failed' ? 'text-down' : 'text-text2'}`}>
          {realMinus(row.text)}
        </span>
      )}
    </li>
  );
}

function Actions({ gameDay }: { gameDay: GameDay | null }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const isLive = useIsLive();
  const isRunning = gameDay?.state === 'running';
  return (
    <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
      <div className="min-w-0 flex-1">
        <p role="status" className={gameDay?.state === 'failed' ? 'font-semibold text-down' : 'font-semibold'}>
          {gameDay === null ? '' : summaryOf(gameDay)}
        </p>
        {gameDay?.reportFile ? (
          <p className="select-text truncate text-[11px] text-text3" title={gameDay.reportFile}>
            Report: {gameDay.reportFile}
          </p>
        ) : null}
        <p role="alert" className="text-down">
          {refusal}
        </p>
      </div>
      <button type="button" className="button" onClick={close}>
        Close
      </button>
      {isRunning ? (
        <button
          type="button"
          className="button button-danger"
          disabled={!isLive}
          onClick={() => void stopGameDay().then(setRefusal)}
        >
          Stop game day
        </button>
      ) : (
        <button
          type="button"
          className="button button-strong"
          disabled={!isLive}
          onClick={() => void startGameDay().then(setRefusal)}
        >
          {gameDay === null ? 'Start game day' : 'Start again'}
        </button>
      )}
    </footer>
  );
}

/** Changes with the state only, for it is read out. */
function summaryOf({ state, cases, endedAtMs }: GameDay): string {
  const count = (wanted: GameDay['cases'][number]['state']): number =>
    cases.filter((row) => row.state === wanted).length;
  const at = endedAtMs === null ? '' : `, ${showMoment(endedAtMs)} UTC`;
  switch (state) {
    case 'running':
      return 'Running';
    case 'passed':
      return `✓ All ${cases.length} passed${at}`;
    case 'stopped':
      return `Stopped: ${count('passed')} passed, ${count('failed')} failed${at}`;
    case 'failed':
      return `✕ ${count('passed')} of ${cases.length} passed${at}`;
  }
}
