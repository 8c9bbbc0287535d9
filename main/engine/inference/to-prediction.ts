import type { PredictionArrived } from '../domain/events.ts';
import type { TrackRecord } from '../domain/proposal.ts';
import type { Predicted } from './protocol.ts';

/**
 * The engine's event for an answer. A model answers "does the trend turn?"; the engine thinks in ups and downs. A turn
 * of a falling trend is an upward event, one of a rising trend is its opposite: the label has no third outcome, so its
 * probability is the complement, and so is its record.
 *
 * @param requestId the engine's own id of the request
 */
export function toPredictionArrived(answer: Predicted, requestId: string, late: boolean): PredictionArrived {
  const turnIsUp = answer.trend === 'down';
  const upward = (probability: number): number => (turnIsUp ? probability : 1 - probability);
  return {
    kind: 'PredictionArrived',
    requestId,
    instrumentId: answer.instrument,
    timeframe: answer.timeframe,
    candleCloseTimeMs: answer.candleCloseTimeMs,
    model: answer.model,
    version: answer.version,
    modelHash: answer.modelSha256,
    rawProbability: upward(answer.rawProbability),
    probability: upward(answer.probability),
    record: upwardRecord(answer, turnIsUp),
    edge: answer.edge,
    latencyMs: answer.latencyMs,
    late,
  };
}

function upwardRecord({ record }: Predicted, turnIsUp: boolean): TrackRecord | null {
  if (record === null || record.n === 0) return null;
  const rightShare = record.right / record.n;
  return turnIsUp
    ? { saidFrom: record.bucketLow, saidTo: record.bucketHigh, rightShare, n: record.n }
    : { saidFrom: 1 - record.bucketHigh, saidTo: 1 - record.bucketLow, rightShare: 1 - rightShare, n: record.n };
}
