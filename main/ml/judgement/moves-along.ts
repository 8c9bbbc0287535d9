import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { directionOfLabel } from '../labels/direction.ts';
import type { LabelSpec } from '../labels/label.ts';
import { movesOf } from './net-of-costs.ts';

/** Moves to the answers, the way that a yes says price goes; null where answers say no direction. */
export function movesAlong(set: DataSet, candles: readonly CandleColumns[], label: LabelSpec): Float64Array | null {
  const directionOf = directionOfLabel(label);
  if (directionOf === null) return null;
  const moves = movesOf(set, candles);
  if (label.kind !== 'reversal') return moves;
  const turned = { ...set, targets: new Float32Array(set.targets.length).fill(1) };
  return moves.map((move, sample) => move * directionOf(turned, sample));
}
