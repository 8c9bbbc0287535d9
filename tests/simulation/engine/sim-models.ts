import type { InputEvent } from '../../../main/engine/domain/events.ts';
import type { InferenceClient, InferenceNotice } from '../../../main/engine/inference/inference-client.ts';
import type { ModelCard } from '../../../main/ml/card.ts';
import type { ProcessTime } from './sim-time.ts';

/** A model of which nothing is asked but that it speaks when told to. */
export const CARD = {
  name: 'simulated',
  version: '1.0.0',
  title: 'Simulated',
  timeframe: '1m',
  licensedUntilMs: Date.UTC(2030, 0, 1),
  trainingDistribution: { windowBars: 288, features: [] },
  featureSet: { name: 'none', hash: 'none', features: ['none'] },
  question: { label: { kind: 'reversal', horizonBars: 12, multiple: 3 } },
  outOfSample: { event: { probabilityMin: 0.6 }, lossGain: { value: 0 } },
} as unknown as ModelCard;

/** Which models there are, and who asks them. */
export interface SimModels {
  readonly cards: readonly ModelCard[];
  client(
    process: ProcessTime,
    onEvent: (event: InputEvent) => void,
    onNotice: (notice: InferenceNotice) => void,
  ): InferenceClient;
}

export const IDLE_MODELS: InferenceClient = {
  start: () => {},
  serve: () => {},
  predict: () => {},
  models: () => [],
  refusals: () => [],
  state: () => 'ready',
  stop: async () => {},
};

export const SPEAKING_WHEN_TOLD: SimModels = { cards: [CARD], client: () => IDLE_MODELS };
