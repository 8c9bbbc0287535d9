import { writeFile } from 'node:fs/promises';
import { readCandleFile } from '../candle-files/index.ts';
import { TIMEFRAME_MS } from '../engine/domain/candle.ts';
import { computeFeatures } from '../engine/features/feature-set.ts';
import { featureSetIdentities } from '../engine/features/feature-sets.ts';
import type { CardQuestion } from '../ml/card.ts';
import { buildDataSet } from '../ml/datasets/build-data-set.ts';
import { matrixOfTable } from '../ml/datasets/data-set.ts';
import type { Task } from '../ml/families/task.ts';
import { openModelPackage } from '../ml/host/model-package.ts';
import { lossOf, naiveAnswer } from '../ml/judgement/losses.ts';
import { riseSet } from '../ml/judgement/rise.ts';
import { openLabModel } from '../ml/lab-model/model-folder.ts';
import { listVersions, readCard } from '../ml/registry/model-folders.ts';
import { MODELS_DIR } from '../product.ts';
import { readInstruments } from './candle-instruments.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

/** `evaluate MODEL CANDLES…`: how a model of the lab does on other candles, beside the answer that knows nothing. */
export async function evaluate(folder: string, files: readonly string[]): Promise<Outcome> {
  const read = await readInstruments(files);
  if (!read.ok) return badInput(read.error.message);
  const { instruments, timeframe } = read.value;
  const opened = await openLabModel(folder).catch((error: Error) => error);
  if (opened instanceof Error) return badInput(opened.message);
  const { card, featureSet, answers } = opened;
  try {
    if (timeframe !== card.timeframe) {
      return badInput(`${folder} answers ${card.timeframe} candles, not ${timeframe}`);
    }
    const built = buildDataSet(instruments, { timeframe, featureSet, label: card.question.label });
    const set = card.question.from ? riseSet(built.set) : built.set;
    const task = taskOf(card.question, built.task);
    const said = await answers.answer(set, card.windowBars);
    const width = card.question.outputs.length;
    const naive = naiveAnswer(task, set.targets);
    let [loss, naiveLoss] = [0, 0];
    for (let i = 0; i < set.rowOf.length; i++) {
      loss += lossOf(task, said, i * width, set.targets[i]!) / set.rowOf.length;
      naiveLoss += lossOf(task, naive, 0, set.targets[i]!) / set.rowOf.length;
    }
    const value = { ok: true, model: `${card.name} ${card.version}`, samples: set.rowOf.length, loss, naiveLoss };
    const better = loss < naiveLoss ? 'less than' : 'no less than';
    return done(
      value,
      `${value.model}: loss ${loss.toFixed(5)} on ${value.samples} questions, ${better} ${naiveLoss.toFixed(5)} of always giving the rate`,
    );
  } catch (error) {
    return failed({ ok: false, error: (error as Error).message }, (error as Error).message);
  } finally {
    await answers.release();
  }
}

/** What it answers, where it may be asked more than its label says. */
function taskOf({ task, outputs }: CardQuestion, asked: Task): Task {
  if (task === 'quantile') return { kind: task, levels: outputs.map((name) => Number(name.split(' q')[1])) };
  return task === 'binary' ? { kind: task } : asked;
}

/** `predict MODEL CANDLES --out CSV`: a model's answer at every close, as `backtest --predictions` reads it where it is one probability. */
export async function predict(folder: string, file: string, out: string): Promise<Outcome> {
  const read = await readCandleFile(file);
  if (!read.ok) return badInput(read.error.message);
  const opened = await openLabModel(folder).catch((error: Error) => error);
  if (opened instanceof Error) return badInput(opened.message);
  const { card, featureSet, answers } = opened;
  const candles = read.value.columns;
  try {
    const { rows } = computeFeatures(featureSet, candles);
    const width = featureSet.features.length;
    const first = featureSet.warmUpBars - 1;
    if (rows.length <= first + card.windowBars)
      return badInput(`${file}: ${rows.length} candles are too few for one answer`);
    const cells = new Float32Array((rows.length - first) * width);
    for (let row = first; row < rows.length; row++) cells.set(rows[row]!, (row - first) * width);
    const matrix = matrixOfTable(card.featureSet, cells);
    const asked = Int32Array.from(
      { length: rows.length - first - card.windowBars + 1 },
      (_, i) => i + card.windowBars - 1,
    );
    const said = await answers.answer({ matrix, rowOf: asked }, card.windowBars);
    const names = card.question.task === 'binary' ? ['probability'] : card.question.outputs;
    const lengthMs = TIMEFRAME_MS[card.timeframe];
    const lines = Array.from(asked, (row, i) => {
      const own = said.subarray(i * names.length, (i + 1) * names.length);
      return [candles.openTimeMs[row + first]! + lengthMs, ...own].join(',');
    });
    await writeFile(out, `${[['timestamp_ms', ...names].join(','), ...lines].join('\n')}\n`);
    return done({ ok: true, out, rows: lines.length, columns: names }, `${lines.length} answers written to ${out}`);
  } catch (error) {
    return badInput(`${out} cannot be written: ${(error as Error).message}`);
  } finally {
    await answers.release();
  }
}

/** `models list [DIR]`: models that trade or may, of the terminal or of the lab. */
export function modelsList(dir = MODELS_DIR): Outcome {
  const models = listVersions(dir).map((each) => {
    const card = readCard(each);
    return {
      model: each.model,
      version: each.version,
      family: card?.family.name ?? null,
      edge: card?.edge.verdict ?? null,
      question: card?.question.text ?? null,
    };
  });
  const rows = models.map(({ model, version, family, edge }) => [
    model,
    version,
    family ?? 'its card cannot be read',
    edge === 'none' ? 'no edge' : (edge ?? ''),
  ]);
  const text =
    models.length === 0 ? `no models in ${dir}` : textTable([['model', 'version', 'family', 'edge'], ...rows]);
  return done({ ok: true, dir, models }, text);
}

/** `models verify [DIR]`: files, features and golden rows of every model, as the terminal checks them before one may answer. */
export async function modelsVerify(dir = MODELS_DIR): Promise<Outcome> {
  const sets = featureSetIdentities();
  const checks: { model: string; ok: boolean; reason: string | null }[] = [];
  for (const { model, version, modelsDir } of listVersions(dir)) {
    const opened = await openModelPackage(modelsDir, model, version, sets);
    if (opened.ok) await opened.value.session.release();
    checks.push({ model: `${model} ${version}`, ok: opened.ok, reason: opened.ok ? null : opened.error.reason });
  }
  const isWell = checks.every(({ ok }) => ok);
  const text = checks
    .map(({ model, ok, reason }) => `${ok ? '✓' : '✗'} ${model}${reason === null ? '' : `: ${reason}`}`)
    .join('\n');
  return (isWell ? done : failed)({ ok: isWell, dir, models: checks }, text === '' ? `no models in ${dir}` : text);
}
