import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type ModelReport, modelReportSchema } from '../../../preload/model-report.ts';
import { type TrainingJob, type TrainingPlan, trainingPlanSchema } from '../../../preload/models-contract.ts';
import { jobFiles, RESULT_REPORT } from '../train/job-folder.ts';

/** What lies beside a job; null where it is not there or cannot be read. */

export const planOf = (jobsDir: string, id: string): TrainingPlan | null =>
  readAs(trainingPlanSchema, jobFiles(jobsDir, id).plan);

export const reportOf = (jobsDir: string, id: string): ModelReport | null =>
  readAs(modelReportSchema, join(jobFiles(jobsDir, id).result, RESULT_REPORT));

export function verdictOf(jobsDir: string, id: string): TrainingJob['verdict'] {
  const report = reportOf(jobsDir, id);
  return report && { edge: report.edge, sentence: report.sentence };
}

function readAs<T>(schema: z.ZodType<T>, path: string): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
