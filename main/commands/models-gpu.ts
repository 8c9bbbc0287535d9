import { openDataFolder } from '../data-folder.ts';
import { gpuProviders, PROVIDER_TITLES } from '../ml/providers/provider.ts';
import { type Measured, openProviderBook, PROVIDER_BUILD } from '../ml/providers/provider-book.ts';
import { providersFile } from '../ml/train/job-folder.ts';
import { done, type Outcome } from './output.ts';

/** `models gpu show`: what is known of this machine's GPUs for training. `models gpu retry`: what was measured and quarantined counts no more. */
export function modelsGpu(verb: 'show' | 'retry', dataDir: string | undefined, nowMs: number): Outcome {
  const book = openProviderBook(providersFile(openDataFolder(dataDir).trainingJobs), PROVIDER_BUILD, () => nowMs);
  if (verb === 'retry') {
    book.forget();
    return done({ ok: true }, 'The next training of a net measures anew where it is best trained.');
  }
  const { measured, quarantined, inUse } = book.read();
  const known = gpuProviders();
  const lines = [
    known.length === 0
      ? 'This build of the runtime knows no GPU: nets are trained on the processor.'
      : `Known to the runtime: ${known.map((provider) => PROVIDER_TITLES[provider]).join(', ')}.`,
    ...quarantined.map(({ provider, why }) => `${PROVIDER_TITLES[provider]} is not tried: ${why}.`),
    ...measured.map(measuredText),
    ...(measured.length === 0 && known.length > 0
      ? ['Nothing was measured yet: the first training of a net does.']
      : []),
    ...(inUse ? [`${PROVIDER_TITLES[inUse.provider]} is in use by the training ${inUse.job}.`] : []),
  ];
  return done({ ok: true, known, measured, quarantined, inUse }, lines.join('\n'));
}

const measuredText = ({ provider, net, timesAsFast, apartShare, why }: Measured): string =>
  timesAsFast === null || apartShare === null
    ? `${PROVIDER_TITLES[provider]}, ${net}: ${why}`
    : `${PROVIDER_TITLES[provider]}, ${net}: ${timesAsFast.toPrecision(2)} times as fast as the processor, ${(100 * apartShare).toPrecision(1)} % apart`;
