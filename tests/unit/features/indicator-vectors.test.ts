import { describe, expect, it } from 'vitest';
import { indicatorTable, parseIndicatorSet } from '../../../main/engine/features/indicator-table.ts';
import { emptyColumns, readCandleTable, readNumberTable } from '../../support/candle-samples.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const TOLERANCE = 1e-9;
/** The cycle indicators feed on their own estimates, which makes rounding differences grow. */
const CYCLE_TOLERANCE = 1e-6;

/**
 * Reference columns that this library leaves out: the lagging close of Ichimoku (a look ahead by its own definition) and
 * another library's name for the slow stochastic, with its %J.
 */
const NOT_HERE = ['timestamp_ms', ...['ICHIMOKU_9_26_52_CHIKOU', 'STOCH_14_3_3_K', 'STOCH_14_3_3_D', 'STOCH_14_3_3_J']];

/** The first place where two columns differ by more than the tolerance, or where just one has a value. */
function firstDifference(ours: Float64Array, expected: Float64Array, tolerance: number): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [ours[i]!, expected[i]!];
    const same = Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    if (!same) return `row ${i}: ours ${a}, expected ${b}`;
  }
  return undefined;
}

function compare(folder: string, file: string, set: string): { checked: number; missing: string[]; wrong: string[] } {
  const chosen = parseIndicatorSet(set);
  if (!chosen.ok) throw new Error(chosen.error.message);
  const table = indicatorTable(readCandleTable(realData(`vectors/${folder}/input.csv`)), chosen.value);
  const expected = readNumberTable(realData(`vectors/${folder}/${file}`));
  const wrong = table.names.flatMap((name, k) => {
    const reference = expected.get(name);
    if (!reference) return [`${name} is no reference column`];
    const difference = firstDifference(
      table.columns[k]!,
      reference,
      /^(HT_|MAMA_)/.test(name) ? CYCLE_TOLERANCE : TOLERANCE,
    );
    return difference ? [`${name} ${difference}`] : [];
  });
  const missing = [...expected.keys()].filter((name) => !table.names.includes(name) && !NOT_HERE.includes(name));
  return { checked: table.names.length, missing, wrong };
}

describe.skipIf(!hasRealData)('reference vectors', () => {
  it('the set "talib" has the columns of the reference in their order', () => {
    const chosen = parseIndicatorSet('talib');
    if (!chosen.ok) throw new Error(chosen.error.message);
    const header = readNumberTable(realData('vectors/crypto_btcusdt_1h/expected_talib.csv.gz')).keys();
    expect(indicatorTable(emptyColumns(0), chosen.value).names).toEqual([...header].slice(1));
  });

  for (const folder of ['crypto_btcusdt_1h', 'crypto_xrpusdt_5m']) {
    it(`${folder}: every TA-Lib column, to 1e-9 (cycles 1e-6)`, () => {
      expect(compare(folder, 'expected_talib.csv.gz', 'talib')).toEqual({ checked: 86, missing: [], wrong: [] });
    });

    it(`${folder}: the chart indicators, to 1e-9`, () => {
      expect(compare(folder, 'expected_other.csv.gz', 'charts')).toEqual({ checked: 30, missing: [], wrong: [] });
    });
  }
});
