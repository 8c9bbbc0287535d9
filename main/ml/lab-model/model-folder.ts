import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { FeatureSet } from '../../engine/features/feature-set.ts';
import { featureSetByName, featureSetIdentities } from '../../engine/features/feature-sets.ts';
import { type ModelCard, PACKAGE_FILES } from '../card.ts';
import { openModelPackage } from '../host/model-package.ts';
import { type ModelAnswers, openAnswers } from './answers.ts';

/** A model of a folder, checked, that may be asked about any candles. */
export interface LabFolder {
  readonly card: ModelCard;
  readonly featureSet: FeatureSet;
  readonly answers: ModelAnswers;
}

/**
 * Opens `<dir>/<name>/<version>` as the terminal would: its file is the one of its card, its features are computed here as they
 * were when it learnt, and it answers its golden rows as it did.
 * @throws Error in one sentence with the first thing that is not so
 */
export async function openLabModel(folder: string): Promise<LabFolder> {
  const path = resolve(folder);
  const [version, name, dir] = [basename(path), basename(dirname(path)), dirname(dirname(path))];
  const checked = await openModelPackage(dir, name, version, featureSetIdentities());
  if (!checked.ok) throw new Error(checked.error.reason.replace(/\.$/, ''));
  const { card, session } = checked.value;
  await session.release();
  const featureSet = featureSetByName(card.featureSet.name) as FeatureSet;
  const answers = await openAnswers(readFileSync(join(path, PACKAGE_FILES.model)), card.question.task);
  return { card, featureSet, answers };
}
