import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { cardSchema, goldenSchema, type ModelCard, whyNoVote } from '../card.ts';
import { readCards } from '../registry/model-folders.ts';
import { publishNext } from '../registry/publish-package.ts';
import { jobFiles, RESULT_DRAFT, RESULT_GOLDEN, RESULT_MODEL, readJobs } from '../train/job-folder.ts';
import type { NoData } from './make-data.ts';
import { reportOf } from './trained.ts';

const draftSchema = cardSchema.omit({ cost: true });
type Draft = Omit<ModelCard, 'cost'>;

const draftFile = (jobsDir: string, id: string): string => join(jobFiles(jobsDir, id).result, RESULT_DRAFT);

/** The card that a finished training left, but for what it costs; null where there is none. */
export function draftCard(jobsDir: string, id: string): Draft | null {
  try {
    return draftSchema.parse(JSON.parse(readFileSync(draftFile(jobsDir, id), 'utf8')));
  } catch {
    return null;
  }
}

/** Why what a training left cannot be published, in a sentence; empty where it can. */
export function whyNotPublished(jobsDir: string, id: string): string {
  const report = reportOf(jobsDir, id);
  if (report === null) return 'It was not judged.';
  if (report.edge === 'unknown') return report.sentence;
  if (!existsSync(draftFile(jobsDir, id))) return 'It was trained before models had cards: train it again.';
  const draft = draftCard(jobsDir, id);
  if (draft === null) return 'Its card cannot be read: train it again.';
  const noVote = whyNoVote(draft.question);
  return noVote === null ? '' : `It cannot vote: ${noVote}.`;
}

/** The version that has the very file of a draft; null where none has. */
export const publishedAs = (draft: Draft | null, own: readonly ModelCard[]): ModelCard | null =>
  own.find(({ modelSha256 }) => modelSha256 === draft?.modelSha256) ?? null;

/** Of the trainings that are on disk the newest of each model that was published here: by its plan the model is trained anew. */
export function standingJobs(jobsDir: string, ownModelsDir: string): ReadonlySet<string> {
  const own = readCards(ownModelsDir);
  const newest = new Map<string, string>();
  for (const { id } of readJobs(jobsDir).jobs) {
    const draft = draftCard(jobsDir, id);
    if (draft && publishedAs(draft, own)) newest.set(draft.name, id);
  }
  return new Set(newest.values());
}

/** Publishes what a finished training left as the next version of its name, once. Not to be run twice at the same time. */
export async function publishJob(
  jobsDir: string,
  id: string,
  ownModelsDir: string,
  shippedDir: string,
): Promise<Result<{ model: string; version: string }, NoData>> {
  const problem = whyNotPublished(jobsDir, id);
  if (problem !== '') return fail({ kind: 'no-data', text: problem });
  const draft = draftCard(jobsDir, id) as Draft;
  const before = publishedAs(draft, readCards(ownModelsDir));
  if (before) return fail({ kind: 'no-data', text: `It is published already, as ${before.name} ${before.version}.` });
  const { result } = jobFiles(jobsDir, id);
  const made = {
    model: readFileSync(join(result, RESULT_MODEL)),
    golden: goldenSchema.parse(JSON.parse(readFileSync(join(result, RESULT_GOLDEN), 'utf8'))),
    card: draft,
  };
  const { card } = await publishNext(ownModelsDir, [shippedDir], made);
  return ok({ model: card.name, version: card.version });
}
