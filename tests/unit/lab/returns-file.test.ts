import { describe, expect, it } from 'vitest';
import { parseReturns } from '../../../main/lab/portfolio/returns-file.ts';
import { parseWeights } from '../../../main/lab/portfolio/weights.ts';

describe('a file of returns', () => {
  it('has a column for each asset; times are passed over', () => {
    const read = parseReturns('timestamp_ms,BTC,ETH\n1,0.01,-0.02\n2,-0.005,0.5\n', 'r.csv');
    expect(read).toEqual({
      ok: true,
      value: { assets: ['BTC', 'ETH'], columns: [Float64Array.of(0.01, -0.005), Float64Array.of(-0.02, 0.5)] },
    });
  });

  it.each([
    ['', 'the header has a column without a name'],
    ['timestamp_ms\n1\n2\n', 'the header names no asset'],
    ['A,A\n1,1\n1,1\n', 'the header names A twice'],
    ['A,\n1,1\n1,1\n', 'the header has a column without a name'],
    ['A\n0.1\n', '1 rows of returns: it takes two to vary'],
    ['A,B\n0.1,0.1\n0.1\n', 'row 3: 1 fields, the header has 2'],
    ['A,B\n0.1,x\n0.1,0.1\n', 'row 2: B: x is no number'],
    ['A,B\n0.1,\n0.1,0.1\n', 'row 2: B: nothing is no number'],
    ['A\n0.1\nNaN\n', 'row 3: A: NaN is no number'],
    ['A\n0.1\n-1.5\n', 'row 3: A: -1.5 loses more than everything'],
  ])('%j: %s', (text, message) => {
    const read = parseReturns(text, 'r.csv');
    expect(read).toEqual({ ok: false, error: { kind: 'bad-returns', message: `r.csv: ${message}` } });
  });
});

describe('weights', () => {
  it('are by name; what is not named has none', () => {
    expect(parseWeights('ETH=-0.25, BTC=1', ['BTC', 'ETH', 'SOL'])).toEqual({
      ok: true,
      value: Float64Array.of(1, -0.25, 0),
    });
  });

  it.each([
    ['DOGE=1', '--weights: no asset is called DOGE; there are BTC, ETH'],
    ['BTC', '--weights: BTC is not NAME=SHARE'],
    ['BTC=much', '--weights: BTC=much is not NAME=SHARE'],
    ['BTC=1=2', '--weights: BTC=1=2 is not NAME=SHARE'],
    ['', '--weights:  is not NAME=SHARE'],
  ])('%j: %s', (text, message) => {
    expect(parseWeights(text, ['BTC', 'ETH'])).toEqual({ ok: false, error: { kind: 'bad-weights', message } });
  });
});
