import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { MOMENTUM_RECORD } from '../../../main/engine/decision/momentum-record.ts';
import type {
  AnswersGathered,
  ModelStateChanged,
  PredictionArrived,
  PredictionFailed,
} from '../../../main/engine/domain/events.ts';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import { featureNames, featureSetHash } from '../../../main/engine/features/feature-set.ts';
import { featureSetByName } from '../../../main/engine/features/feature-sets.ts';
import { modelRows } from '../../../main/engine/gateway/model-rows.ts';
import { createNoticeBoard } from '../../../main/engine/gateway/notice-board.ts';
import { forkMlHost } from '../../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient } from '../../../main/engine/inference/inference-client.ts';
import { systemClock, systemTimers } from '../../../main/engine/kernel/clock.ts';
import { readModelCards } from '../../../main/engine/model-cards.ts';
import { newestPlacements } from '../../../main/ml/registry/model-folders.ts';
import { MODELS_DIR } from '../../../main/product.ts';
import { modelSchema } from '../../../preload/desk-models-contract.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-models-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('a truncated model is refused with the reason on the board; the host lives and its questions fail in words', async () => {
  cpSync(join(MODELS_DIR, 'reversal-gbt'), join(dir, 'reversal-gbt'), { recursive: true });
  const [card] = readModelCards(dir);
  if (!card) throw new Error('no model ships');
  const { name, version, featureSet, timeframe } = card;
  truncateSync(join(dir, name, version, 'model.onnx'), 10_000);
  const set = featureSetByName(featureSet.name);
  if (!set) throw new Error(`no feature set ${featureSet.name}`);
  const board = createNoticeBoard();
  const states: ModelStateChanged[] = [];
  const answers: (AnswersGathered | PredictionArrived | PredictionFailed)[] = [];
  const client = createInferenceClient({
    spawn: () => forkMlHost(fileURLToPath(new URL('../../../main/ml/host/main.ts', import.meta.url))),
    clock: systemClock,
    timers: systemTimers,
    models: newestPlacements(dir),
    featureSets: [{ name: set.name, hash: featureSetHash(set), features: [...featureNames(set)] }],
    onPrediction: (event) => answers.push(event),
    onModelState: (event) => states.push(event),
    onNotice: (notice) => board.takeNotice(notice),
  });
  client.start();
  await expect.poll(() => client.state(), { timeout: 20_000 }).toBe('ready');
  const rule = { record: MOMENTUM_RECORD, measuredOn: 'test' };
  const [row] = modelRows(client, [], board, rule, () => ({ whole: FIT, inInstruments: [] }));
  expect(modelSchema.parse(row)).toMatchObject({ name, version, state: 'refused', edge: 'unknown' });
  expect(row?.note).toMatch(/model\.onnx/);
  expect(row?.note).toMatch(/hash|sha|SHA/);
  expect(states).toMatchObject([{ model: name, version, state: 'halted' }]);
  expect(states[0]?.why).toContain('model.onnx');
  client.predict({
    requestId: 'p-1',
    instrumentId: 'binance:BTC/USDT',
    timeframe,
    candleCloseTimeMs: 1,
    featureSetHash: featureSetHash(set),
    features: featureNames(set).map(() => 0.5),
  });
  await expect.poll(() => answers, { timeout: 5_000 }).toHaveLength(1);
  expect(answers[0]).toMatchObject({ kind: 'PredictionFailed', requestId: 'p-1', model: name });
  expect(client.state()).toBe('ready');
  await client.stop();
});
