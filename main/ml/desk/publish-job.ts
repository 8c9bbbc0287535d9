import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { cardSchema, goldenSchema, type ModelCard, whyNoVote } from '../card.ts';
import { publishNext } from '../registry/publish-package.ts';
import { jobFiles, RESULT_DRAFT, RESULT_GOLDEN, RESULT_MODEL } from '../train/job-folder.ts';
import type { NoData } from './make-data.ts';
import { reportOf } from './trained.ts';

const draftSchema = cardSchema.omit({ cost: true });
type Draft = Omit<ModelCard, 'cost'>;

/** The card that a finished training left, but for what it costs; null where there is none. */
export function draftCard(jobsDir: string, id: string): Draft | null {
  try {
    return draftSchema.parse(JSON.parse(readFileSync(join(jobFiles(jobsDir, id).result, RESULT_DRAFT), 'utf8')));
  } catch {
    return null;
  }
}

/** Why what a training left cannot be published, in a sentence; empty where it can. */
export function whyNotPublished(jobsDir: string, id: string): string {
  const report = reportOf(jobsDir, id);
  if (report === null) return 'It was not judged.';
  if (report.edge === 'unknown') return report.sentence;
  const draft = draftCard(jobsDir, id);
  if (draft === null) return 'It was trained before models had cards: train it again.';
  const noVote = whyNoVote(draft.question);
  return noVote === null ? '' : `It cannot vote: ${noVote}.`;
}

/** Publishes what a finished training left as the next version of its name. */
export async function publishJob(
  jobsDir: string,
  id: string,
  ownModelsDir: string,
  shippedDir: string,
): Promise<Result<{ model: string; version: string }, NoData>> {
  const problem = whyNotPublished(jobsDir, id);
  if (problem !== '') return fail({ kind: 'no-data', text: problem });
  const { result } = jobFiles(jobsDir, id);
  const made = {
    model: readFileSync(join(result, RESULT_MODEL)),
    golden: goldenSchema.parse(JSON.parse(readFileSync(join(result, RESULT_GOLDEN), 'utf8'))),
    card: draftCard(jobsDir, id) as Draft,
  };
  const { card } = await publishNext(ownModelsDir, [shippedDir], made);
  return ok({ model: card.name, version: card.version });
}
