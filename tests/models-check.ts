/**
 * `npm run models:check [-- --seeds 20 --families gradient-boosting,mlp]`: does judging tell skill from chance? On random walks every
 * family must be told "no edge", a planted signal must be found and come out calibrated, and conformal intervals must hold
 * what they say on real candles (where COUNTERSIGN_DATA has them). About an hour for all; last line: JSON.
 */
import '../main/require-node.ts';
import { parseArgs } from 'node:util';
import { textTable } from '../main/commands/output.ts';
import { featureSetReversalV1 } from '../main/engine/features/feature-set-reversal-v1.ts';
import { buildDataSet } from '../main/ml/datasets/build-data-set.ts';
import { FAMILIES, familyOf } from '../main/ml/families/families.ts';
import { type JudgePlan, judge } from '../main/ml/judgement/judge.ts';
import { movesOf } from '../main/ml/judgement/net-of-costs.ts';
import { readCandleTable, sliceColumns } from './support/candle-samples.ts';
import { plantedSignal } from './support/planted-signal.ts';
import { hasRealData, realData } from './support/real-data.ts';
import { walkCandles } from './support/walk-candles.ts';

const HOUR_MS = 3_600_000;
const WALK_BARS = 4_000;
const PLANTED_SAMPLES = 20_000;
/** Settings that fit these small questions; what is left out takes its default. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'gradient-boosting': { trees: 120, leaves: 8, learningRate: 0.05, leafWeightMin: 40, l2: 10 },
  'random-forest': { trees: 50, leaves: 32, leafWeightMin: 60 },
  'hmm-regimes': { starts: 1, iterations: 20 },
  mlp: { epochs: 15, windowBars: 2 },
  lstm: { epochs: 6, windowBars: 8, width: 16 },
  cnn: { epochs: 6, windowBars: 8, width: 16, layers: 2 },
  transformer: { epochs: 6, windowBars: 8, headWidth: 4, heads: 2, layers: 1 },
  'temporal-fusion': { epochs: 4, windowBars: 8, headWidth: 4, heads: 2 },
  'state-space': { epochs: 6, windowBars: 8, width: 12, states: 4 },
};
const PLANTED = ['gradient-boosting', 'random-forest', 'mlp'];
const COVERAGE = ['BTC', 'ETH', 'XRP'];
const COVERAGE_OFF_MAX = 0.02;
const CALIBRATION_ERROR_MAX = 0.03;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    families: { type: 'string', default: FAMILIES.map(({ name }) => name).join() },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, k) => k + 1);
const families = values.families.split(',').filter((name) => name !== '');

const plan: JudgePlan = {
  protocol: { kind: 'purged-folds', folds: 4 },
  embargoMs: 12 * HOUR_MS,
  moves: null,
  tradedShare: 0.2,
  feeBpsRoundTrip: 20,
  tried: { others: [], chosenBy: null },
  resamples: 400,
};
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function onWalks(name: string): Promise<number> {
  let none = 0;
  for (const seed of seeds) {
    const candles = walkCandles(WALK_BARS, seed);
    const { set, task } = buildDataSet([{ instrument: 'walk', candles }], {
      timeframe: '5m',
      featureSet: featureSetReversalV1,
      label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
    });
    const subject = { family: familyOf(name), hyperParameters: SETTINGS[name] ?? {}, task, seed };
    const { verdict } = await judge(subject, set, { ...plan, moves: movesOf(set, [candles]) });
    if (verdict.edge === 'none') none++;
    else say(`${name}, walk ${seed}: ${verdict.reason}`);
  }
  return none;
}

async function onPlanted(name: string): Promise<{ found: number; worstCalibration: number }> {
  let found = 0;
  let worstCalibration = 0;
  for (const seed of seeds) {
    const { set, moves } = plantedSignal(PLANTED_SAMPLES, seed);
    const subject = {
      family: familyOf(name),
      hyperParameters: SETTINGS[name] ?? {},
      task: { kind: 'binary' } as const,
      seed,
    };
    const { verdict, event } = await judge(subject, set, { ...plan, moves });
    worstCalibration = Math.max(worstCalibration, event!.expectedCalibrationError);
    if (verdict.edge === 'none') say(`${name}, planted ${seed}: ${verdict.reason}`);
    else found++;
  }
  return { found, worstCalibration };
}

/** Intervals of the move in 12 bars, from the 5th to the 95th hundredth, walking forward over a quarter of 5-minute candles. */
async function coverage(base: string) {
  const candles = sliceColumns(
    readCandleTable(realData(`candles/5m/binance_${base}USDT_5m_20240101-20240630.csv.gz`)),
    0,
    26_000,
  );
  const { set } = buildDataSet([{ instrument: base, candles }], {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    label: { kind: 'move', horizons: [12], volatilityBars: 48 },
  });
  const task = { kind: 'quantile', levels: [0.05, 0.5, 0.95] } as const;
  const hyperParameters = { trees: 60, leaves: 8, learningRate: 0.1 };
  const walking = { kind: 'walk-forward', trainingMs: 30 * 24 * HOUR_MS, testMs: 10 * 24 * HOUR_MS } as const;
  const subject = { family: familyOf('gradient-boosting'), hyperParameters, task, seed: 1 };
  const judged = await judge(subject, set, { ...plan, protocol: walking });
  return judged.intervals!;
}

const rows: string[][] = [['what', 'result', 'wanted', '']];
const results: Record<string, unknown> = {};
let failures = 0;
const note = (what: string, result: string, wanted: string, holds: boolean): void => {
  if (!holds) failures++;
  rows.push([what, result, wanted, holds ? 'holds' : 'FAILS']);
  say(rows.at(-1)!.join('  '));
};
const of = seeds.length;

for (const name of families) {
  const none = await onWalks(name);
  const wanted = Math.ceil(0.95 * of);
  results[`walk ${name}`] = none;
  note(`random walks told "no edge": ${name}`, `${none} of ${of}`, `${wanted}`, none >= wanted);
}
for (const name of families.filter((each) => PLANTED.includes(each))) {
  const { found, worstCalibration } = await onPlanted(name);
  const wanted = Math.ceil(0.9 * of);
  results[`planted ${name}`] = { found, worstCalibration };
  note(`planted signal found: ${name}`, `${found} of ${of}`, `${wanted}`, found >= wanted);
  const isCalibrated = worstCalibration <= CALIBRATION_ERROR_MAX;
  note(`worst calibration error: ${name}`, worstCalibration.toFixed(4), `${CALIBRATION_ERROR_MAX}`, isCalibrated);
}
if (hasRealData) {
  for (const base of COVERAGE) {
    const { nominal, raw, conformal, adaptive } = await coverage(base);
    results[`coverage ${base}`] = { nominal, raw, conformal, adaptive };
    for (const [how, share] of [
      ['conformal', conformal],
      ['adaptive', adaptive],
    ] as const) {
      const holds = Math.abs(share - nominal) <= COVERAGE_OFF_MAX;
      note(
        `${base}: 90 % interval, ${how} (as learnt ${(100 * raw).toFixed(1)} %)`,
        `${(100 * share).toFixed(1)} %`,
        '88 to 92 %',
        holds,
      );
    }
  }
} else say('no real candles here: coverage is not checked');

console.log(textTable(rows));
console.log(JSON.stringify({ ok: failures === 0, seeds: of, results }));
process.exitCode = failures === 0 ? 0 : 1;
