import { RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const BARS = 96;
const BPS = 10_000;

class FundingWriter implements GroupWriter {
  private readonly known = new RollingSum(BARS);
  private readonly sum = new RollingSum(BARS);

  write({ context: { fundingRate } }: Bar, out: Float64Array, at: number): void {
    const rate = fundingRate === null ? 0 : fundingRate * BPS;
    const known = this.known.update(fundingRate === null ? 0 : 1);
    const sum = this.sum.update(rate);
    const mean = known === 0 ? 0 : sum / known;
    out[at] = known / BARS;
    out[at + 1] = rate;
    out[at + 2] = mean;
    out[at + 3] = fundingRate === null ? 0 : rate - mean;
  }
}

export const fundingGroup: FeatureGroup = {
  features: [
    { name: 'funding_known', formula: 'share of the last 96 bars with a known funding rate' },
    { name: 'funding_bps', formula: 'funding rate x 10,000; 0 where not known' },
    { name: 'funding_mean', formula: 'its mean over the known of 96 bars; 0 where none is' },
    { name: 'funding_turn', formula: 'funding_bps - funding_mean; 0 where not known' },
  ],
  createWriter: () => new FundingWriter(),
};
