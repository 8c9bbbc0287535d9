/** The run in the middle: on its way with its equity growing, or what came of it, or why nothing did. */
import type { LabRun } from '../../preload/lab-contract.ts';
import { showCount } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { chooseByArrows } from '../panels/arrow-keys.ts';
import { Empty } from '../panels/Panel.tsx';
import { CompareView } from './CompareView.tsx';
import { setUpAgain } from './draft-store.ts';
import { cancelRun, startRun } from './lab-actions.ts';
import { type LabTab, showTab, useLab, useSelectedRun } from './lab-store.ts';
import { RunOutcome } from './RunOutcome.tsx';
import { RunProgress } from './RunProgress.tsx';
import { paramsText, RUN_STATES, sourceText } from './run-words.ts';
import { SearchProgress } from './SearchProgress.tsx';

export function RunView() {
  const run = useSelectedRun();
  const hasRuns = useLab((state) => state.runs !== null);
  const tab = useLab((state) => state.tab);
  return (
    <section className="lab-card" aria-label="Run">
      <header>
        {tab === 'compare' ? <CompareTitle /> : run ? <RunTitle run={run} /> : <h2>Run</h2>}
        <Tabs run={run} tab={tab} />
      </header>
      {tab === 'compare' ? <CompareView /> : run ? <RunBody key={run.id} run={run} /> : <NoRuns isLoading={!hasRuns} />}
    </section>
  );
}

function RunTitle({ run }: { run: LabRun }) {
  const { figures, plan, state } = run;
  const { word, tone } = RUN_STATES[state];
  return (
    <>
      <h2>{run.title}</h2>
      <span className="truncate text-text2" title={paramsText(plan)}>
        {sourceText(plan)}
        {figures ? (
          <span className="text-text3">
            {' '}
            {showCount(figures.bars)} bars, {showDay(figures.fromMs)} to {showDay(figures.toMs)}
          </span>
        ) : null}
      </span>
      {state === 'done' ? null : (
        <span className="chip" data-tone={tone}>
          {word}
        </span>
      )}
    </>
  );
}

const CompareTitle = () => <h2>Comparison</h2>;

const TABS: readonly { readonly id: LabTab; readonly text: string }[] = [
  { id: 'overview', text: 'Overview' },
  { id: 'trades', text: 'Trades' },
  { id: 'breakdown', text: 'Breakdown' },
  { id: 'map', text: 'Map' },
  { id: 'search', text: 'Search' },
  { id: 'compare', text: 'Compare' },
];

function Tabs({ run, tab }: { run: LabRun | null; tab: LabTab }) {
  const compared = useLab((state) => state.comparedIds.length);
  const isOpen = (id: LabTab): boolean => {
    if (id === 'compare') return compared >= 2;
    if (run?.state !== 'done') return false;
    return id === 'map' ? run.plan.map !== null : id !== 'search' || run.plan.search !== null;
  };
  /** A run has a map or a search, and most have neither. */
  const isThere = (id: LabTab): boolean =>
    id === 'search' ? run?.plan.search != null : id !== 'map' || !run?.plan.search;
  const count = (id: LabTab): number | null => {
    if (id === 'compare') return compared === 0 ? null : compared;
    return id === 'trades' ? (run?.figures?.trades ?? null) : null;
  };
  return (
    <div className="ml-auto flex items-center gap-2">
      <div role="tablist" aria-label="What to see of the run" className="lab-tabs" onKeyDown={chooseByArrows}>
        {TABS.filter(({ id }) => isThere(id)).map(({ id, text }) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={id === tab}
            tabIndex={id === tab ? 0 : -1}
            disabled={!isOpen(id) && id !== tab}
            onClick={() => showTab(id)}
          >
            {text}
            {count(id) === null ? null : <span className="font-normal text-text3"> {showCount(count(id) ?? 0)}</span>}
          </button>
        ))}
      </div>
    </div>
  );
}

function RunBody({ run }: { run: LabRun }) {
  switch (run.state) {
    case 'waiting':
      return (
        <Ended title="Waiting" text="Other runs go first; it begins by itself." run={run}>
          <CancelButton run={run} />
        </Ended>
      );
    case 'running':
      return run.plan.search && run.progress?.phase === 'searching' ? (
        <SearchProgress run={run} progress={run.progress} />
      ) : (
        <RunProgress run={run} />
      );
    case 'failed':
      return <Ended title="This run failed" text={run.error} run={run} isBad />;
    case 'cancelled':
      return run.plan.search ? (
        <Ended title="Stopped" text={stoppedText(run)} run={run}>
          <button type="button" className="button button-strong" onClick={() => void startRun(run.plan)}>
            Resume
          </button>{' '}
          <button type="button" className="button" onClick={() => setUpAgain(run.plan)}>
            Set up again
          </button>
        </Ended>
      ) : (
        <Ended title="Cancelled" text={standText(run)} run={run} />
      );
    case 'done':
      return <RunOutcome run={run} />;
  }
}

function stoppedText({ progress, plan }: LabRun): string {
  const done = progress?.phase === 'searching' ? progress.done : (plan.search?.trials ?? 0);
  if (done === 0) return 'Before its first trial had ended.';
  return `After ${showCount(done)} of ${showCount(plan.search?.trials ?? 0)} trials. They are kept: resumed, it goes on from there.`;
}

function standText({ progress }: LabRun): string {
  if (!progress || progress.total === 0) return 'Before it began. Nothing of it was kept.';
  const what = progress.phase === 'mapping' ? 'runs of its map' : 'bars';
  return `After ${showCount(progress.done)} of ${showCount(progress.total)} ${what}. Nothing of it was kept.`;
}

function Ended(props: {
  readonly title: string;
  readonly text: string;
  readonly run: LabRun;
  readonly isBad?: boolean;
  readonly children?: React.ReactNode;
}) {
  const { title, text, run, isBad = false, children } = props;
  return (
    <div className="empty">
      <strong className={isBad ? 'text-down' : ''}>
        {isBad ? '✕ ' : ''}
        {title}
      </strong>
      <p className="max-w-[460px] select-text text-[13px] leading-[19px] text-text1" role={isBad ? 'alert' : undefined}>
        {text}
      </p>
      <p className="text-text3">
        {run.title} on {sourceText(run.plan)}, {paramsText(run.plan)}
      </p>
      <div className="mt-2">
        {children ?? (
          <button type="button" className="button" onClick={() => setUpAgain(run.plan)}>
            Set up again
          </button>
        )}
      </div>
    </div>
  );
}

export function CancelButton({ run, word = 'Cancel run' }: { run: LabRun; word?: string }) {
  return (
    <button type="button" className="button" onClick={() => void cancelRun(run.id)}>
      {word}
    </button>
  );
}

function NoRuns({ isLoading }: { isLoading: boolean }) {
  if (isLoading) return <Empty title="Connecting…" />;
  return (
    <Empty title="No runs yet">
      Choose a strategy and candles on the left and press Run. Fees, slippage and delay are those of a real account
      unless you say otherwise.
    </Empty>
  );
}
