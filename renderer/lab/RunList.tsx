/** Every run, narrowed and ordered as wanted: how it stands, what it came to, whether it is compared; below, words about the one in front. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { LabRun } from '../../preload/lab-contract.ts';
import { COMPARED_MAX } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showSignedPercent } from '../format/number.ts';
import { showClock, showDay } from '../format/time.ts';
import { Empty } from '../panels/Panel.tsx';
import { engineNowMs } from '../stores/desk-store.ts';
import { showOlder } from './lab-actions.ts';
import { narrowRuns, orderRuns, selectRun, toggleCompared, useLab, useSelectedRun } from './lab-store.ts';
import { RunMarks } from './RunMarks.tsx';
import { RUN_ORDERS, type RunOrder, shownRuns } from './run-filter.ts';
import { LETTERS, ownParamsText, paramsText, RUN_STATES, shareDone, sourceText } from './run-words.ts';

/** Of a row without tags. */
const ROW_PX = 46;

export function RunList() {
  const runs = useLab((state) => state.runs);
  const filter = useLab((state) => state.filter);
  const order = useLab((state) => state.order);
  const selected = useSelectedRun();
  const shown = useMemo(() => (runs ? shownRuns(runs, filter, order) : []), [runs, filter, order]);
  const isNarrowed = runs !== null && shown.length < runs.length;
  return (
    <section className="lab-card" aria-label="Runs">
      <header>
        <h2>Runs</h2>
        <span className="text-text3" aria-live="polite">
          {isNarrowed ? `${shown.length} of ${runs.length}` : (runs?.length ?? '')}
        </span>
        <span className="ml-auto truncate text-[11px] text-text3">letters compare, up to {COMPARED_MAX}</span>
      </header>
      {runs && runs.length > 0 ? <ListTools filter={filter} order={order} /> : null}
      {shown.length > 0 ? (
        <Rows runs={shown} selectedId={selected?.id ?? null} />
      ) : (
        <div className="min-h-0 flex-1">
          <NoneShown isLoading={runs === null} isNarrowed={isNarrowed} />
        </div>
      )}
      <Older />
      {selected ? <RunMarks key={selected.id} run={selected} /> : null}
    </section>
  );
}

/** Those in sight are drawn, however many there are. */
function Rows({ runs, selectedId }: { runs: readonly LabRun[]; selectedId: string | null }) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (at) => runs[at]?.id ?? at,
    overscan: 12,
  });
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto">
      <ul className="run-rows relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, key, start }) => {
          const run = runs[index];
          return run ? (
            <RunRow
              key={key}
              run={run}
              isSelected={run.id === selectedId}
              place={{ at: index, of: runs.length, top: start, measure: list.measureElement }}
            />
          ) : null;
        })}
      </ul>
    </div>
  );
}

/** The store may hold thousands: older ones are listed when somebody asks. */
function Older() {
  const older = useLab((state) => state.older);
  const [isBusy, setBusy] = useState(false);
  if (older === 0) return null;
  return (
    <p className="flex items-center gap-2 border-t border-line px-2.5 py-1 text-[11px] text-text3">
      <span className="min-w-0 flex-1 truncate">{showCount(older)} older, not listed</span>
      <button
        type="button"
        className="button button-quiet"
        disabled={isBusy}
        onClick={() => {
          setBusy(true);
          void showOlder().finally(() => setBusy(false));
        }}
      >
        {isBusy ? 'Listing…' : 'Show older'}
      </button>
    </p>
  );
}

function NoneShown({ isLoading, isNarrowed }: { isLoading: boolean; isNarrowed: boolean }) {
  if (isLoading) return <Empty title="Connecting…" />;
  if (!isNarrowed) return <Empty title="No runs yet">Those of the command line stand here too.</Empty>;
  return (
    <Empty title="None of the runs has that">
      <button type="button" className="button button-quiet" onClick={() => narrowRuns('')}>
        Show all
      </button>
    </Empty>
  );
}

function ListTools({ filter, order }: { filter: string; order: RunOrder }) {
  return (
    <search className="flex gap-1.5 border-b border-line px-2 py-1.5">
      <input
        type="search"
        aria-label="Filter runs"
        className="field min-w-0 flex-1"
        data-align="left"
        placeholder="strategy, tag, note…"
        value={filter}
        onChange={(event) => narrowRuns(event.target.value)}
      />
      <select
        aria-label="Order of runs"
        className="field !w-[112px]"
        value={order}
        onChange={(event) => orderRuns(event.target.value as RunOrder)}
      >
        {RUN_ORDERS.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </search>
  );
}

interface Place {
  readonly at: number;
  readonly of: number;
  readonly top: number;
  readonly measure: (row: HTMLLIElement | null) => void;
}

function RunRow({ run, isSelected, place }: { run: LabRun; isSelected: boolean; place: Place }) {
  return (
    <li
      ref={place.measure}
      className="run-row"
      data-selected={isSelected}
      data-run={run.id}
      data-index={place.at}
      aria-posinset={place.at + 1}
      aria-setsize={place.of}
      style={{ transform: `translateY(${place.top}px)` }}
    >
      <Letter run={run} />
      <button
        type="button"
        aria-current={isSelected ? 'true' : undefined}
        className="min-w-0 cursor-pointer text-left"
        onClick={() => selectRun(run.id)}
      >
        <span className="block truncate font-medium" title={`${run.title} on ${sourceText(run.plan)}`}>
          {run.title} <span className="text-text2">{sourceText(run.plan)}</span>
        </span>
        <span className="block truncate text-[11px] leading-[15px] text-text3">
          <OwnParams run={run} />
        </span>
        {run.tags.length > 0 ? (
          <span className="mt-0.5 flex flex-wrap gap-1">
            {run.tags.map((tag) => (
              <span key={tag} className="chip">
                {tag}
              </span>
            ))}
          </span>
        ) : null}
      </button>
      <Standing run={run} />
    </li>
  );
}

function OwnParams({ run }: { run: LabRun }) {
  const catalogue = useLab((state) => state.catalogue);
  return (
    <span title={paramsText(run.plan)}>
      {whenText(run.askedAtMs)} · {run.origin === 'command-line' ? 'command line · ' : ''}
      {ownParamsText(run.plan, catalogue)}
    </span>
  );
}

/** The time today, the day before that. */
function whenText(timeMs: number): string {
  const day = showDay(timeMs);
  return day === showDay(engineNowMs()) ? showClock(timeMs).slice(0, 5) : day;
}

function Letter({ run }: { run: LabRun }) {
  const at = useLab((state) => state.comparedIds.indexOf(run.id));
  const isFull = useLab((state) => state.comparedIds.length >= COMPARED_MAX);
  const letter = at < 0 ? undefined : LETTERS[at];
  return (
    // biome-ignore lint/a11y/useSemanticElements: it shows a letter, not a tick
    <button
      type="button"
      role="checkbox"
      aria-checked={at >= 0}
      aria-label={`Compare ${run.title} ${paramsText(run.plan)}`}
      disabled={run.state !== 'done' || (at < 0 && isFull)}
      className="run-letter mt-1.5"
      data-letter={letter}
      onClick={() => toggleCompared(run.id)}
    >
      {letter ?? '+'}
    </button>
  );
}

function Standing({ run }: { run: LabRun }) {
  if (run.figures) {
    const { returnShare, maxDrawdownShare, sharpe } = run.figures;
    return (
      <span className="text-right">
        <span className={`block font-semibold ${returnShare < 0 ? 'text-down' : returnShare > 0 ? 'text-up' : ''}`}>
          {showSignedPercent(returnShare, 2)}
        </span>
        <span className="block text-[11px] leading-[15px] text-text3" title="deepest fall; Sharpe ratio">
          {showSignedPercent(-maxDrawdownShare, 1)} · {showFloat(sharpe, 2)}
        </span>
      </span>
    );
  }
  const { word, tone } = RUN_STATES[run.state];
  return (
    <span className="flex flex-col items-end gap-1.5">
      <span className="chip" data-tone={tone}>
        {word}
      </span>
      {run.state === 'running' && run.progress ? (
        <span className="lab-bar w-16" aria-hidden="true">
          <div style={{ transform: `scaleX(${shareDone(run.progress)})` }} />
        </span>
      ) : null}
    </span>
  );
}
