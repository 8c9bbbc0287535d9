import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInferenceClient } from '../../../main/engine/inference/inference-client.ts';
import type { FromHost } from '../../../main/engine/inference/protocol.ts';
import { cardSchema } from '../../../main/ml/card.ts';
import { createInferenceHost } from '../../../main/ml/host/inference-host.ts';
import { MODELS_DIR } from '../../../main/product.ts';
import { FakeTime } from '../../support/fake-time.ts';

const message = fc.oneof(
  fc.anything(),
  fc.record(
    {
      type: fc.constantFrom(
        'Predict',
        'LoadModels',
        'Stop',
        'HostReady',
        'ModelLoaded',
        'ModelsLoaded',
        'Predicted',
        'PredictFailed',
        'ModelStatus',
      ),
      requestId: fc.anything(),
      model: fc.anything(),
      version: fc.anything(),
      features: fc.anything(),
      probability: fc.anything(),
      models: fc.anything(),
      featureSets: fc.anything(),
      loaded: fc.anything(),
      pid: fc.anything(),
      runtime: fc.anything(),
      reason: fc.anything(),
    },
    { requiredKeys: ['type'] },
  ),
);

describe('messages between engine and ml-host', () => {
  it('of any shape are answered or refused by the host, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 5 }), async (messages) => {
        const answers: FromHost[] = [];
        const host = createInferenceHost((answer) => answers.push(answer));
        for (const each of messages) host.receive(each);
        host.reportStatus();
        await host.stop();
        for (const answer of answers) expect(answer.type).toMatch(/^[A-Z]/);
      }),
      { numRuns: 100 },
    );
  });

  it('of any shape are taken or refused by the engine, which neither throws nor invents a prediction', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), (messages) => {
        const time = new FakeTime();
        let say: (message: unknown) => void = () => {};
        const predictions: unknown[] = [];
        const client = createInferenceClient({
          spawn: () => ({
            send: () => {},
            onMessage: (handler) => {
              say = handler;
            },
            onExit: () => {},
            kill: () => {},
          }),
          clock: time,
          timers: time,
          models: [],
          featureSets: [],
          onPrediction: (event) => predictions.push(event),
          onModelState: () => {},
          onNotice: () => {},
        });
        client.start();
        for (const each of messages) say(each);
        expect(predictions).toEqual([]);
        expect(['starting', 'ready']).toContain(client.state());
      }),
      { numRuns: 150 },
    );
  });
});

describe('model cards', () => {
  const shipped = readFileSync(join(MODELS_DIR, 'reversal-gbt/1.0.0/card.json'), 'utf8');
  /** Every place in the card, as the keys that lead there. */
  const places = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
    typeof value === 'object' && value !== null
      ? [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
      : [path];
  const all = places(JSON.parse(shipped)).filter((path) => path.length > 0);

  it('with any one value replaced are read as what they say or refused, never an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.anything(), (path, value) => {
        const card = JSON.parse(shipped) as Record<string, unknown>;
        let at = card;
        for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
        at[path.at(-1) as string] = value;
        const parsed = cardSchema.safeParse(card);
        if (parsed.success) expect(parsed.data).toEqual(card);
        else expect(parsed.error.issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('with any one member taken away or added are refused, with the place named', () => {
    const members = all.filter((path) => !/^\d+$/.test(path.at(-1) as string));
    fc.assert(
      fc.property(fc.constantFrom(...members), (path) => {
        const card = JSON.parse(shipped) as Record<string, unknown>;
        let at = card;
        for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
        delete at[path.at(-1) as string];
        at['surprise'] = true;
        expect(cardSchema.safeParse(card).success).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
