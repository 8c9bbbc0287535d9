import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCandleFile } from '../../../../main/candle-files/index.ts';
import type { CandleColumns } from '../../../../main/engine/domain/candle.ts';
import { importModel } from '../../../../main/ml/desk/import-model.ts';
import type { ImportTask } from '../../../../main/ml/desk/import-task.ts';
import { listVersions } from '../../../../main/ml/registry/model-folders.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import type { ImportPlan } from '../../../../preload/models-contract.ts';
import { type ElsewhereShape, elsewhereModel, endlessModel, zippedModel } from '../../../support/elsewhere-models.ts';
import { memoryBomb } from '../../../support/onnx-bytes.ts';
import { walkCandles } from '../../../support/walk-candles.ts';

let dir: string;
const at = (name: string): string => join(dir, name);
const V1 = { columns: 12, out: 'one' } satisfies ElsewhereShape;
const HOUR_MS = 3_600_000;
/** Each starts processes that start processes. */
const LIMIT_MS = 120_000;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'import-'));
  expect((await writeCandleFile(at('walk.csv'), walkCandles(2_000, 3, HOUR_MS))).ok).toBe(true);
  expect((await writeCandleFile(at('told.csv'), tellingCandles(walkCandles(3_000, 5, HOUR_MS)))).ok).toBe(true);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const PLAN: ImportPlan = {
  name: 'mine',
  title: 'Mine',
  author: 'A. Trader',
  licence: 'MIT',
  note: '',
  learntToMs: Date.UTC(2024, 0, 25),
  data: { sources: [], timeframe: '1h' },
  featureSet: null,
  columns: null,
  windowBars: null,
  input: null,
  output: null,
  question: { kind: 'direction', params: { horizonBars: 4 } },
  classIndex: null,
  isOfNo: false,
};

async function bring(file: Uint8Array, plan: Partial<ImportPlan> = {}, candles = 'walk.csv', signal?: AbortSignal) {
  writeFileSync(at('model.onnx'), file);
  const steps: number[] = [];
  const data: ImportPlan['data'] = { sources: [{ kind: 'file', path: at(candles) }], timeframe: '1h' };
  const places = {
    candleStore: at('none'),
    perpetualCandleStore: at('none'),
    labCandles: at('lab'),
    trialBook: join(at('jobs'), 'trials.jsonl'),
    ownModelsDir: at('models'),
    shippedDir: MODELS_DIR,
  };
  const brought = await importModel(at('model.onnx'), { ...PLAN, data, ...plan }, places, {
    nowMs: Date.UTC(2024, 5, 1),
    onStep: ({ step }) => steps.push(step),
    ...(signal && { signal }),
  });
  return { brought, steps };
}

it.each([
  ['scikit-learn with maps', zippedModel(12), {}],
  ['windows, one at a time', elsewhereModel({ ...V1, windowBars: 3, rows: 1 }), {}],
  [
    'three columns of ours in another order',
    elsewhereModel({ columns: 3, out: 'flat' }),
    { columns: ['rsi', 'macd', 'sma_5'] },
  ],
  ['a question about the trend', elsewhereModel(V1), { question: { kind: 'reversal', params: {} }, isOfNo: true }],
] as const)(
  '%s: judged, published, and loadable as any other',
  async (name, file, plan) => {
    const own = name.replace(/[^a-z]+/g, '-');
    const { brought, steps } = await bring(file, { ...plan, name: own } as Partial<ImportPlan>);
    expect(brought).toMatchObject({ ok: true, value: { name: own, version: '1.0.0' } });
    expect(steps).toEqual([0, 1, 2, 3]);
  },
  LIMIT_MS,
);

it(
  'a rule that tells what comes is told from one that does not, and each file that is brought counts as a try',
  async () => {
    const { brought: good } = await bring(elsewhereModel({ ...V1, scale: 60 }), { name: 'good' }, 'told.csv');
    if (!good.ok) throw new Error(good.error.text);
    expect(good.value.edge.verdict).not.toBe('none');
    expect(good.value.outOfSample.event!.auc.low).toBeGreaterThan(0.5);
    // How its answers are read was learnt here, whatever its scale.
    expect(good.value.outOfSample.event!.expectedCalibrationError).toBeLessThan(0.06);
    const { brought: wrong } = await bring(elsewhereModel({ ...V1, scale: -60 }), { name: 'good' }, 'told.csv');
    if (!wrong.ok) throw new Error(wrong.error.text);
    expect(wrong.value).toMatchObject({ version: '1.0.1', edge: { verdict: 'none' } });
    expect([good.value, wrong.value].map(({ training }) => training.settingsTried)).toEqual([1, 2]);
  },
  LIMIT_MS,
);

it(
  'a name of a model that was made here is refused, and what is given up is not published',
  async () => {
    const [shipped] = listVersions(MODELS_DIR);
    const before = listVersions(at('models')).length;
    expect((await bring(elsewhereModel(V1), { name: shipped!.model })).brought).toMatchObject({
      ok: false,
      error: { text: `${shipped!.model} is the name of a model that was not made elsewhere: give it another` },
    });
    const given = new AbortController();
    given.abort();
    expect((await bring(elsewhereModel(V1), {}, 'walk.csv', given.signal)).brought).toMatchObject({
      ok: false,
      error: { kind: 'cancelled' },
    });
    expect(listVersions(at('models'))).toHaveLength(before);
  },
  LIMIT_MS,
);

it.each([
  ['more memory than it may', memoryBomb(1_000_000_000), 60_000, 'it takes more than 200 MB of memory', 'probability'],
  ['more time than it may', endlessModel(3), 1_000, 'it did not come to an end within 1 s of being tried', 'p'],
])(
  'a model that takes %s ends the process that tries it, with a sentence',
  async (_, file, trialMsMax, words, output) => {
    writeFileSync(at('bomb.onnx'), file);
    const out = at('out');
    mkdirSync(out, { recursive: true });
    const task: ImportTask = {
      file: at('bomb.onnx'),
      plan: { ...PLAN, data: walkOnly(), columns: ['rsi', 'macd', 'sma_5'], output },
      candleStore: at('none'),
      perpetualCandleStore: at('none'),
      labCandles: at('lab'),
      trialBook: at('trials.jsonl'),
      out,
      memoryBytesMax: 200 * 2 ** 20,
      trialMsMax,
      nowMs: 1,
    };
    const script = fileURLToPath(new URL('../../../../main/ml/desk/import-main.ts', import.meta.url));
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [script, JSON.stringify(task)], { timeout: LIMIT_MS }, (_error, stdout) =>
        resolve(stdout),
      );
    });
    expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toEqual({ kind: 'refused', text: words });
    expect(readdirSync(out)).toEqual([]);
  },
  LIMIT_MS,
);

const walkOnly = (): ImportPlan['data'] => ({ sources: [{ kind: 'file', path: at('walk.csv') }], timeframe: '1h' });

/** Price goes on for a while the way it went: how far the close lies above its mean tells what comes. */
function tellingCandles(walk: CandleColumns): CandleColumns {
  const close = walk.close.slice();
  const step = Float64Array.from(close, (price, bar) => (bar === 0 ? 0 : Math.log(price / close[bar - 1]!)));
  let price = 100;
  let drift = 0;
  for (let bar = 0; bar < close.length; bar++) {
    drift = 0.85 * drift + step[bar]!;
    walk.open[bar] = price;
    price *= Math.exp(drift);
    close[bar] = price;
    walk.high[bar] = Math.max(walk.open[bar]!, price) * 1.0002;
    walk.low[bar] = Math.min(walk.open[bar]!, price) * 0.9998;
  }
  return { ...walk, close };
}
