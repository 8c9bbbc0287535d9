/** Features as a person reads them: `above low of 20 bars` for `above_low_20`. Pure. */

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
  realized: 'realized volatility',
  parkinson: 'Parkinson’s volatility',
  klass: 'and Klass’s volatility',
  garman: 'Garman',
  place: 'place in the range',
  sin: '(sine)',
  cos: '(cosine)',
};

export function featureWords(name: string): string {
  const [, stem = name, bars] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  const words = stem
    .split('_')
    .map((part) => WORDS[part] ?? part)
    .join(' ');
  return bars === undefined ? words : `${words} of ${bars} bars`;
}

/** A sentence of the engine, with the feature in words whose drift it tells of. */
export const featuresInWords = (sentence: string): string =>
  sentence.replace(/(?<=drifted from training: )[a-z\d_]+/g, (name) => featureWords(name));
