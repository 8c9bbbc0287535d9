import { versionKey } from '../../engine/domain/ensemble.ts';
import type { InputEvent, PredictionArrived } from '../../engine/domain/events.ts';
import type { InferenceClient, PredictionRequest } from '../../engine/inference/inference-client.ts';
import type { ModelCard } from '../../ml/card.ts';

const keyOf = (of: { model: string; version: string }, instrumentId: string, candleCloseTimeMs: number): string =>
  `${versionKey(of)} ${instrumentId} ${candleCloseTimeMs}`;

/** Models that say again what they said, each version for itself: a question that has no answer in the log stays without one. */
export function loggedAnswers(
  cards: readonly ModelCard[],
  answers: readonly PredictionArrived[],
  tell: (event: InputEvent) => void,
): InferenceClient {
  const known = new Map(
    answers.map((answer) => [keyOf(answer, answer.instrumentId, answer.candleCloseTimeMs), answer]),
  );
  return {
    serve: () => {},
    start() {
      for (const { name, version } of cards)
        tell({ kind: 'ModelStateChanged', model: name, version, state: 'ready', why: '' });
    },
    predict({ requestId, instrumentId, candleCloseTimeMs, timeframe, featureSetHash, only }: PredictionRequest) {
      const found = cards.flatMap(({ name: model, version, timeframe: own, featureSet }) => {
        const isAsked = own === timeframe && featureSet.hash === featureSetHash;
        const isMeant = !only || versionKey(only) === versionKey({ model, version });
        return isAsked && isMeant ? (known.get(keyOf({ model, version }, instrumentId, candleCloseTimeMs)) ?? []) : [];
      });
      // All are there at once: the last to speak has nobody to wait for.
      for (const [at, { gathering: _, ...answer }] of found.entries()) {
        tell({ ...answer, requestId, ...(at < found.length - 1 && { gathering: true }) });
      }
    },
    models: () => [],
    refusals: () => [],
    state: () => 'ready',
    stop: async () => {},
  };
}
