import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { FeatureSet } from '../../engine/features/feature-set.ts';
import { featureSetByName, featureSetIdentities } from '../../engine/features/feature-sets.ts';
import { type ModelCard, PACKAGE_FILES } from '../card.ts';
import { type OpenModel, openModelPackage } from '../host/model-package.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import { type ModelAnswers, openAnswers } from './answers.ts';

/** A model of a folder, checked, that may be asked about any candles. */
export interface LabFolder {
  readonly card: ModelCard;
  readonly featureSet: FeatureSet;
  readonly answers: ModelAnswers;
}

/** As `openLabModel` checks it, whole: to be published under a version of its own. @throws Error as it does */
export async function readLabPackage(folder: string): Promise<MadeModel> {
  const { card, golden } = await checkFolder(folder);
  const { cost: _, ...made } = card;
  return { model: readFileSync(join(folder, PACKAGE_FILES.model)), golden, card: made };
}

/**
 * Opens `<dir>/<name>/<version>` as the terminal would: its file is the one of its card, its features are computed here as they
 * were when it learnt, and it answers its golden rows as it did.
 * @throws Error in one sentence with the first thing that is not so
 */
export async function openLabModel(folder: string): Promise<LabFolder> {
  const { card } = await checkFolder(folder);
  const featureSet = featureSetByName(card.featureSet.name) as FeatureSet;
  const answers = await openAnswers(readFileSync(join(folder, PACKAGE_FILES.model)), card.question.task);
  return { card, featureSet, answers };
}

async function checkFolder(folder: string): Promise<Pick<OpenModel, 'card' | 'golden'>> {
  const path = resolve(folder);
  const [version, name, dir] = [basename(path), basename(dirname(path)), dirname(dirname(path))];
  const checked = await openModelPackage(dir, name, version, featureSetIdentities());
  if (!checked.ok) throw new Error(checked.error.reason.replace(/\.$/, ''));
  await checked.value.session.release();
  return checked.value;
}
