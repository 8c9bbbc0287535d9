import type { ModelFitnessView } from '../domain/model-fitness.ts';
import type { Stage } from '../kernel/stage.ts';
import { createModelWatch, type ModelWatchDeps } from './model-watch.ts';

/**
 * Asks the models about every set of features, and watches what their answers are worth: `main/engine/inference/SPEC.md`.
 * Their answers come back as events at the front door.
 */
export function createInferenceStage(deps: ModelWatchDeps): Stage & { readonly view: ModelFitnessView } {
  const watch = createModelWatch(deps);
  return {
    name: 'inference',
    apply: (event) => watch.apply(event),
    handle(event, context) {
      switch (event.kind) {
        case 'FeaturesComputed':
          context.perform({
            kind: 'RequestPrediction',
            requestId: context.newId('p'),
            instrumentId: event.instrumentId,
            timeframe: event.timeframe,
            candleCloseTimeMs: event.candleCloseTimeMs,
            featureSetHash: event.featureSetHash,
            features: event.values,
            rows: deps.rows(event.timeframe, event.featureSet, event.instrumentId).slice(),
          });
          break;
        case 'LineUpSet':
          // Who has just come speaks about the candle that is the last one now: no candle passes without the new version.
          for (const {
            instrumentId,
            timeframe,
            featureSet,
            candleCloseTimeMs,
            featureSetHash,
            values,
            only,
          } of watch.unasked(context.nowMs)) {
            const rows = deps.rows(timeframe, featureSet, instrumentId).slice();
            const about = { instrumentId, timeframe, candleCloseTimeMs, featureSetHash, features: values, rows, only };
            context.perform({ kind: 'RequestPrediction', requestId: context.newId('p'), ...about });
          }
          break;
        case 'PredictionArrived':
        case 'ModelStateChanged':
        case 'ClockTicked':
          break;
        default:
          return;
      }
      const instrumentId = 'instrumentId' in event ? event.instrumentId : null;
      for (const change of watch.untold(context.nowMs, instrumentId)) context.emit(change);
    },
    view: watch.view,
  };
}
