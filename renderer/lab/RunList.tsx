/** Every run, newest first: how it stands, what it came to, whether it is compared; below, words about the one in front. */
import type { LabRun } from '../../preload/lab-contract.ts';
import { COMPARED_MAX } from '../../preload/lab-contract.ts';
import { showFloat, showSignedPercent } from '../format/number.ts';
import { showClock } from '../format/time.ts';
import { Empty } from '../panels/Panel.tsx';
import { selectRun, toggleCompared, useLab, useSelectedRun } from './lab-store.ts';
import { RunMarks } from './RunMarks.tsx';
import { LETTERS, ownParamsText, paramsText, RUN_STATES, shareDone, sourceText } from './run-words.ts';

export function RunList() {
  const runs = useLab((state) => state.runs);
  const selected = useSelectedRun();
  return (
    <section className="lab-card" aria-label="Runs">
      <header>
        <h2>Runs</h2>
        <span className="text-text3">{runs?.length ?? ''}</span>
        <span className="ml-auto text-[11px] text-text3">letters compare, up to {COMPARED_MAX}</span>
      </header>
      {runs && runs.length > 0 ? (
        <ul className="min-h-0 flex-1 overflow-auto">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} isSelected={run.id === selected?.id} />
          ))}
        </ul>
      ) : (
        <div className="min-h-0 flex-1">{runs ? <Empty title="No runs yet" /> : <Empty title="Connecting…" />}</div>
      )}
      {selected ? <RunMarks key={selected.id} run={selected} /> : null}
    </section>
  );
}

function RunRow({ run, isSelected }: { run: LabRun; isSelected: boolean }) {
  return (
    <li className="run-row" data-selected={isSelected} data-run={run.id}>
      <Letter run={run} />
      <button
        type="button"
        aria-current={isSelected ? 'true' : undefined}
        className="min-w-0 cursor-pointer text-left"
        onClick={() => selectRun(run.id)}
      >
        <span className="block truncate font-medium">
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
      {showClock(run.askedAtMs).slice(0, 5)} · {ownParamsText(run.plan, catalogue)}
    </span>
  );
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
