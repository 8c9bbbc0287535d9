import { featureSetReversalV1 } from '../../engine/features/feature-set-reversal-v1.ts';
import type { Question } from '../datasets/build-data-set.ts';
import { familyOf } from '../families/families.ts';
import { trainLabModel } from '../lab-model/train-model.ts';
import { publishPackage } from '../registry/publish-package.ts';
import type { DirectionPlan } from './direction-plans.ts';
import type { readTrainingSources } from './training-sources.ts';

export const DIRECTION_VERSION = '1.0.0';

/** Does price move one deviation of an hour up before it moves one down? */
const QUESTION: Question = {
  timeframe: '5m',
  featureSet: featureSetReversalV1,
  label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
};
const SEED = 1;
/** A day and a half: far longer than the longest feature. */
const EMBARGO_BARS = 432;
const LICENSED_UNTIL_MS = Date.UTC(2028, 0, 1);
const STEPS = 3;

/**
 * Audits, judges (walking forward over the second half of the candles), trains and publishes one of them below `modelsDir`.
 * @throws Error in one sentence that says why not
 */
export async function buildDirectionModel(
  { symbols, sources }: Awaited<ReturnType<typeof readTrainingSources>>,
  { name, title, family, hyperParameters }: DirectionPlan,
  modelsDir: string,
  say: (text: string) => void,
): Promise<void> {
  const instruments = symbols.map(({ symbol, candles }) => ({ instrument: symbol, candles }));
  const fromMs = Math.min(...symbols.map(({ candles }) => candles.openTimeMs[0]!));
  const toMs = Math.max(...symbols.map(({ candles }) => candles.openTimeMs.at(-1)!));
  const halfMs = (toMs - fromMs) / 2;
  const made = await trainLabModel(
    instruments,
    {
      name,
      version: DIRECTION_VERSION,
      family: familyOf(family),
      hyperParameters,
      seed: SEED,
      question: QUESTION,
      levels: [],
      embargoBars: EMBARGO_BARS,
      tradedShare: 0.1,
      feeBpsRoundTrip: 20,
      choose: async () => ({
        hyperParameters,
        protocol: { kind: 'walk-forward', trainingMs: halfMs, testMs: halfMs / STEPS },
        tried: { others: [], chosenBy: null },
      }),
      nowMs: toMs,
    },
    say,
  );
  const card = {
    ...made.card,
    title,
    licensedUntilMs: LICENSED_UNTIL_MS,
    sources: sources.map(({ symbol, rows, sha256, licence, source }) => ({
      instrument: symbol,
      rows,
      sha256,
      licence,
      source,
    })),
  };
  say(`published ${await publishPackage(modelsDir, { ...made, card })}`);
}
