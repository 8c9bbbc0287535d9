import { describe, expect, it } from 'vitest';
import { parseSignals } from '../../../main/lab/backtest/signal-file.ts';

const TIMES = Float64Array.from([1_000, 2_000, 3_000]);
const read = (text: string) => parseSignals(text, 's.csv', TIMES);

describe('a signal file', () => {
  it('speaks at the candles that it has rows for', () => {
    const signals = read('timestamp_ms,enter_long,exit_long\n1000,1,0\n3000,0,1\n');
    expect(
      signals.ok && [[...signals.value.enterLong], [...signals.value.exitLong], [...signals.value.enterShort]],
    ).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
  });

  it.each(['1,0,1', '1.0,0.0,1.0', 'True,False,True', 'true,false,TRUE'])('says %s as tables are written', (words) => {
    const [first, second, third] = words.split(',');
    const signals = read(`timestamp_ms,enter_long\n1000,${first}\n2000,${second}\n3000,${third}\n`);
    expect(signals.ok && [...signals.value.enterLong]).toEqual([1, 0, 1]);
  });

  it.each([
    ['', 's.csv: the header has no column timestamp_ms'],
    ['timestamp_ms,long\n', 's.csv: the header has none of the columns enter_long, exit_long, enter_short, exit_short'],
    ['timestamp_ms,enter_long\n1000\n', 's.csv: row 2: 1 fields, the header has 2'],
    [
      'timestamp_ms,enter_long\n1500,1\n',
      's.csv: row 2: timestamp_ms: 1500 is not the next candle’s time or a later one’s',
    ],
    [
      'timestamp_ms,enter_long\n2000,1\n1000,1\n',
      's.csv: row 3: timestamp_ms: 1000 is not the next candle’s time or a later one’s',
    ],
    [
      'timestamp_ms,enter_long\n2000,1\n2000,1\n',
      's.csv: row 3: timestamp_ms: 2000 is not the next candle’s time or a later one’s',
    ],
    ['timestamp_ms,enter_long\nx,1\n', 's.csv: row 2: timestamp_ms: x is not the next candle’s time or a later one’s'],
    ['timestamp_ms,enter_long\n1000,yes\n', 's.csv: row 2: enter_long: yes is neither 0 nor 1'],
    ['timestamp_ms,enter_long\n1000,\n', 's.csv: row 2: enter_long: nothing is neither 0 nor 1'],
  ])('%j is refused', (text, message) => {
    expect(read(text)).toEqual({ ok: false, error: { kind: 'bad-signals', message } });
  });
});
