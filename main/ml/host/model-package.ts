import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { type FeatureSetIdentity, firstIssue } from '../../engine/inference/protocol.ts';
import { cardSchema, type Golden, goldenSchema, type ModelCard, PACKAGE_FILES } from '../card.ts';
import { inspectModel } from '../onnx/inspect-model.ts';
import type { GpuWay } from '../providers/provider.ts';
import { type ModelSession, openModelSession } from './model-session.ts';

/** A model that passed every check and may answer. */
export interface OpenModel {
  readonly card: ModelCard;
  readonly golden: Golden;
  /** How far its answers to the golden rows lie at most from those that are written there. */
  readonly apart: number;
  readonly session: ModelSession;
  /** Where the newest value of the feature lies that says the trend; null where the question has none. */
  readonly trendFeatureIndex: number | null;
}

/** Why a model did not load, one sentence that names the file and the field. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
}

/** A card with every family's figures is a tenth of it. */
const JSON_BYTES_MAX = 16 * 2 ** 20;

const refuse = (reason: string): { readonly ok: false; readonly error: Refusal } => fail({ kind: 'refused', reason });

/**
 * Loads `<modelsDir>/<name>/<version>/`: card, hash of the model file, feature set, shapes and the golden rows, in that
 * order, and refuses at the first thing that is not as the card says.
 * @param way null for the processor
 */
export async function openModelPackage(
  modelsDir: string,
  name: string,
  version: string,
  featureSets: readonly FeatureSetIdentity[],
  way: GpuWay | null = null,
): Promise<Result<OpenModel, Refusal>> {
  const dir = join(modelsDir, name, version);
  const label = (file: string): string => `${name}/${version}/${file}`;

  const card = await readJson(join(dir, PACKAGE_FILES.card), label(PACKAGE_FILES.card), cardSchema);
  if (!card.ok) return card;
  const cardProblem = checkCard(card.value, name, version, featureSets);
  if (cardProblem !== null) return refuse(`${label('card.json')}: ${cardProblem}.`);

  const golden = await readJson(join(dir, PACKAGE_FILES.golden), label(PACKAGE_FILES.golden), goldenSchema);
  if (!golden.ok) return golden;
  const featureCount = card.value.featureSet.features.length;

  const model = await readBytes(join(dir, PACKAGE_FILES.model));
  if (model === null) return refuse(`${label('model.onnx')}: the file is missing or unreadable.`);
  const hash = createHash('sha256').update(model).digest('hex');
  if (hash !== card.value.modelSha256) {
    const sizes = `${model.length} bytes, card.json says ${card.value.modelBytes}`;
    return refuse(`${label('model.onnx')}: sha256 ${hash.slice(0, 12)}… is not modelSha256 of card.json (${sizes}).`);
  }
  const structure = inspectModel(model);
  if (structure !== null) return refuse(`${label('model.onnx')}: ${structure}.`);
  const { task, outputs, trendFeature } = card.value.question;
  const session = await openModelSession(model, featureCount, { task, outputs: outputs.length }, way);
  if (!session.ok) return refuse(`${label('model.onnx')}: ${session.error.message}.`);

  const { windowBars } = session.value;
  const cells = windowBars * featureCount;
  const shapeProblem =
    windowBars === card.value.windowBars
      ? shapeOfGolden(golden.value, cells)
      : `card.json says ${card.value.windowBars} candles a row, the model takes ${windowBars}`;
  const answered = shapeProblem === null ? await checkGolden(session.value, golden.value) : shapeProblem;
  if (typeof answered === 'string') {
    await session.value.release();
    return refuse(`${label('golden.json')}: ${answered}.`);
  }
  // Of a window, in its last row.
  const trendFeatureIndex =
    trendFeature === null ? null : cells - featureCount + card.value.featureSet.features.indexOf(trendFeature);
  return ok({ card: card.value, golden: golden.value, apart: answered, session: session.value, trendFeatureIndex });
}

function checkCard(
  card: ModelCard,
  name: string,
  version: string,
  featureSets: readonly FeatureSetIdentity[],
): string | null {
  if (card.name !== name) return `name is "${card.name}", the folder says "${name}"`;
  if (card.version !== version) return `version is "${card.version}", the folder says "${version}"`;
  const { featureSet } = card;
  const { trendFeature, task, outputs } = card.question;
  if (trendFeature !== null && !featureSet.features.includes(trendFeature)) {
    return `question.trendFeature "${trendFeature}" is not among featureSet.features`;
  }
  if (task === 'binary' && outputs.length !== 1)
    return `question.outputs has ${outputs.length} names, a yes or no has 1`;
  if ((task === 'binary') !== (card.outOfSample.event !== null)) {
    return 'outOfSample.event is there where question.task is binary, and only there';
  }
  for (const [index, feature] of featureSet.features.entries()) {
    const described = card.trainingDistribution.features[index]?.name;
    if (described !== feature) {
      return `trainingDistribution.features[${index}] is ${described === undefined ? 'missing' : `"${described}"`}, featureSet names "${feature}"`;
    }
  }
  const current = featureSets.find((each) => each.name === featureSet.name);
  if (current === undefined) return `featureSet.name "${featureSet.name}" is not a feature set this engine computes`;
  for (const [index, feature] of featureSet.features.entries()) {
    const computed = current.features[index];
    if (computed !== feature) {
      return `featureSet.features[${index}] is "${feature}", the engine computes ${computed === undefined ? 'no such feature' : `"${computed}"`}`;
    }
  }
  if (current.features.length !== featureSet.features.length) {
    const given = featureSet.features.length;
    return `featureSet.features has ${given} names, the engine computes ${current.features.length}`;
  }
  if (current.hash !== featureSet.hash) {
    return `featureSet.hash is "${featureSet.hash}", the engine computes "${current.hash}"`;
  }
  return null;
}

function shapeOfGolden({ cases }: Golden, cells: number): string | null {
  const bad = cases.findIndex(({ features }) => features.length !== cells);
  return bad < 0 ? null : `cases[${bad}].features has ${cases[bad]?.features.length} values, expected ${cells}`;
}

/** How far the answers lie apart at most; a sentence where it is too far. */
async function checkGolden(session: ModelSession, golden: Golden): Promise<number | string> {
  let apart = 0;
  for (const [index, expected] of golden.cases.entries()) {
    const answer = await session.run(expected.features);
    if (!answer.ok) return `cases[${index}] could not be computed: ${answer.error.message}`;
    for (const field of ['raw', 'answer'] as const) {
      const [own, stated] = [answer.value[field], expected[field]];
      if (own.length !== stated.length)
        return `cases[${index}].${field} has ${stated.length} numbers, the model answers ${own.length}`;
      const off = stated.findIndex((value, k) => !isAlike(own[k] ?? Number.NaN, value, golden.tolerance));
      if (off >= 0) return `cases[${index}].${field}[${off}] is ${stated[off]}, the model answers ${own[off]}`;
      for (const [k, value] of stated.entries()) apart = Math.max(apart, Math.abs(own[k]! - value));
    }
  }
  return apart;
}

const isAlike = (own: number, stated: number, tolerance: number): boolean =>
  Math.abs(own - stated) <= tolerance * Math.max(1, Math.abs(stated));

async function readJson<T>(path: string, label: string, schema: z.ZodType<T>): Promise<Result<T, Refusal>> {
  const bytes = await readBytes(path, JSON_BYTES_MAX);
  if (bytes === null) return refuse(`${label}: the file is missing or unreadable.`);
  let data: unknown;
  try {
    data = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return refuse(`${label}: not valid JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const parsed = schema.safeParse(data);
  return parsed.success ? ok(parsed.data) : refuse(`${label}: ${firstIssue(parsed.error)}.`);
}

async function readBytes(path: string, bytesMax = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
  try {
    return (await stat(path)).size > bytesMax ? null : await readFile(path);
  } catch {
    return null;
  }
}
