import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ImportPlan, importPlanSchema } from '../../preload/models-contract.ts';
import type { DataFolder } from '../data-folder.ts';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { openFolderRegistry } from '../folder-registry.ts';
import type { ModelCard } from '../ml/card.ts';
import { importModel } from '../ml/desk/import-model.ts';
import { lookAtModel, MODEL_BYTES_MAX } from '../ml/elsewhere/look-at-model.ts';
import { type ModelOutline, shapeText } from '../ml/onnx/model-outline.ts';
import { trialBookFile } from '../ml/train/job-folder.ts';
import { estimateText } from '../ml/training/claim-words.ts';
import { MODELS_DIR } from '../product.ts';
import { withFolder } from './models-standing.ts';
import { badInput, done, type Outcome, textTable } from './output.ts';

export interface ImportOptions {
  readonly candles: readonly string[];
  readonly timeframe: string;
  readonly learntTo: string;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly note: string;
  readonly name?: string;
  readonly set?: string;
  readonly columns?: string;
  readonly window?: number;
  readonly input?: string;
  readonly output?: string;
  readonly label: 'direction' | 'reversal';
  readonly horizon: number;
  readonly multiple: number;
  readonly volatilityBars?: number;
  readonly class?: number;
  readonly says: 'yes' | 'no';
  readonly dataDir?: string;
}

/** `models look FILE`: what goes into a model's file and what comes out; nothing of it is run. */
export function modelsLook(file: string): Outcome {
  const looked = lookAtFile(file);
  if (!looked.ok) return badInput(looked.error.message);
  const { producer, opset, inputs, outputs, classNames } = looked.value;
  const rows = [
    ...inputs.map((port) => ['input', port.name, shapeText(port)]),
    ...outputs.map((port) => ['output', port.name, shapeText(port)]),
  ];
  const by = producer === '' ? 'a tool that does not name itself' : producer;
  const operators = opset === 0 ? 'no standard operators' : `operators of version ${opset}`;
  const classes = classNames.length === 0 ? '' : `\nclasses, from 0: ${classNames.join(', ')}`;
  return done(
    { ok: true, file, producer, opset, inputs, outputs, classNames },
    `${file}: written by ${by}, ${operators}\n${textTable([['', 'name', 'shape'], ...rows])}${classes}`,
  );
}

/** `models import FILE`: a model that was made elsewhere is judged on what came after it had learnt, and becomes a shadow. */
export async function modelsImport(file: string, options: ImportOptions): Promise<Outcome> {
  const plan = planOf(options);
  if (!plan.ok) return badInput(plan.error.message);
  const looked = lookAtFile(file);
  if (!looked.ok) return badInput(looked.error.message);
  return withFolder(options.dataDir, async (folder) => {
    const imported = await importModel(resolve(file), plan.value, placesOf(folder), {
      nowMs: systemClock.nowMs(),
      onStep: ({ text, step, steps }) => void process.stderr.write(`${step + 1} of ${steps}: ${text}\n`),
    });
    if (!imported.ok) return badInput(`${file}: ${imported.error.text}`);
    openFolderRegistry(folder).removeOld();
    const card = imported.value;
    const target = join(folder.models, card.name, card.version);
    return done({ ok: true, model: card.name, version: card.version, folder: target, card }, describe(card, target));
  });
}

interface Fault {
  readonly kind: 'bad-input';
  readonly message: string;
}
const bad = (message: string): Result<never, Fault> => fail({ kind: 'bad-input', message });

function lookAtFile(file: string): Result<ModelOutline, Fault> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return bad(`${file}: there is no such file`);
  if (found.size > MODEL_BYTES_MAX)
    return bad(`${file}: it has ${Math.ceil(found.size / 2 ** 20)} MB, ${MODEL_BYTES_MAX / 2 ** 20} are the most`);
  const looked = lookAtModel(readFileSync(file));
  return looked.ok ? looked : bad(`${file}: ${looked.error.text}`);
}

/** `binance:BTC/USDT@1h`: candles of the lab's store. */
const STORED = new RegExp(`^([a-z0-9-]+:.+)@(${TIMEFRAMES.join('|')})$`);

function planOf(options: ImportOptions): Result<ImportPlan, Fault> {
  const learntToMs = learntToOf(options.learntTo);
  if (learntToMs === null)
    return bad(`--learnt-to ${options.learntTo}: a day or a time is needed, as 2025-06-30 or 2025-06-30T12:00Z`);
  const sources: ImportPlan['data']['sources'] = [];
  for (const given of options.candles) {
    const [, instrumentId, timeframe] = STORED.exec(given) ?? [];
    if (timeframe !== undefined && timeframe !== options.timeframe)
      return bad(`${given}: its candles are of ${timeframe}, and --timeframe is ${options.timeframe}`);
    sources.push(instrumentId ? { kind: 'stored', instrumentId } : { kind: 'file', path: resolve(given) });
  }
  const plan = importPlanSchema.safeParse({
    name: options.name ?? nameOf(options.title),
    title: options.title,
    author: options.author,
    licence: options.licence,
    note: options.note,
    learntToMs,
    data: { sources, timeframe: options.timeframe },
    featureSet: options.set ?? null,
    columns: options.columns?.split(',').map((name) => name.trim()) ?? null,
    windowBars: options.window ?? null,
    input: options.input ?? null,
    output: options.output ?? null,
    question: {
      kind: options.label,
      params: {
        horizonBars: options.horizon,
        multiple: options.multiple,
        ...(options.volatilityBars !== undefined && { volatilityBars: options.volatilityBars }),
      },
    },
    classIndex: options.class ?? null,
    isOfNo: options.says === 'no',
  });
  if (plan.success) return ok(plan.data);
  const issue = plan.error.issues[0]!;
  const field = String(issue.path[0]);
  return bad(`--${OPTION_OF[field] ?? field}: ${issue.message}`);
}

/** Fields of a plan that an option of another name says. */
const OPTION_OF: Readonly<Record<string, string>> = { data: 'candles', windowBars: 'window', question: 'label' };

/** A day is whole: its last candle may have been shown. */
function learntToOf(text: string): number | null {
  const timeMs = Date.parse(text);
  if (!DAY_OR_TIME.test(text) || Number.isNaN(timeMs)) return null;
  return text.length === '2025-06-30'.length ? timeMs + DAY_MS : timeMs;
}

const DAY_MS = 86_400_000;
/** A time says its zone. */
const DAY_OR_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/;

const nameOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

function placesOf(folder: DataFolder) {
  // Of an account's own stores nothing is asked here: candles come from files and from the lab's store.
  const none = join(folder.root, 'no-account');
  return {
    candleStore: none,
    perpetualCandleStore: none,
    labCandles: folder.labCandles,
    trialBook: trialBookFile(folder.trainingJobs),
    ownModelsDir: folder.models,
    shippedDir: MODELS_DIR,
  };
}

function describe({ name, version, edge, outOfSample: out, spans }: ModelCard, folder: string): string {
  const { event, traded } = out;
  const rows = [
    ['figure', 'value', 'without a model'],
    ['questions', String(spans.tested.samples), `${Math.round(spans.tested.effectiveSamples)} of them separate`],
    ['loss', out.loss.toFixed(5), out.naiveLoss.toFixed(5)],
    ...(event
      ? [
          ['AUC', estimateText(event.auc, 4), '0.5'],
          ['Brier score', event.brier.toFixed(4), event.brierOfBaseRate.toFixed(4)],
          ['MCC', event.mcc?.toFixed(4) ?? '–', '0'],
          ['calibration error', event.expectedCalibrationError.toFixed(4), ''],
        ]
      : []),
    ...(traded?.netBpsPerTrade
      ? [['net bps a trade', estimateText(traded.netBpsPerTrade, 1), `${traded.trades} trades, after costs`]]
      : []),
  ];
  const where = `${name} ${version} is published: it is scored from the next start on and has no vote.`;
  return `${textTable(rows)}\n${edge.reason}\n${where}\nwritten to ${folder}`;
}
