import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candle } from '../../../main/engine/domain/candle.ts';
import { NOTHING_KNOWN } from '../../../main/engine/features/bar-context.ts';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { cardSchema } from '../../../main/ml/card.ts';
import { type MadeModel, publishPackage } from '../../../main/ml/registry/publish-package.ts';
import { type ReversalPlan, trainReversalModel } from '../../../main/ml/training/train-reversal-model.ts';
import { readTrainingSources } from '../../../main/ml/training/training-sources.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';

const BARS = 6_000;
const FIVE_MINUTES_MS = 300_000;
const source = {
  path: 'none',
  symbol: 'WALK',
  rows: BARS,
  sha256: '0'.repeat(64),
  licence: 'Apache-2.0',
  source: 'made here',
};

const plan: ReversalPlan = {
  name: 'walk',
  version: '0.1.0',
  title: 'Random walk',
  licensedUntilMs: Date.UTC(2030, 0, 1),
  question: {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    trendFeature: 'sma_20',
    barrierAtr: 1,
    horizonBars: 12,
  },
  testFromMs: 4_000 * FIVE_MINUTES_MS,
  foldCount: 3,
  embargoBars: 100,
  boosting: {
    treesMax: 12,
    binsMax: 31,
    rowFraction: 0.5,
    columnFraction: 0.5,
    earlyStoppingTrees: 12,
    seed: 1,
    leavesMax: 6,
    leafHessianMin: 20,
    l2: 10,
    learningRate: 0.1,
  },
  rule: { stopAtr: 1, targetAtr: 1, horizonBars: 12, feeBps: 10 },
  tradedShare: 0.2,
  configurationsTried: 1,
  bootstrapResamples: 200,
};

const walk = (seed: number) => {
  const random = createRandom(seed);
  return { symbol: `W${seed}`, candles: randomWalkCandles(BARS, () => random.next()) };
};
const train = (change: Partial<ReversalPlan> = {}): Promise<MadeModel> =>
  trainReversalModel([walk(1), walk(2)], [source], ['times'], { ...plan, ...change }, () => {});

describe('the whole training', () => {
  let first: MadeModel;
  beforeAll(async () => {
    first = await train();
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const again = await train();
    expect(Buffer.from(again.model).equals(Buffer.from(first.model))).toBe(true);
    expect(again.golden).toEqual(first.golden);
    expect(again.card).toEqual(first.card);
    const other = await train({ boosting: { ...plan.boosting, seed: 2 } });
    expect(other.card.modelSha256).not.toBe(first.card.modelSha256);
  });

  it('says "no edge" of a random walk', () => {
    expect(first.card.edge).toMatchObject({
      verdict: 'none',
      reason: expect.stringMatching(/^No edge: AUC 0\.\d{3} /),
    });
    expect(first.card.outOfSample.traded?.netBpsPerTrade?.high).toBeLessThan(0);
    expect(Math.abs(first.card.audit.shuffledLabelAuc! - 0.5)).toBeLessThan(0.05);
  });

  it('keeps training and test apart by more than a label and the embargo', () => {
    const { training, tested } = first.card.spans;
    expect(training.toMs).toBeLessThan(tested.fromMs - plan.embargoBars * FIVE_MINUTES_MS);
    expect(tested.fromMs).toBeGreaterThanOrEqual(plan.testFromMs);
    expect(training.effectiveSamples).toBeLessThan(training.samples / 2);
  });

  it('is not moved by what happens in the test span', async () => {
    const changed = [walk(1), walk(2)].map(({ symbol, candles }) => {
      const at = (column: Float64Array, factor: (bar: number) => number): Float64Array =>
        column.map((value, bar) => (bar < 4_000 ? value : value * factor(bar)));
      const drift = (bar: number): number => 1 + (bar - 4_000) / 1_000;
      const { openTimeMs, volume, open, high, low, close } = candles;
      return {
        symbol,
        candles: {
          openTimeMs,
          volume,
          open: at(open, drift),
          high: at(high, drift),
          low: at(low, drift),
          close: at(close, drift),
        },
      };
    });
    const other = await trainReversalModel(changed, [source], ['times'], plan, () => {});
    expect(other.card.modelSha256).toBe(first.card.modelSha256);
    expect(other.card.outOfSample).not.toEqual(first.card.outOfSample);
  });

  it('refuses to publish what can only come from looking ahead', async () => {
    const { candles } = walk(1);
    const clairvoyant = {
      ...featureSetReversalV1,
      features: [...featureSetReversalV1.features, { name: 'tomorrow', formula: 'close in 6 bars / close' }],
      createWriter: () => {
        const honest = featureSetReversalV1.createWriter();
        let bar = 0;
        return {
          write(candle: Candle, out: Float64Array, offset: number): void {
            honest.write(candle, out, offset, NOTHING_KNOWN);
            const future = candles.close[Math.min(bar++ + 6, BARS - 1)]!;
            out[offset + featureSetReversalV1.features.length] = future / candle.close;
          },
        };
      },
    };
    const question = { ...plan.question, featureSet: clairvoyant };
    await expect(trainReversalModel([walk(1)], [source], ['times'], { ...plan, question }, () => {})).rejects.toThrow(
      /^AUC 0\.\d+ is too good to be true: something looks ahead$/,
    );
  });

  it('is published whole, with a card that its schema accepts', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'countersign-publish-'));
    const target = await publishPackage(dir, first);
    const card = cardSchema.parse(JSON.parse(await readFile(join(target, 'card.json'), 'utf8')));
    const model = await readFile(join(target, 'model.onnx'));
    expect(createHash('sha256').update(model).digest('hex')).toBe(card.modelSha256);
    expect(card.cost.latencyMsP50).toBeGreaterThan(0);
    expect(await readFile(join(target, 'CARD.md'), 'utf8')).toContain('**Edge: none.**');
    await rm(dir, { recursive: true });
  });
});

describe('training sources', () => {
  let dir: string;
  const csv = 'timestamp_ms,open,high,low,close,volume\n0,1,2,1,2,5\n300000,2,2,1,1,5\n';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-sources-'));
    await mkdir(join(dir, 'candles/5m'), { recursive: true });
    await writeFile(join(dir, 'candles/5m/x.csv'), csv);
  });
  afterAll(() => rm(dir, { recursive: true }));

  const manifest = (licence: string, sha256: string): Promise<void> =>
    writeFile(
      join(dir, 'MANIFEST.csv'),
      `path,symbol,licence,source,sha256\ncandles/5m/x.csv,X,${licence},here,${sha256}\n`,
    );
  const hash = createHash('sha256').update(csv).digest('hex');

  it('are read with licence and hash', async () => {
    await manifest('MIT', hash);
    const { symbols, sources } = await readTrainingSources(dir, 'candles/5m');
    expect(sources).toEqual([
      { path: 'candles/5m/x.csv', symbol: 'X', rows: 2, sha256: hash, licence: 'MIT', source: 'here' },
    ]);
    expect([...symbols[0]!.candles.close]).toEqual([2, 1]);
  });

  it.each([
    ['whose licence does not allow a shipped model', 'none stated', hash, /licence "none stated" does not allow/],
    ['that changed', 'MIT', 'f'.repeat(64), /candles\/5m\/x\.csv: sha256 is not the one in MANIFEST\.csv/],
  ])('%s are refused', async (_, licence, sha256, reason) => {
    await manifest(licence, sha256);
    await expect(readTrainingSources(dir, 'candles/5m')).rejects.toThrow(reason);
  });

  it('that are not listed are missed', async () => {
    await manifest('MIT', hash);
    await expect(readTrainingSources(dir, 'candles/1m')).rejects.toThrow(/lists no file below candles\/1m/);
  });
});
