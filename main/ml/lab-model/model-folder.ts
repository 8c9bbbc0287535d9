import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureNames, featureSetHash } from '../../engine/features/feature-set.ts';
import { featureSetByName } from '../../engine/features/feature-sets.ts';
import { matrixOfTable } from '../datasets/data-set.ts';
import { openAnswers } from './answers.ts';
import { LAB_MODEL_FILES, type LabReport, labGoldenSchema, reportSchema } from './report-file.ts';
import type { LabModel } from './train-model.ts';

/** Writes `<dir>/<name>/<version>/` whole: built beside it and moved into place. Returns where. */
export async function writeLabModel(dir: string, { model, report, golden }: LabModel): Promise<string> {
  const target = join(dir, report.name, report.version);
  const staging = join(dir, report.name, `.${report.version}-${process.pid}`);
  await mkdir(staging, { recursive: true });
  try {
    await writeFile(join(staging, LAB_MODEL_FILES.model), model);
    await writeFile(join(staging, LAB_MODEL_FILES.golden), `${JSON.stringify(golden)}\n`);
    await writeFile(join(staging, LAB_MODEL_FILES.report), `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/** @throws Error in one sentence that names file and field */
export function readReport(folder: string): LabReport {
  return readJson(folder, LAB_MODEL_FILES.report, reportSchema);
}

/** Folders below `dir` that hold a model of the lab: `<name>/<version>`. */
export function labModelsBelow(dir: string): string[] {
  const inside = (at: string): string[] =>
    existsSync(at)
      ? readdirSync(at, { withFileTypes: true })
          .filter((each) => each.isDirectory() && !each.name.startsWith('.'))
          .map((each) => join(at, each.name))
      : [];
  return inside(dir)
    .flatMap(inside)
    .filter((folder) => existsSync(join(folder, LAB_MODEL_FILES.report)))
    .sort();
}

/**
 * Checks a model before it is believed: its file is the one reported, its features are computed here as they were when it
 * learnt, and it answers its golden rows as it did.
 * @throws Error with the first thing that is not so
 */
export async function openLabModel(folder: string) {
  const report = readReport(folder);
  const golden = readJson(folder, LAB_MODEL_FILES.golden, labGoldenSchema);
  const model = readFileSync(join(folder, LAB_MODEL_FILES.model));
  const sha256 = createHash('sha256').update(model).digest('hex');
  if (sha256 !== report.modelSha256)
    throw new Error(`${folder}: ${LAB_MODEL_FILES.model} is not the file that was reported`);
  const { name, hash, features } = report.question.featureSet;
  const featureSet = featureSetByName(name);
  if (featureSet === undefined) throw new Error(`${folder}: there is no feature set ${name}`);
  const isSame =
    featureSetHash(featureSet) === hash && features.every((each, k) => each === featureNames(featureSet)[k]);
  if (!isSame) throw new Error(`${folder}: feature set ${name} is no longer computed as it was when the model learnt`);
  const answers = await openAnswers(model, report.question.task);
  try {
    for (const [k, { features: cells, answer }] of golden.cases.entries()) {
      const matrix = matrixOfTable(report.question.featureSet, Float32Array.from(cells));
      const own = await answers.answer({ matrix, rowOf: Int32Array.of(report.windowBars - 1) }, report.windowBars);
      const isAlike = answer.every(
        (value, i) => Math.abs(own[i]! - value) <= golden.tolerance * Math.max(1, Math.abs(value)),
      );
      if (!isAlike) throw new Error(`${folder}: golden case ${k} comes out otherwise`);
    }
  } catch (error) {
    await answers.release();
    throw error;
  }
  return { report, featureSet, answers };
}

function readJson<T>(folder: string, file: string, schema: { parse(value: unknown): T }): T {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  } catch (error) {
    const issues = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues?.[0];
    const why = issues ? `${issues.path.join('.')}: ${issues.message}` : (error as Error).message;
    throw new Error(`${join(folder, file)}: ${why}`);
  }
}
