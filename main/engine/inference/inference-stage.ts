import type { Stage } from '../kernel/stage.ts';

/** Asks the models about every set of features. Their answers come back as events at the front door. */
export function createInferenceStage(): Stage {
  return {
    name: 'inference',
    apply() {},
    handle(event, context) {
      if (event.kind !== 'FeaturesComputed') return;
      context.perform({
        kind: 'RequestPrediction',
        requestId: context.newId('p'),
        instrumentId: event.instrumentId,
        timeframe: event.timeframe,
        candleCloseTimeMs: event.candleCloseTimeMs,
        featureSetHash: event.featureSetHash,
        features: event.values,
      });
    },
  };
}
