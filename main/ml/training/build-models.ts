/**
 * Builds the models that ship: `npm run models:build -- <data dir> [models dir] [name …]`. The data folder holds MANIFEST.csv and
 * candles/5m. Minutes to half an hour each on one core, seeded; a model that is there already is left alone unless it is named, so that
 * a run which was broken off goes on where it was.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PACKAGE_FILES } from '../card.ts';
import { buildDirectionModel, DIRECTION_VERSION } from './build-direction-model.ts';
import { buildReversalModel, REVERSAL_MODEL } from './build-reversal-model.ts';
import { DIRECTION_PLANS } from './direction-plans.ts';
import { readTrainingSources } from './training-sources.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const [dataDir, modelsDir = join(import.meta.dirname, '../../../models'), ...wanted] = process.argv.slice(2);
  const builders = [
    { ...REVERSAL_MODEL, build: buildReversalModel },
    ...DIRECTION_PLANS.map((plan) => ({
      name: plan.name,
      version: DIRECTION_VERSION,
      build: (...[data, dir, tell]: Parameters<typeof buildReversalModel>) =>
        buildDirectionModel(data, plan, dir, tell),
    })),
  ];
  const unknown = wanted.find((name) => !builders.some((each) => each.name === name));
  if (dataDir === undefined || unknown !== undefined) {
    if (unknown !== undefined) say(`there is no model ${unknown}: ${builders.map(({ name }) => name).join(', ')}`);
    say('usage: npm run models:build -- <data dir> [models dir] [name …]');
    return 2;
  }
  try {
    const target = resolve(modelsDir);
    const data = await readTrainingSources(resolve(dataDir), 'candles/5m');
    for (const { name, version, build } of builders) {
      const isThere = existsSync(join(target, name, version, PACKAGE_FILES.card));
      if (wanted.length > 0 ? !wanted.includes(name) : isThere) continue;
      say(`${name} …`);
      await build(data, target, (text) => say(`${name}: ${text}`));
    }
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await main();
