import type { InstrumentCandles } from '../datasets/build-data-set.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { DirectionOf } from '../labels/direction.ts';
import { foreknowledge } from './foreknowledge.ts';
import { looksAhead } from './look-ahead.ts';
import { timeFaults } from './time-faults.ts';

/** Makes the data set whose making is audited: what training will use, on any candles. */
export type BuildDataSet = (instruments: readonly InstrumentCandles[]) => DataSet;

export interface Leak {
  readonly kind: 'look-ahead' | 'label-end' | 'known-answer' | 'foreknowledge' | 'times' | 'fitted-on-all';
  /** One sentence: what, where. */
  readonly detail: string;
}

export interface AuditOptions {
  /** Null where the question has no direction. */
  readonly directionOf: DirectionOf | null;
  readonly seed: number;
}

/** Bars of the stretch the audit works on: enough for features to settle and a few hundred questions. */
const AUDIT_BARS = 2_000;

/** What was looked for, and what was found. */
export interface Audit {
  readonly checked: readonly Leak['kind'][];
  readonly leaks: readonly Leak[];
}

/** What every data set is looked through for; foreknowledge only where answers have a direction. */
const ALWAYS_CHECKED: readonly Leak['kind'][] = ['times', 'look-ahead', 'label-end', 'known-answer'];

/**
 * Looks for leaks in how a data set is made, by making it again where the answer must not be known: with another future
 * after some bar, and on a random walk, where nothing can be told beforehand. None is found in an honest one.
 */
export function auditDataSet(
  build: BuildDataSet,
  instruments: readonly InstrumentCandles[],
  { directionOf, seed }: AuditOptions,
): Audit {
  const first = instruments[0];
  if (first === undefined) throw new RangeError('no instruments to audit');
  const stretch = newest(first, AUDIT_BARS);
  const leaks = [...timeFaults(build([stretch])), ...looksAhead(build, stretch, seed)];
  // A question that is answered when asked needs no search for what foretells it.
  const looksForSkill = directionOf !== null && leaks.length === 0;
  if (looksForSkill) leaks.push(...foreknowledge(build, stretch, directionOf, seed));
  return { checked: looksForSkill ? [...ALWAYS_CHECKED, 'foreknowledge'] : ALWAYS_CHECKED, leaks };
}

/** @throws Error with one sentence for each leak. Returns what was looked for in vain. */
export function refuseLeaks({ checked, leaks }: Audit): readonly Leak['kind'][] {
  if (leaks.length > 0) throw new Error(`the data set leaks: ${leaks.map(({ detail }) => detail).join('; ')}`);
  return checked;
}

function newest({ instrument, candles, contextOf }: InstrumentCandles, bars: number): InstrumentCandles {
  const from = Math.max(0, candles.close.length - bars);
  const cut = {
    openTimeMs: candles.openTimeMs.slice(from),
    open: candles.open.slice(from),
    high: candles.high.slice(from),
    low: candles.low.slice(from),
    close: candles.close.slice(from),
    volume: candles.volume.slice(from),
  };
  return contextOf === undefined
    ? { instrument, candles: cut }
    : { instrument, candles: cut, contextOf: (row) => contextOf(row + from) };
}
