import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_TRIALS_MAX } from '../../preload/models-contract.ts';
import { readConfig } from '../config-file.ts';
import { openDataFolder } from '../data-folder.ts';
import { TIMEFRAME_MS } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { featureSetByName, setThatKnows } from '../engine/features/feature-sets.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import type { InstrumentCandles } from '../ml/datasets/build-data-set.ts';
import { FAMILIES } from '../ml/families/families.ts';
import type { Judgement, Protocol } from '../ml/judgement/judge.ts';
import { trainLabModel } from '../ml/lab-model/train-model.ts';
import { type LabelSpec, labelSchema } from '../ml/labels/label.ts';
import { GPUS_OFF, gpuOfJob } from '../ml/providers/gpu-of-job.ts';
import { PROVIDER_TITLES } from '../ml/providers/provider.ts';
import { openProviderBook, type ProviderBook } from '../ml/providers/provider-book.ts';
import { PROVIDER_BUILD } from '../ml/providers/runtime-gpus.ts';
import { publishPackage } from '../ml/registry/publish-package.ts';
import { providersFile } from '../ml/train/job-folder.ts';
import { chooseSettings, countTraining, triedBefore } from '../ml/tuning/choose-settings.ts';
import { openTrialBook, questionKey } from '../ml/tuning/trial-book.ts';
import { TRIED_SETTING_TEXT, type TriedSetting } from '../ml/tuning/try-setting.ts';
import { openSearchLog, type SearchLog } from '../search/search-log.ts';
import type { Trial } from '../search/trial.ts';
import { readInstruments } from './candle-instruments.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

export interface TrainOptions {
  readonly out: string;
  readonly name: string;
  readonly modelVersion: string;
  readonly family: string;
  readonly set: string;
  readonly label: string;
  readonly horizon: readonly number[];
  readonly multiple: number;
  readonly quantiles?: boolean;
  readonly param?: readonly string[];
  readonly protocol: string;
  /** Settings of the family to try; without it those given are learnt with. */
  readonly search?: number;
  readonly budgetMinutes?: number;
  readonly folds: number;
  readonly embargo?: number;
  readonly feeBps: number;
  readonly tradedShare: number;
  readonly seed: number;
  readonly reference?: string;
  /** Whose setting says whether a GPU may train, and whose book remembers which are fast. */
  readonly dataDir?: string;
}

const LEVELS = [0.05, 0.5, 0.95];
/** At least the longest feature of any set, in bars. */
const EMBARGO_BARS = 288;
const MAIN_FEATURES = 8;
const MINUTE_MS = 60_000;

/** `train CANDLES… --out DIR`: audits, judges and trains a model on candle files, and writes it with its report. */
export async function train(files: readonly string[], options: TrainOptions): Promise<Outcome> {
  const read = await readInstruments(files, options.reference);
  if (!read.ok) return badInput(read.error.message);
  const { instruments, timeframe } = read.value;
  const family = FAMILIES.find(({ name }) => name === options.family);
  if (!family) return badInput(`there is no family ${options.family}: ${FAMILIES.map(({ name }) => name).join(', ')}`);
  const featureSet = featureSetByName(options.set);
  if (!featureSet) return badInput(`there is no feature set ${options.set}: v1, reversal-v1, v2`);
  if (!/^[a-z0-9-]+$/.test(options.name)) return badInput(`--name ${options.name}: a name is made of a-z, 0-9 and -`);
  if (!/^\d+\.\d+\.\d+$/.test(options.modelVersion)) {
    return badInput(`--model-version ${options.modelVersion}: a version is three numbers, as 1.0.0`);
  }
  if (options.quantiles && options.label !== 'move') return badInput('--quantiles are of a move: --label move');
  const label = labelOf(options);
  if (!label.ok) return badInput(label.error.message);
  const pairs = readPairs(options.param ?? []);
  if (!pairs.ok) return badInput(pairs.error.message);
  const settings = family.hyperParameters.safeParse(pairs.value);
  if (!settings.success) {
    const issue = settings.error.issues[0]!;
    return badInput(`${family.name}: ${[issue.path.join('.'), issue.message].filter(Boolean).join(': ')}`);
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const where = gpuBook(options.dataDir, say);
  if (!where.ok) return badInput(where.error.message);
  const knows = options.reference === undefined ? 'candles' : 'reference';
  const question = { timeframe, featureSet: setThatKnows(featureSet, knows), label: label.value };
  if (options.search !== undefined && !(options.search >= 2 && options.search <= MODEL_TRIALS_MAX))
    return badInput(`--search ${options.search}: it tries 2 to ${MODEL_TRIALS_MAX} settings`);
  if (options.budgetMinutes !== undefined && options.search === undefined)
    return badInput('--budget-minutes is of a search: --search N');
  const key = questionKey(
    instruments.map(({ instrument }) => instrument),
    timeframe,
    label.value,
  );
  const book = openTrialBook(join(options.out, 'trials.jsonl'), key);
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort(new Error('Broken off; the same command goes on with the search.'));
  process.once('SIGINT', onInterrupt);
  let trainedOn: { readonly on: string; readonly why: string } | null = null;
  const gpu = gpuOfJob({
    ...where.value,
    job: `${options.name}, of the command line`,
    signal: stop.signal,
    onChosen({ provider, why }) {
      trainedOn = { on: PROVIDER_TITLES[provider], why };
      say(`trained on ${trainedOn.on}: ${why}`);
    },
  });
  let isCounted = false;
  const learn = () =>
    trainLabModel(
      instruments,
      {
        name: options.name,
        version: options.modelVersion,
        family: gpu.on(family),
        hyperParameters: pairs.value,
        seed: options.seed,
        question,
        levels: options.quantiles ? LEVELS : [],
        embargoBars: options.embargo ?? EMBARGO_BARS,
        tradedShare: options.tradedShare,
        feeBpsRoundTrip: options.feeBps,
        async choose(subject, judged) {
          if (options.search === undefined) {
            const tried = triedBefore(subject, judged.set, book);
            return { hyperParameters: pairs.value, protocol: protocolOf(options, instruments), tried };
          }
          const log = openSearch(options, files, key, pairs.value);
          const plan = {
            embargoMs: (options.embargo ?? EMBARGO_BARS) * TIMEFRAME_MS[timeframe],
            tradedShare: options.tradedShare,
            feeBpsRoundTrip: options.feeBps,
            nowMs: () => performance.now(),
            signal: stop.signal,
          };
          return chooseSettings(subject, judged, plan, {
            trials: options.search,
            budgetMs: options.budgetMinutes === undefined ? null : options.budgetMinutes * MINUTE_MS,
            log,
            book,
            onTrial: (trial) => say(trialLine(trial, options.search!)),
          });
        },
        onJudged({ net }) {
          const asked = { family, hyperParameters: pairs.value, seed: options.seed };
          // Done once more without a GPU it is the same try.
          if (options.search === undefined && net && !isCounted)
            countTraining(asked, question.featureSet.name, net.daily, book);
          isCounted = true;
        },
        nowMs: systemClock.nowMs(),
        signal: stop.signal,
      },
      say,
    );
  try {
    mkdirSync(options.out, { recursive: true });
    const trained = await gpu.run(learn);
    const folder = await publishPackage(options.out, trained);
    const { card, judgement } = trained;
    const value = {
      ok: true,
      folder,
      trainedOn,
      verdict: judgement.verdict,
      judgement: JSON.parse(JSON.stringify(judgement)),
      importance: card.importance,
    };
    return done(value, describe(folder, judgement, card.importance));
  } catch (error) {
    const why = (error as Error).message;
    return failed({ ok: false, error: why }, why);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** What is known of this machine's GPUs in a data folder, and whether it lets any of them train. */
function gpuBook(
  dataDir: string | undefined,
  say: (text: string) => void,
): Result<
  { readonly book: ProviderBook; readonly processorOnly: string | null },
  { readonly kind: 'bad-input'; readonly message: string }
> {
  const folder = openDataFolder(dataDir);
  try {
    const processorOnly = readConfig(folder.config).training.gpu ? null : GPUS_OFF;
    mkdirSync(folder.trainingJobs, { recursive: true });
    const book = openProviderBook(providersFile(folder.trainingJobs), PROVIDER_BUILD, () => systemClock.nowMs());
    const lost = book.recover();
    if (lost) say(`${PROVIDER_TITLES[lost.provider]} is not tried for a week: ${lost.why}`);
    return ok({ book, processorOnly });
  } catch (error) {
    return fail({ kind: 'bad-input', message: (error as Error).message });
  }
}

/** Beside the models: the same search goes on where it broke off. @throws Error in one sentence */
function openSearch(
  { out, family, set, seed, embargo, feeBps, tradedShare }: TrainOptions,
  files: readonly string[],
  question: string,
  hyperParameters: Readonly<Record<string, number>>,
): SearchLog<TriedSetting> {
  const search = { question, files, family, set, hyperParameters, seed, embargo, feeBps, tradedShare };
  const key = createHash('sha256').update(JSON.stringify(search)).digest('hex').slice(0, 12);
  const dir = join(out, '.searches');
  mkdirSync(dir, { recursive: true });
  const log = openSearchLog(join(dir, `${key}.jsonl`), search, TRIED_SETTING_TEXT);
  if (!log.ok) throw new Error(log.error.message);
  return log.value;
}

/** `trial 3 of 30: leaves=12 l2=0.4, gain 0.00123, given up early`. */
function trialLine({ number, state, setting, evaluation, why }: Trial<TriedSetting>, of: number): string {
  const values = Object.entries(setting).map(([name, value]) => `${name}=${Number(value.toPrecision(3))}`);
  const came = evaluation ? `gain ${evaluation.gain.toFixed(5)}` : why;
  return `trial ${number + 1} of ${of}: ${values.join(' ')}, ${came}${state === 'pruned' ? ', given up early' : ''}`;
}

function labelOf({
  label,
  horizon,
  multiple,
}: TrainOptions): Result<LabelSpec, { readonly kind: 'bad-label'; readonly message: string }> {
  const first = horizon[0] ?? 12;
  const parsed = labelSchema.safeParse(
    label === 'move'
      ? { kind: label, horizons: horizon }
      : label === 'volatility-regime'
        ? { kind: label, horizonBars: first, ratio: multiple > 1 ? multiple : 1.25 }
        : { kind: label, horizonBars: first, multiple },
  );
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0]!;
  const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return fail({ kind: 'bad-label', message: `label ${label}: ${where}${issue.message}` });
}

/** Walking forward trains on the first half and goes on in as many steps as there are folds. */
function protocolOf({ protocol, folds }: TrainOptions, instruments: readonly InstrumentCandles[]): Protocol {
  if (protocol === 'combinatorial') return { kind: 'combinatorial', groups: folds, testGroups: 2 };
  if (protocol === 'purged-folds') return { kind: 'purged-folds', folds };
  const fromMs = Math.min(...instruments.map(({ candles }) => candles.openTimeMs[0]!));
  const toMs = Math.max(...instruments.map(({ candles }) => candles.openTimeMs.at(-1)!));
  return { kind: 'walk-forward', trainingMs: (toMs - fromMs) / 2, testMs: (toMs - fromMs) / 2 / folds };
}

function describe(
  folder: string,
  judged: Judgement,
  importance: readonly { feature: string; lossGrowth: number; shap: number | null }[],
): string {
  const { event, intervals, net, verdict, selection } = judged;
  const rows = [
    ['figure', 'value', ''],
    ['questions', String(judged.samples), `${judged.effectiveSamples} of them separate`],
    ['loss', judged.loss.toFixed(5), `naive answer ${judged.naiveLoss.toFixed(5)}`],
    ...(judged.move
      ? [['of the move', judged.move.loss.toFixed(5), `naive answer ${judged.move.naiveLoss.toFixed(5)}`]]
      : []),
    ...(event
      ? [
          ['AUC', event.auc.value.toFixed(4), `${event.auc.low.toFixed(4)} to ${event.auc.high.toFixed(4)}`],
          [
            'accuracy',
            event.accuracy.toFixed(4),
            `naive ${event.naiveAccuracy.toFixed(4)}, balanced ${event.balancedAccuracy.toFixed(4)}`,
          ],
          ['MCC', event.mcc.toFixed(4), ''],
          ['Brier score', event.brier.toFixed(4), `base rate ${event.brierOfBaseRate.toFixed(4)}`],
          ['calibration error', event.expectedCalibrationError.toFixed(4), ''],
        ]
      : []),
    ...(intervals
      ? [
          [
            'interval holds',
            `${(100 * intervals.conformal).toFixed(1)} %`,
            `says ${(100 * intervals.nominal).toFixed(0)} %, adaptive ${(100 * intervals.adaptive).toFixed(1)} %`,
          ],
        ]
      : []),
    ...(net
      ? [
          [
            'trades',
            String(net.trades),
            net.netBpsPerTrade ? `${net.netBpsPerTrade.value.toFixed(1)} bps each after costs` : 'too few to tell',
          ],
        ]
      : []),
    [
      'settings tried',
      String(selection.trials),
      selection.overfitting === null ? '' : `overfitting ${(100 * selection.overfitting).toFixed(0)} %`,
    ],
  ];
  const needed = importance.filter(({ lossGrowth }) => lossGrowth > 0).slice(0, MAIN_FEATURES);
  const main = needed.map(({ feature }) => feature).join(', ') || 'none';
  return `${textTable(rows)}\nmost needed: ${main}\n${verdict.reason}\nwritten to ${folder}`;
}
