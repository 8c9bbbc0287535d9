import { featureSetReversalV1 } from '../../engine/features/feature-set-reversal-v1.ts';
import { refuseLeaks } from '../audit/leakage-audit.ts';
import { publishPackage } from '../registry/publish-package.ts';
import { auditReversals } from './audit-reversals.ts';
import { type ReversalPlan, trainReversalModel } from './train-reversal-model.ts';
import type { readTrainingSources } from './training-sources.ts';

/** The reversal model that ships: model.onnx and golden.json come out the same, byte for byte, each time on one machine. */

const PLAN: ReversalPlan = {
  name: 'reversal-gbt',
  version: '1.0.0',
  title: 'Trend reversal, boosted trees',
  licensedUntilMs: Date.UTC(2028, 0, 1),
  question: {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    trendFeature: 'sma_20',
    barrierAtr: 1,
    horizonBars: 12,
  },
  testFromMs: Date.UTC(2024, 4, 20),
  foldCount: 5,
  // A day and a half: above one hundredth of the training span, and far longer than the longest feature.
  embargoBars: 432,
  boosting: {
    treesMax: 300,
    binsMax: 63,
    rowFraction: 0.5,
    columnFraction: 0.5,
    earlyStoppingTrees: 40,
    seed: 1,
    leavesMax: 12,
    leafHessianMin: 300,
    l2: 50,
    learningRate: 0.04,
  },
  rule: { stopAtr: 1, targetAtr: 1, horizonBars: 12, feeBps: 10 },
  tradedShare: 0.1,
  // Trend by macd, sma_20, sma_50 or trend_side; barriers 1, 1.5, 2 and 3 ATR; every bar or stretched bars only.
  configurationsTried: 9,
  bootstrapResamples: 1_000,
};

/** Trains and publishes it below `modelsDir`; a minute on one core. @throws Error in one sentence that says why not */
export async function buildReversalModel(
  { symbols, sources }: Awaited<ReturnType<typeof readTrainingSources>>,
  modelsDir: string,
  say: (text: string) => void,
): Promise<void> {
  const audited = refuseLeaks(auditReversals(symbols, PLAN.question, PLAN.boosting.seed));
  const trained = await trainReversalModel(symbols, sources, audited, PLAN, say);
  const target = await publishPackage(modelsDir, trained);
  say(`${trained.card.edge.reason}\npublished ${target} (${trained.model.length} bytes)`);
}

export const REVERSAL_MODEL = { name: PLAN.name, version: PLAN.version };
