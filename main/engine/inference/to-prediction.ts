import type { PredictionArrived } from '../domain/events.ts';
import type { TrackRecord } from '../domain/proposal.ts';
import type { Predicted } from './protocol.ts';

/**
 * The engine's event for an answer. The engine thinks in ups and downs; a model's yes may mean the one or the other: a turn
 * of a falling trend is a rise, one of a rising trend a fall. The questions have no third outcome, so the chance of a fall
 * is the complement of that of a rise, and so is its record.
 *
 * @param requestId the engine's own id of the request
 */
export function toPredictionArrived(answer: Predicted, requestId: string, late: boolean): PredictionArrived {
  const yesIsUp = answer.yesMeans === 'rise';
  const upward = (probability: number): number => (yesIsUp ? probability : 1 - probability);
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
    record: upwardRecord(answer, yesIsUp),
    edge: answer.edge,
    latencyMs: answer.latencyMs,
    late,
  };
}

function upwardRecord({ record }: Predicted, yesIsUp: boolean): TrackRecord | null {
  if (record === null || record.n === 0) return null;
  const rightShare = record.right / record.n;
  return yesIsUp
    ? { saidFrom: record.bucketLow, saidTo: record.bucketHigh, rightShare, n: record.n }
    : { saidFrom: 1 - record.bucketHigh, saidTo: 1 - record.bucketLow, rightShare: 1 - rightShare, n: record.n };
}
