import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { featureSetByName, setThatKnows } from '../engine/features/feature-sets.ts';
import { buildDataSet } from '../ml/datasets/build-data-set.ts';
import { windowAt } from '../ml/datasets/data-set.ts';
import { labelSchema } from '../ml/labels/label.ts';
import { readInstruments } from './candle-instruments.ts';
import { badInput, done, type Outcome } from './output.ts';

interface FeaturesOptions {
  readonly set: string;
  readonly out: string;
  readonly label: 'direction' | 'reversal';
  readonly horizon: number;
  readonly multiple: number;
}

/** `models features CANDLES…`: what a model elsewhere may learn from: our features at every close, and the answer that came of it. */
export async function modelsFeatures(files: readonly string[], options: FeaturesOptions): Promise<Outcome> {
  const { set: name, label: kind, horizon: horizonBars, multiple, out } = options;
  const read = await readInstruments(files);
  if (!read.ok) return badInput(read.error.message);
  const named = featureSetByName(name);
  if (!named) return badInput(`there is no feature set ${name}: v1, reversal-v1, v2`);
  const label = labelSchema.safeParse({ kind, horizonBars, multiple });
  if (!label.success) return badInput(`label ${kind}: ${label.error.issues[0]!.message}`);
  const featureSet = setThatKnows(named, 'candles');
  try {
    const question = { timeframe: read.value.timeframe, featureSet, label: label.data };
    const { set } = buildDataSet(read.value.instruments, question);
    const features = set.matrix.set.features;
    const file = createWriteStream(out);
    file.write(`${['instrument', 'timestamp_ms', 'answered_ms', ...features, 'answer'].join(',')}\n`);
    for (let i = 0; i < set.rowOf.length; i++) {
      const instrument = set.matrix.instruments[set.instrumentOf[i]!];
      const line = [instrument, set.askedMs[i], set.knownMs[i], ...windowAt(set, i), set.targets[i]].join(',');
      if (!file.write(`${line}\n`)) await once(file, 'drain');
    }
    file.end();
    await finished(file);
    const value = { ok: true, out, rows: set.rowOf.length, features };
    return done(value, `${value.rows} closes with ${features.length} features and their answer written to ${out}`);
  } catch (error) {
    return badInput((error as Error).message);
  }
}
