import { openAnsweringBook } from '../answering-gpu.ts';
import { openDataFolder } from '../data-folder.ts';
import { PROVIDER_TITLES } from '../ml/providers/provider.ts';
import { type Measured, openProviderBook } from '../ml/providers/provider-book.ts';
import { gpuProviders, PROVIDER_BUILD } from '../ml/providers/runtime-gpus.ts';
import { providersFile } from '../ml/train/job-folder.ts';
import { done, type Outcome } from './output.ts';

/**
 * `models gpu show`: what is known of this machine's GPUs, for training nets and for asking models. `models gpu retry`: what was measured and
 * quarantined counts no more.
 */
export function modelsGpu(verb: 'show' | 'retry', dataDir: string | undefined, nowMs: number): Outcome {
  const folder = openDataFolder(dataDir);
  const training = openProviderBook(providersFile(folder.trainingJobs), PROVIDER_BUILD, () => nowMs);
  const answering = openAnsweringBook(folder, () => nowMs);
  if (verb === 'retry') {
    for (const book of [training, answering]) book.forget();
    return done(
      { ok: true },
      'What comes next measures anew: the next training of a net, the next model that takes long to answer.',
    );
  }
  const { inUse, ...trained } = training.read();
  const { measured, quarantined } = answering.read();
  const known = gpuProviders();
  const lines = [
    known.length === 0
      ? 'This build of the runtime knows no GPU: the processor trains and answers.'
      : `Known to the runtime: ${known.map((provider) => PROVIDER_TITLES[provider]).join(', ')}.`,
    ...trained.quarantined.map(({ provider, why }) => `${PROVIDER_TITLES[provider]} trains nothing: ${why}.`),
    ...quarantined.map(({ provider, why }) => `${PROVIDER_TITLES[provider]} is asked nothing: ${why}.`),
    ...[...trained.measured, ...measured].map(measuredText),
    ...(trained.measured.length + measured.length === 0 && known.length > 0
      ? ['Nothing was measured yet: the first training of a net does, and the first model that takes long to answer.']
      : []),
    ...(inUse ? [`${PROVIDER_TITLES[inUse.provider]} is in use by the training ${inUse.job}.`] : []),
  ];
  const value = { ok: true, known, ...trained, inUse, answering: { measured, quarantined } };
  return done(value, lines.join('\n'));
}

const measuredText = ({ provider, net, timesAsFast, apartShare, why }: Measured): string =>
  timesAsFast === null || apartShare === null
    ? `${PROVIDER_TITLES[provider]}, ${net}: ${why}`
    : `${PROVIDER_TITLES[provider]}, ${net}: ${timesAsFast.toPrecision(2)} times as fast as the processor, ${(100 * apartShare).toPrecision(1)} % apart`;
