import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCandleFile } from '../../../main/candle-files/index.ts';
import { FeatureSetState, featureNames, featureSetHash } from '../../../main/engine/features/feature-set.ts';
import { featureSetByName } from '../../../main/engine/features/feature-sets.ts';
import { cardSchema } from '../../../main/ml/card.ts';
import { InferenceSession, Tensor } from '../../../main/ml/onnx-runtime.ts';
import { cardText } from '../../../main/ml/training/card-text.ts';
import { judgeEdge } from '../../../main/ml/training/evaluate-reversals.ts';
import { selectRows } from '../../../main/ml/training/labelled-rows.ts';
import { aucOf, baseRate, sortByScore } from '../../../main/ml/training/metrics.ts';
import { buildReversalDataset } from '../../../main/ml/training/reversal-dataset.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const FOLDER = join(import.meta.dirname, '../../../models/reversal-gbt/1.0.0');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const card = cardSchema.parse(JSON.parse(read('card.json')));
const featureSet = featureSetByName(card.featureSet.name)!;

describe('the shipped reversal model', () => {
  it('was trained on the features that the engine computes today', () => {
    expect(card.featureSet.features).toEqual([...featureNames(featureSet)]);
    expect(card.featureSet.hash).toBe(featureSetHash(featureSet));
  });

  it('is small and names its sources and their licences', () => {
    expect(statSync(join(FOLDER, 'model.onnx')).size).toBe(card.modelBytes);
    expect(card.modelBytes).toBeLessThan(2 ** 20);
    expect(card.sources.map(({ instrument }) => instrument).sort()).toEqual([
      'BTCUSDT',
      'ETHUSDT',
      'LTCUSDT',
      'SOLUSDT',
      'TRXUSDT',
      'XRPUSDT',
    ]);
    for (const { licence } of card.sources) expect(licence).toBe('MIT');
  });

  it('has the verdict that its figures and its rule give, and a text that says the same', () => {
    const { event, lossGain, traded } = card.outOfSample;
    expect(judgeEdge(event!, lossGain, traded!)).toEqual({ verdict: card.edge.verdict, reason: card.edge.reason });
    expect(read('CARD.md')).toBe(cardText(card));
  });

  it('was tested after it was trained, with nothing between that reaches across', () => {
    const { training, tested, embargoBars } = card.spans;
    expect(tested.fromMs - training.toMs).toBeGreaterThanOrEqual(embargoBars * 300_000);
  });
});

describe.skipIf(!hasRealData)('the card’s figures, recomputed from real candles', () => {
  it('AUC and base rate of TRXUSDT out of sample, and live features equal those it was trained on', async () => {
    const file = await readCandleFile(realData('candles/5m/binance_TRXUSDT_5m_20240101-20240630.csv.gz'));
    if (!file.ok) throw new Error(file.error.message);
    const candles = file.value.columns;
    const { label, trendFeature } = card.question;
    if (label.kind !== 'reversal' || trendFeature === null) throw new Error('it is asked about reversals');
    const dataset = buildReversalDataset([{ symbol: 'TRXUSDT', candles }], {
      timeframe: card.timeframe,
      featureSet,
      trendFeature,
      barrierAtr: label.multiple,
      horizonBars: label.horizonBars,
    });
    const indices = Int32Array.from(dataset.labels.keys()).filter(
      (i) => dataset.askedMs[i]! >= card.spans.tested.fromMs,
    );
    const test = selectRows(dataset, indices);
    const session = await InferenceSession.create(join(FOLDER, 'model.onnx'), { intraOpNumThreads: 1 });
    const outputs = await session.run({
      features: new Tensor('float32', test.rows, [indices.length, test.featureCount]),
    });
    await session.release();
    const probabilities = Float64Array.from(outputs.probability?.data as Float32Array);
    const stated = card.outOfSample.perInstrument.find(({ instrument }) => instrument === 'TRXUSDT')!;
    expect(indices.length).toBe(stated.n);
    expect(baseRate(test.labels)).toBeCloseTo(stated.baseRate, 12);
    expect(aucOf(probabilities, test.labels, sortByScore(probabilities))).toBeCloseTo(stated.auc, 4);

    // One bar at a time, from 600 bars before: what the engine would have sent.
    const state = new FeatureSetState(featureSet);
    const last = dataset.barOf[indices[0]!]!;
    let live: Float64Array | null = null;
    for (let bar = last - 600; bar <= last; bar++) {
      live = state.update({
        openTimeMs: candles.openTimeMs[bar]!,
        open: candles.open[bar]!,
        high: candles.high[bar]!,
        low: candles.low[bar]!,
        close: candles.close[bar]!,
        volume: candles.volume[bar]!,
      });
    }
    for (const [column, value] of live!.entries())
      expect(Math.abs(Math.fround(value) - test.rows[column]!)).toBeLessThan(1e-5);
  });
});
