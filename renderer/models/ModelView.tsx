/** The middle: a training as it goes, what a version is worth, a data set looked through, versions side by side. */
import type { TrainingJob } from '../../preload/models-contract.ts';
import { chooseByArrows } from '../panels/arrow-keys.ts';
import { Empty } from '../panels/Panel.tsx';
import { CompareVersions } from './CompareVersions.tsx';
import { DataExplorer } from './DataExplorer.tsx';
import { DriftBoard } from './DriftBoard.tsx';
import { EnsembleBoard } from './EnsembleBoard.tsx';
import { LossCurve } from './LossCurve.tsx';
import { cancelTraining, pauseTraining, resumeTraining } from './models-actions.ts';
import { type ModelsTab, showTab, useModels, useSelectedJob, useSelectedVersion } from './models-store.ts';
import { ReportView } from './ReportView.tsx';
import { TrialRows } from './TrialRows.tsx';
import { JOB_STATES, progressText, shareDone, underWayText } from './training-words.ts';

export function ModelView() {
  const tab = useModels((state) => state.tab);
  const job = useSelectedJob();
  const version = useSelectedVersion();
  const title = BOARD_TITLES[tab] ?? version?.title ?? job?.title ?? 'Model';
  return (
    <section className="lab-card" aria-label="Model">
      <header>
        <h2 className="truncate" title={title}>
          {title}
        </h2>
        <Tabs tab={tab} job={job} hasReport={version !== null} />
      </header>
      {tab === 'data' ? (
        <DataExplorer />
      ) : tab === 'compare' ? (
        <CompareVersions />
      ) : tab === 'ensemble' ? (
        <EnsembleBoard />
      ) : tab === 'drift' ? (
        <DriftBoard />
      ) : tab === 'report' && version ? (
        <ReportView version={version} />
      ) : job ? (
        <JobView job={job} />
      ) : (
        <NoneYet />
      )}
    </section>
  );
}

/** Of what is not one training or version. */
const BOARD_TITLES: Partial<Record<ModelsTab, string>> = {
  data: 'Data set',
  compare: 'Comparison',
  ensemble: 'Ensemble',
  drift: 'Drift',
};

const TABS: readonly { readonly id: ModelsTab; readonly text: string }[] = [
  { id: 'training', text: 'Training' },
  { id: 'report', text: 'Judgement' },
  { id: 'data', text: 'Data set' },
  { id: 'compare', text: 'Compare' },
  { id: 'ensemble', text: 'Ensemble' },
  { id: 'drift', text: 'Drift' },
];

function Tabs({ tab, job, hasReport }: { tab: ModelsTab; job: TrainingJob | null; hasReport: boolean }) {
  const compared = useModels((state) => state.comparedIds.length);
  const isOpen: Record<ModelsTab, boolean> = {
    training: job !== null,
    report: hasReport,
    data: true,
    compare: compared >= 2,
    ensemble: true,
    drift: true,
  };
  return (
    <div role="tablist" aria-label="What to see of models" className="lab-tabs ml-auto" onKeyDown={chooseByArrows}>
      {TABS.map(({ id, text }) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={id === tab}
          tabIndex={id === tab ? 0 : -1}
          disabled={!isOpen[id] && id !== tab}
          onClick={() => showTab(id)}
        >
          {text}
          {id === 'compare' && compared > 0 ? <span className="font-normal text-text3"> {compared}</span> : null}
        </button>
      ))}
    </div>
  );
}

function JobView({ job }: { job: TrainingJob }) {
  if (job.state === 'failed' || job.state === 'cancelled') return <JobEnded job={job} />;
  const { search } = job;
  const share = shareDone(job);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-4" data-state={job.state}>
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="text-[15px] font-semibold leading-5">{job.state === 'done' ? 'Done' : progressText(job)}</p>
          <p className="h-4 truncate text-text2" title={job.trainedOn?.why}>
            {underWayText(job)}
            {job.trainedOn ? <span className="sr-only">: {job.trainedOn.why}</span> : null}
          </p>
        </div>
        <JobButtons job={job} />
      </div>
      <div
        className="lab-bar shrink-0"
        role="progressbar"
        aria-label={job.brought ? 'Progress of the judgement' : 'Progress of the training'}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      {job.brought ? <Judging /> : search && job.steps === null ? null : <LossCurve job={job} />}
      {search ? <TrialRows job={job} search={search} /> : null}
    </div>
  );
}

/** What becomes of a model that was made elsewhere. */
function Judging() {
  return (
    <p className="max-w-[520px] text-text2">
      It is judged in a process of its own, on what was asked after it had learnt: how its answers are to be read is
      learnt from other days than those judged. Then it is published, scored live beside the others, without a vote.
      Whatever comes of it stands on its card, no edge too.
    </p>
  );
}

function JobButtons({ job }: { job: TrainingJob }) {
  const isUnderWay = ['preparing', 'queued', 'running', 'paused'].includes(job.state);
  return (
    <div className="flex gap-2">
      {!job.brought && (job.state === 'running' || job.state === 'queued') ? (
        <button type="button" className="button" onClick={() => void pauseTraining(job.id)}>
          Pause
        </button>
      ) : null}
      {job.state === 'paused' ? (
        <button type="button" className="button" onClick={() => void resumeTraining(job.id)}>
          Go on
        </button>
      ) : null}
      {isUnderWay ? (
        <button type="button" className="button" onClick={() => void cancelTraining(job.id)}>
          {job.brought ? 'Cancel' : 'Cancel training'}
        </button>
      ) : null}
    </div>
  );
}

function JobEnded({ job }: { job: TrainingJob }) {
  const isFailed = job.state === 'failed';
  return (
    <div className="empty">
      <strong className={isFailed ? 'text-down' : ''}>{JOB_STATES[job.state].word}</strong>
      <p
        className="max-w-[460px] select-text text-[13px] leading-[19px] text-text1"
        role={isFailed ? 'alert' : undefined}
      >
        {isFailed
          ? job.error
          : job.brought
            ? 'Nothing was published.'
            : `After ${job.step} steps. Nothing of it can be used.`}
      </p>
      <p className="text-text3">{job.title}</p>
      {isFailed && job.steps !== null && !job.brought ? (
        <button type="button" className="button mt-2" onClick={() => void resumeTraining(job.id)}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

function NoneYet() {
  const isThere = useModels((state) => state.jobs !== null);
  if (!isThere) return <Empty title="Connecting…" />;
  return (
    <Empty title="No model in front">
      Choose candles, a question and a family on the left and press Train. What comes of it is judged on times it has
      not seen, after costs.
    </Empty>
  );
}
