import { featureNames, featureSetHash } from '../../engine/features/feature-set.ts';
import { type Audit, auditDataSet } from '../audit/leakage-audit.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { directionOfLabel } from '../labels/direction.ts';
import { buildReversalDataset, type ReversalQuestion, type SymbolCandles } from './reversal-dataset.ts';

/** The leakage audit of the reversal question, on the newest candles of the first symbol, as training makes its samples. */
export function auditReversals(symbols: readonly SymbolCandles[], question: ReversalQuestion, seed: number): Audit {
  const instruments = symbols.map(({ symbol, candles }) => ({ instrument: symbol, candles }));
  const label = { kind: 'reversal', horizonBars: question.horizonBars, multiple: question.barrierAtr } as const;
  const build = (given: typeof instruments): DataSet =>
    asDataSet(
      given.map(({ instrument, candles }) => ({ symbol: instrument, candles })),
      question,
    );
  return auditDataSet((given) => build([...given]), instruments, { directionOf: directionOfLabel(label), seed });
}

function asDataSet(symbols: readonly SymbolCandles[], question: ReversalQuestion): DataSet {
  const made = buildReversalDataset(symbols, question);
  const { featureSet } = question;
  const rowOf = Int32Array.from(made.labels.keys());
  const firstOf = symbols.map((_, symbol) => made.symbolOf.indexOf(symbol));
  return {
    matrix: {
      set: { name: featureSet.name, hash: featureSetHash(featureSet), features: [...featureNames(featureSet)] },
      instruments: symbols.map(({ symbol }) => symbol),
      cells: made.rows,
      firstRowOf: Int32Array.from([...firstOf, rowOf.length]),
    },
    rowOf,
    instrumentOf: Uint16Array.from(made.symbolOf),
    targetNames: ['turn'],
    targets: Float32Array.from(made.labels),
    askedMs: made.askedMs,
    knownMs: made.knownMs,
    weights: made.weights,
  };
}
