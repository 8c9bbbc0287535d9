/** Every training, the newest first, then the versions that come with the terminal; letters compare. */
import type { ModelVersion, TrainingJob } from '../../preload/models-contract.ts';
import { showClock, showDay } from '../format/time.ts';
import { LETTERS } from '../lab/run-words.ts';
import { engineNowMs, useDesk } from '../stores/desk-store.ts';
import { COMPARED_MAX, select, toggleCompared, useIsShown, useModels } from './models-store.ts';
import { EDGES, remainingText, stateOf } from './training-words.ts';

export function ModelList() {
  const jobs = useModels((state) => state.jobs);
  const versions = useModels((state) => state.versions);
  const retraining = useModels((state) => state.catalogue?.retraining ?? '');
  const published = versions.filter(({ origin }) => origin === 'published');
  const shipped = versions.filter(({ origin }) => origin === 'shipped');
  return (
    <section className="lab-card" aria-label="Models">
      <header>
        <h2>Models</h2>
        <span className="ml-auto truncate text-[11px] text-text3">letters compare, up to {COMPARED_MAX}</span>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <h3 className="px-2.5 pb-1 pt-2 text-[11px] text-text3">Trained or judged here</h3>
        {jobs && jobs.length > 0 ? (
          <ul>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
        ) : (
          <p className="px-2.5 py-2 text-text2">{jobs ? 'No training yet' : 'Connecting…'}</p>
        )}
        {retraining === '' ? null : (
          <p className="whitespace-pre-line px-2.5 pt-3 text-[11px] leading-[15px] text-text3">{retraining}</p>
        )}
        {published.length === 0 ? null : <VersionRows title="Published here" versions={published} />}
        <VersionRows title="With the terminal" versions={shipped} />
      </div>
    </section>
  );
}

function Row(props: {
  readonly id: string;
  readonly title: string;
  readonly canCompare: boolean;
  readonly top: React.ReactNode;
  readonly below: React.ReactNode;
}) {
  const { id, title, canCompare, top, below } = props;
  const isSelected = useIsShown(id);
  return (
    <li className="run-row" data-model={id} data-selected={isSelected}>
      <Letter id={id} title={title} canCompare={canCompare} />
      <button
        type="button"
        className="col-span-2 min-w-0 cursor-pointer text-left"
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => select(id)}
      >
        <span className="line-clamp-2 font-medium leading-[16px]">{top}</span>
        <span className="mt-0.5 flex items-center justify-between gap-2 text-[11px] leading-[15px] text-text3">
          {below}
        </span>
      </button>
    </li>
  );
}

function JobRow({ job }: { job: TrainingJob }) {
  const { word, tone } = stateOf(job);
  const isJudged = job.state === 'done' && job.verdict !== null;
  const day = showDay(job.askedAtMs);
  return (
    <Row
      id={job.id}
      title={job.title}
      canCompare={isJudged && !job.brought}
      top={job.title}
      below={
        <>
          <span>{day === showDay(engineNowMs()) ? showClock(job.askedAtMs).slice(0, 5) : day}</span>
          {isJudged ? (
            <Edge edge={job.verdict!.edge} />
          ) : (
            <>
              <span>{remainingText(job)}</span>
              <span className="chip" data-tone={tone}>
                {word}
              </span>
            </>
          )}
        </>
      }
    />
  );
}

function VersionRows({ title, versions }: { title: string; versions: readonly ModelVersion[] }) {
  return (
    <>
      <h3 className="px-2.5 pb-1 pt-3 text-[11px] text-text3">{title}</h3>
      <ul>
        {versions.map((version) => (
          <VersionRow key={version.id} version={version} />
        ))}
      </ul>
    </>
  );
}

function VersionRow({ version }: { version: ModelVersion }) {
  return (
    <Row
      id={version.id}
      title={version.title}
      canCompare
      top={version.title}
      below={
        <>
          <span>
            {version.timeframe}
            <Role version={version} />
          </span>
          <Edge edge={version.report.edge} />
        </>
      }
    />
  );
}

/** Whether it votes or is scored, where it is served. */
function Role({ version: { name, version } }: { version: ModelVersion }) {
  const role = useDesk(
    (desk) => desk.models.find((each) => each.name === name && each.version === version)?.standing?.role ?? null,
    null,
  );
  return role === null ? null : <> · {role === 'vote' ? 'votes' : 'shadow'}</>;
}

function Edge({ edge }: { edge: ModelVersion['report']['edge'] }) {
  const { word, sign, text } = EDGES[edge];
  return (
    <span className={text}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

function Letter({ id, title, canCompare }: { id: string; title: string; canCompare: boolean }) {
  const at = useModels((state) => state.comparedIds.indexOf(id));
  const isFull = useModels((state) => state.comparedIds.length >= COMPARED_MAX);
  const letter = at < 0 ? undefined : LETTERS[at];
  return (
    // biome-ignore lint/a11y/useSemanticElements: it shows a letter, not a tick
    <button
      type="button"
      role="checkbox"
      aria-checked={at >= 0}
      aria-label={`Compare ${title}`}
      disabled={!canCompare || (at < 0 && isFull)}
      className="run-letter mt-1"
      data-letter={letter}
      onClick={() => toggleCompared(id)}
    >
      {letter ?? '+'}
    </button>
  );
}
