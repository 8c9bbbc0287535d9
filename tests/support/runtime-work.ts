/**
 * What the runtime of this process makes of the shipped models and of some steps of training: one line of JSON. A process of its own, for
 * which runtime it is is settled once, as it is loaded.
 */
import { featureSetIdentities } from '../../main/engine/features/feature-sets.ts';
import { openModelPackage } from '../../main/ml/host/model-package.ts';
import { RUNTIME } from '../../main/ml/onnx-runtime.ts';
import { listVersions } from '../../main/ml/registry/model-folders.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { smallNets } from './small-nets.ts';
import { STEPS_WINDOW, trainSteps } from './training-steps.ts';

export interface RuntimeWork {
  readonly kind: typeof RUNTIME.kind;
  readonly why: string;
  /** Each with what it was refused for; null where its golden rows were answered as when it was made. */
  readonly models: readonly {
    readonly name: string;
    readonly provider: string | null;
    readonly refused: string | null;
  }[];
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

const models: RuntimeWork['models'][number][] = [];
for (const { model, version } of listVersions(MODELS_DIR)) {
  const opened = await openModelPackage(MODELS_DIR, model, version, featureSetIdentities());
  const name = `${model}/${version}`;
  if (opened.ok) {
    models.push({ name, provider: opened.value.session.provider, refused: null });
    await opened.value.session.release();
  } else models.push({ name, provider: null, refused: opened.error.reason });
}
const losses: Record<string, readonly number[]> = {};
for (const [name, net] of Object.entries(smallNets(STEPS_WINDOW, 1)))
  losses[name] = (await trainSteps(net, 'cpu')).losses;
const work: RuntimeWork = { kind: RUNTIME.kind, why: RUNTIME.why, models, losses };
process.stdout.write(`${JSON.stringify(work)}\n`);
