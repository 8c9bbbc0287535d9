import type { InputEvent, PredictionArrived } from '../../engine/domain/events.ts';
import type { InferenceClient, PredictionRequest } from '../../engine/inference/inference-client.ts';
import type { ModelCard } from '../../ml/card.ts';

const keyOf = (model: string, instrumentId: string, candleCloseTimeMs: number): string =>
  `${model} ${instrumentId} ${candleCloseTimeMs}`;

/** Models that say again what they said: a question that has no answer in the log stays without one. */
export function loggedAnswers(
  cards: readonly ModelCard[],
  answers: readonly PredictionArrived[],
  tell: (event: InputEvent) => void,
): InferenceClient {
  const known = new Map(
    answers.map((answer) => [keyOf(answer.model, answer.instrumentId, answer.candleCloseTimeMs), answer]),
  );
  return {
    serve: () => {},
    start() {
      for (const { name, version } of cards)
        tell({ kind: 'ModelStateChanged', model: name, version, state: 'ready', why: '' });
    },
    predict({ requestId, instrumentId, candleCloseTimeMs, timeframe }: PredictionRequest) {
      const found = cards.flatMap(({ name, timeframe: own }) =>
        own === timeframe ? (known.get(keyOf(name, instrumentId, candleCloseTimeMs)) ?? []) : [],
      );
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
