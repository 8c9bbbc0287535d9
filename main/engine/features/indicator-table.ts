/** Indicator tables: `sma:20,rsi:14` over candles gives named columns, and those give CSV. */

import type { CandleColumns } from '../domain/candle.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { AVERAGE_INDICATORS } from './catalogue-averages.ts';
import { CYCLE_INDICATORS } from './catalogue-cycles.ts';
import { OSCILLATOR_INDICATORS } from './catalogue-oscillators.ts';
import { TREND_INDICATORS } from './catalogue-trend.ts';
import {
  type ChosenIndicator,
  computeLines,
  type IndicatorDefinition,
  type IndicatorParameter,
} from './indicator-definition.ts';

/** Every indicator there is, by the name users write. */
export const INDICATORS: ReadonlyMap<string, IndicatorDefinition> = new Map(
  [...AVERAGE_INDICATORS, ...OSCILLATOR_INDICATORS, ...TREND_INDICATORS, ...CYCLE_INDICATORS].map((entry) => [
    entry.name,
    entry,
  ]),
);

/** Other names by which people know some of them. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['bb', 'bbands'],
  ['bollinger', 'bbands'],
  ['dmi', 'dx'],
  ['rma', 'smma'],
  ['williams', 'willr'],
]);

const CSV_PIECE_CHARS = 65_536;

/** What `--set talib` stands for: all that TA-Lib has, too, in its reference order. */
const TALIB_SET =
  'sma:5,ema:5,sma:20,ema:20,sma:50,ema:50,wma:20,dema:20,tema:20,trima:20,kama:20,t3:5:0.7,mama,midpoint:14,midprice:14,' +
  'ht_trendline,bbands:20:2,sar:0.02:0.2,accbands:20,rsi:7,rsi:14,macd:12:26:9,stoch:14:3:3,stochf:14:3,stochrsi:14:14:3,adx:14,' +
  'adxr:14,dx:14,plus_di:14,minus_di:14,cci:14,willr:14,atr:14,natr:14,plus_dm:14,minus_dm:14,trange,mfi:14,obv,ad,' +
  'adosc:3:10,mom:10,roc:10,rocp:10,rocr:10,trix:15,cmo:14,ultosc:7:14:28,apo:12:26,ppo:12:26,aroon:25,aroonosc:25,bop,' +
  'imi:14,linearreg:14,linearreg_slope:14,linearreg_intercept:14,linearreg_angle:14,tsf:14,stddev:20:1,var:20,avgdev:14,' +
  'correl:30,beta:5,max:30,min:30,sum:30,avgprice,medprice,typprice,wclprice,ht_dcperiod,ht_sine,ht_trendmode';

/** What `--set charts` stands for: the indicators that charts have and TA-Lib has not. */
const CHART_SET =
  'supertrend:10:3,ichimoku:9:26:52,vwap_anchored,vwap,keltner:20:10:2,donchian:20,hma:14,vwma:14,cmf:20,vortex:14,' +
  'chandelier:22:3,awesome:5:34,chop:14,heikin_ashi,smma:20,elder:13';

const NAMED_SETS: ReadonlyMap<string, string> = new Map([
  ['talib', TALIB_SET],
  ['charts', CHART_SET],
]);

export type IndicatorSetError = { readonly kind: 'bad-indicator-set'; readonly message: string };

export interface IndicatorTable {
  readonly names: readonly string[];
  /** NaN where a column has no value yet. */
  readonly columns: readonly Float64Array[];
}

/**
 * Reads `name:parameter:parameter,…`; parameters left out take their standard values. `talib` and `charts` stand for
 * whole sets. The error is one sentence that names the entry.
 */
export function parseIndicatorSet(text: string): Result<readonly ChosenIndicator[], IndicatorSetError> {
  const chosen: ChosenIndicator[] = [];
  const entries = text.split(',').flatMap((entry) => NAMED_SETS.get(entry.trim().toLowerCase())?.split(',') ?? [entry]);
  for (const entry of entries) {
    const parsed = parseEntry(entry.trim());
    if (typeof parsed === 'string') return fail({ kind: 'bad-indicator-set', message: parsed });
    chosen.push(parsed);
  }
  const names = chosen.flatMap(({ definition, parameters }) => definition.columns(parameters));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) return fail({ kind: 'bad-indicator-set', message: `the set "${text}" asks for ${twice} twice` });
  return ok(chosen);
}

function parseEntry(entry: string): ChosenIndicator | string {
  const [name = '', ...cells] = entry.toLowerCase().split(':');
  if (name === '') return 'the indicator set has an empty entry';
  const definition = INDICATORS.get(ALIASES.get(name) ?? name);
  if (!definition) return `there is no indicator "${name}"; there are ${[...INDICATORS.keys()].sort().join(', ')}`;
  const specs = definition.parameters;
  if (cells.length > specs.length) return `"${entry}" has too many parameters; ${usage(definition)}`;
  const parameters: number[] = [];
  for (const [i, spec] of specs.entries()) {
    const value = cells[i] === undefined ? spec.standard : readParameter(cells[i], spec);
    if (value === undefined) return `"${entry}": ${spec.name} is "${cells[i]}", not ${describe(spec)}`;
    parameters.push(value);
  }
  const conflict = definition.conflict?.(parameters);
  return conflict === undefined ? { definition, parameters } : `"${entry}": ${conflict}`;
}

function readParameter(text: string, spec: IndicatorParameter): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  const fits = value >= spec.least && value <= spec.most && (!spec.whole || Number.isInteger(value));
  return fits ? value : undefined;
}

function describe(spec: IndicatorParameter): string {
  return `a ${spec.whole ? 'whole ' : ''}number from ${spec.least} to ${spec.most}`;
}

function usage(definition: IndicatorDefinition): string {
  const form = [definition.name, ...definition.parameters.map(({ name }) => name)].join(':');
  return `it is written ${form}`;
}

/**
 * The columns of a set over candles.
 * @throws RangeError naming row and field when a candle is not finite, or when the candle columns differ in length.
 */
export function indicatorTable(candles: CandleColumns, set: readonly ChosenIndicator[]): IndicatorTable {
  return {
    names: set.flatMap(({ definition, parameters }) => definition.columns(parameters)),
    columns: set.flatMap((chosen) => computeLines(chosen, candles)),
  };
}

/** CSV text in pieces of whole lines: `timestamp_ms`, then the columns in full precision, empty where there is no value. */
export function* indicatorCsv(candles: CandleColumns, table: IndicatorTable): Generator<string> {
  let text = `timestamp_ms,${table.names.join(',')}\n`;
  for (let row = 0; row < candles.openTimeMs.length; row++) {
    text += candles.openTimeMs[row]!;
    for (const column of table.columns) {
      const value = column[row]!;
      text += Number.isNaN(value) ? ',' : `,${value}`;
    }
    text += '\n';
    if (text.length < CSV_PIECE_CHARS) continue;
    yield text;
    text = '';
  }
  yield text;
}
