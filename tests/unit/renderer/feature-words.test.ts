import { describe, expect, it } from 'vitest';
import { FEATURE_SETS } from '../../../main/engine/features/feature-sets.ts';
import { featuresInWords, featureWords } from '../../../renderer/format/feature-words.ts';

describe('features in words', () => {
  it.each([
    ['above_low_20', 'above low of 20 bars'],
    ['sma_50', 'SMA of 50 bars'],
    ['macd_hist', 'MACD histogram'],
    ['day_cos', 'day (cosine)'],
    ['hl_range', 'high–low range'],
    ['rsi', 'RSI'],
    ['garman_klass_48', 'Garman and Klass’s volatility of 48 bars'],
    ['reference_move_12', 'reference move of 12 bars'],
  ])('%s is %s', (name, words) => {
    expect(featureWords(name)).toBe(words);
  });

  it('tell every feature of a set apart, without the signs of code', () => {
    for (const { name, features } of FEATURE_SETS) {
      const words = features.map((feature) => featureWords(feature.name));
      expect(new Set(words).size, name).toBe(features.length);
      expect(words.filter((each) => each.includes('_'))).toEqual([]);
    }
  });

  it('stand in a sentence of the engine', () => {
    expect(featuresInWords('its inputs have drifted from training: oc_range by 2.66, limit 2.64 (BTC/USDT)')).toBe(
      'its inputs have drifted from training: open–close range by 2.66, limit 2.64 (BTC/USDT)',
    );
  });
});
