import { writeFile } from 'node:fs/promises';
import { readCandleFile } from '../candle-files/index.ts';
import { TIMEFRAME_MS } from '../engine/domain/candle.ts';
import { computeFeatures, featureNames, featureSetHash } from '../engine/features/feature-set.ts';
import { featureSetByName } from '../engine/features/feature-sets.ts';
import { buildDataSet } from '../ml/datasets/build-data-set.ts';
import { matrixOfTable } from '../ml/datasets/data-set.ts';
import { openModelPackage } from '../ml/host/model-package.ts';
import { lossOf, naiveAnswer } from '../ml/judgement/losses.ts';
import { labModelsBelow, openLabModel, readReport } from '../ml/lab-model/model-folder.ts';
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
  const { report, featureSet, answers } = opened;
  try {
    if (timeframe !== report.question.timeframe) {
      return badInput(`${folder} answers ${report.question.timeframe} candles, not ${timeframe}`);
    }
    const { set, task: asked } = buildDataSet(instruments, { timeframe, featureSet, label: report.question.label });
    const levels = report.question.outputs.map((name) => Number(name.split(' q')[1]));
    const task = report.question.task === 'quantile' ? ({ kind: 'quantile', levels } as const) : asked;
    const said = await answers.answer(set, report.windowBars);
    const width = report.question.outputs.length;
    const naive = naiveAnswer(task, set.targets);
    let [loss, naiveLoss] = [0, 0];
    for (let i = 0; i < set.rowOf.length; i++) {
      loss += lossOf(task, said, i * width, set.targets[i]!) / set.rowOf.length;
      naiveLoss += lossOf(task, naive, 0, set.targets[i]!) / set.rowOf.length;
    }
    const value = { ok: true, model: `${report.name} ${report.version}`, samples: set.rowOf.length, loss, naiveLoss };
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

/** `predict MODEL CANDLES --out CSV`: a model's answer at every close, as `backtest --predictions` reads it where it is one probability. */
export async function predict(folder: string, file: string, out: string): Promise<Outcome> {
  const read = await readCandleFile(file);
  if (!read.ok) return badInput(read.error.message);
  const opened = await openLabModel(folder).catch((error: Error) => error);
  if (opened instanceof Error) return badInput(opened.message);
  const { report, featureSet, answers } = opened;
  const candles = read.value.columns;
  try {
    const { rows } = computeFeatures(featureSet, candles);
    const width = featureSet.features.length;
    const first = featureSet.warmUpBars - 1;
    if (rows.length <= first + report.windowBars)
      return badInput(`${file}: ${rows.length} candles are too few for one answer`);
    const cells = new Float32Array((rows.length - first) * width);
    for (let row = first; row < rows.length; row++) cells.set(rows[row]!, (row - first) * width);
    const matrix = matrixOfTable(report.question.featureSet, cells);
    const asked = Int32Array.from(
      { length: rows.length - first - report.windowBars + 1 },
      (_, i) => i + report.windowBars - 1,
    );
    const said = await answers.answer({ matrix, rowOf: asked }, report.windowBars);
    const names = report.question.task === 'binary' ? ['probability'] : report.question.outputs;
    const lengthMs = TIMEFRAME_MS[report.question.timeframe];
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

/** `models list [DIR]`: models that trade (with a card) and models of the lab (with a report). */
export function modelsList(dir = MODELS_DIR): Outcome {
  const cards = listVersions(dir).flatMap((version) => {
    const card = readCard(version);
    return card === null
      ? []
      : [
          {
            model: card.name,
            version: card.version,
            family: card.kind,
            edge: card.edge.verdict,
            question: card.label.question,
          },
        ];
  });
  const reports = labModelsBelow(dir).map((folder) => {
    const { name, version, family, judgement, question } = readReport(folder);
    return { model: name, version, family, edge: judgement.verdict.edge, question: JSON.stringify(question.label) };
  });
  const models = [...cards, ...reports];
  const rows = models.map(({ model, version, family, edge }) => [
    model,
    version,
    family,
    edge === 'none' ? 'no edge' : edge,
  ]);
  const text =
    models.length === 0 ? `no models in ${dir}` : textTable([['model', 'version', 'family', 'edge'], ...rows]);
  return done({ ok: true, dir, models }, text);
}

/** `models verify [DIR]`: files, features and golden rows of every model, as the terminal checks them before one may answer. */
export async function modelsVerify(dir = MODELS_DIR): Promise<Outcome> {
  const checks: { model: string; ok: boolean; reason: string | null }[] = [];
  for (const { model, version, modelsDir } of listVersions(dir)) {
    if (labModelsBelow(dir).some((folder) => folder.endsWith(`${model}/${version}`))) continue;
    const card = readCard({ model, version, modelsDir });
    const set = card === null ? undefined : featureSetByName(card.featureSet.name);
    const sets = set ? [{ name: set.name, hash: featureSetHash(set), features: [...featureNames(set)] }] : [];
    const opened = await openModelPackage(modelsDir, model, version, sets);
    if (opened.ok) await opened.value.session.release();
    checks.push({ model: `${model} ${version}`, ok: opened.ok, reason: opened.ok ? null : opened.error.reason });
  }
  for (const folder of labModelsBelow(dir)) {
    const opened = await openLabModel(folder).catch((error: Error) => error);
    const name = folder.split('/').slice(-2).join(' ');
    if (opened instanceof Error) checks.push({ model: name, ok: false, reason: opened.message });
    else {
      await opened.answers.release();
      checks.push({ model: name, ok: true, reason: null });
    }
  }
  const isWell = checks.every(({ ok }) => ok);
  const text = checks
    .map(({ model, ok, reason }) => `${ok ? '✓' : '✗'} ${model}${reason === null ? '' : `: ${reason}`}`)
    .join('\n');
  return (isWell ? done : failed)({ ok: isWell, dir, models: checks }, text === '' ? `no models in ${dir}` : text);
}
