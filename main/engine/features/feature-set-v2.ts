/**
 * `v2`: the features of `reversal-v1`, and groups of volatility, volume, longer timeframes, zones, calendar, order flow, a reference
 * instrument and funding. All causal and scale-free. What is not known of a bar has a stated value, and a share says how much is known.
 */

import type { Candle } from '../domain/candle.ts';
import { type BarContext, NOTHING_KNOWN } from './bar-context.ts';
import type { FeatureSet, FeatureWriter } from './feature-set.ts';
import { featureSetReversalV1, ReversalWriter } from './feature-set-reversal-v1.ts';
import { calendarGroup } from './groups/calendar.ts';
import { crossAssetGroup } from './groups/cross-asset.ts';
import { fundingGroup } from './groups/funding.ts';
import { orderFlowGroup } from './groups/order-flow.ts';
import { timeframesGroup } from './groups/timeframes.ts';
import { volatilityGroup } from './groups/volatility.ts';
import { volumeGroup } from './groups/volume.ts';
import { zonesGroup } from './groups/zones.ts';

const GROUPS = [
  volatilityGroup,
  volumeGroup,
  timeframesGroup,
  zonesGroup,
  calendarGroup,
  orderFlowGroup,
  crossAssetGroup,
  fundingGroup,
];

/** What of a bar's context a writer looks at. */
type Seen = (context: BarContext) => BarContext;

class V2Writer implements FeatureWriter {
  private readonly seen: Seen;
  private readonly base = new ReversalWriter();
  private readonly groups = GROUPS.map((group) => ({ writer: group.createWriter(), width: group.features.length }));
  private before = Number.NaN;

  constructor(seen: Seen) {
    this.seen = seen;
  }

  write(candle: Candle, out: Float64Array, offset: number, given: BarContext): void {
    const context = this.seen(given);
    this.base.write(candle, out, offset);
    const move = Number.isNaN(this.before) ? 0 : candle.close / this.before - 1;
    this.before = candle.close;
    // An average that has no value yet would stay in what zones remember.
    const perAtr = Number.isNaN(this.base.perAtr) ? 0 : this.base.perAtr;
    let at = offset + featureSetReversalV1.features.length;
    for (const { writer, width } of this.groups) {
      writer.write({ candle, context, move, perAtr }, out, at);
      at += width;
    }
  }
}

const setOf = (name: string, usesContext: boolean, seen: Seen): FeatureSet => ({
  name,
  version: 1,
  features: [...featureSetReversalV1.features, ...GROUPS.flatMap((group) => group.features)],
  // The longest window, 288 bars, and the close before it.
  warmUpBars: 289,
  usesContext,
  createWriter: () => new V2Writer(seen),
});

export const featureSetV2: FeatureSet = setOf('v2', true, (context) => context);
/** `v2` of candles alone. */
export const featureSetV2Candles: FeatureSet = setOf('v2-candles', false, () => NOTHING_KNOWN);
/** `v2` of candles and the reference instrument, without prints and funding. */
export const featureSetV2Reference: FeatureSet = setOf('v2-reference', true, ({ referenceClose }) => ({
  ...NOTHING_KNOWN,
  referenceClose,
}));
