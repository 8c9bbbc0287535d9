/** Features as a person reads them: `above low, 20 bars` of `above_low_20`. Pure. */

/** Parts of a name that are abbreviations, or that no word follows from. */
const WORDS: Readonly<Record<string, string>> = {
  sma: 'SMA',
  rsi: 'RSI',
  macd: 'MACD',
  hist: 'histogram',
  bb: 'Bollinger',
  hl: 'high–low',
  oc: 'open–close',
  atr: 'ATR',
  vwap: 'VWAP',
  sin: '(sine)',
  cos: '(cosine)',
};

export function featureWords(name: string): string {
  const [, stem = name, bars] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  const words = stem
    .split('_')
    .map((part) => WORDS[part] ?? part)
    .join(' ');
  return bars === undefined ? words : `${words}, ${bars} bars`;
}

/** A sentence of the engine with the features that it names in words. */
export const featuresInWords = (sentence: string): string =>
  sentence.replace(/\b[a-z]+(?:_[a-z\d]+)+\b/g, (name) => featureWords(name));
