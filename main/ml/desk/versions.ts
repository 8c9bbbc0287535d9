import type { ModelVersion } from '../../../preload/models-contract.ts';
import type { ModelCard } from '../card.ts';
import { readCards } from '../registry/model-folders.ts';
import type { Job } from '../train/job.ts';
import { readJobs } from '../train/job-folder.ts';
import { cardReport } from './card-report.ts';
import { draftCard, publishedAs, whyNotPublished } from './publish-job.ts';
import { questionOf } from './questions.ts';
import { planOf, reportOf } from './trained.ts';

/** What can be looked at: the versions that come with the terminal, those published here, then what was trained here, the newest first. */
export function readVersions(modelsDir: string, ownModelsDir: string, jobsDir: string): ModelVersion[] {
  const own = readCards(ownModelsDir).reverse();
  const trained = readJobs(jobsDir).jobs.flatMap((job) => trainedVersion(job, jobsDir, own));
  return [
    ...readCards(modelsDir).map((card) => cardReport(card, 'shipped')),
    ...own.map((card) => cardReport(card, 'published')),
    ...trained.reverse(),
  ];
}

function trainedVersion(job: Job, jobsDir: string, own: readonly ModelCard[]): ModelVersion[] {
  const report = reportOf(jobsDir, job.id);
  const plan = planOf(jobsDir, job.id);
  if (report === null || plan === null) return [];
  const { question, timeframe, featureSet } = plan.data;
  const given = Object.entries(job.work.hyperParameters).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  );
  const draft = draftCard(jobsDir, job.id);
  const published = publishedAs(draft, own);
  return [
    {
      id: job.id,
      origin: 'trained',
      name: job.work.family,
      version: job.id,
      title: job.title,
      question: draft?.question.text ?? questionOf(question.kind).about,
      timeframe,
      features: report.importance.length,
      facts: [
        { name: 'Family', text: job.work.family },
        { name: 'Feature set', text: featureSet },
        { name: 'Settings', text: given.length === 0 ? 'standard' : given.join(', ') },
        { name: 'Seed', text: String(job.work.seed) },
        { name: 'Steps', text: `${job.curve.at(-1)?.step ?? 0} of ${job.steps ?? 0}` },
      ],
      report,
      publishing: {
        name: draft?.name ?? '',
        as: published ? { id: idOf(published), version: published.version } : null,
        refusal: whyNotPublished(jobsDir, job.id),
      },
    },
  ];
}

const idOf = ({ name, version }: ModelCard): string => `${name}/${version}`;
