import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openAnsweringBook } from '../../../../main/answering-gpu.ts';
import { modelsGpu } from '../../../../main/commands/models-gpu.ts';
import { openDataFolder } from '../../../../main/data-folder.ts';
import { openProviderBook } from '../../../../main/ml/providers/provider-book.ts';
import { PROVIDER_BUILD } from '../../../../main/ml/providers/runtime-gpus.ts';
import { providersFile } from '../../../../main/ml/train/job-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-gpus-'));
afterAll(() => rmSync(dir, { recursive: true }));
const NOW_MS = 1_000;

it('tells what is known of GPUs for training and for answering, and forgets both', () => {
  const { trainingJobs } = openDataFolder(dir);
  mkdirSync(trainingJobs, { recursive: true });
  const training = openProviderBook(providersFile(trainingJobs), PROVIDER_BUILD, () => NOW_MS);
  const answering = openAnsweringBook(openDataFolder(dir), () => NOW_MS);
  const show = (): string => {
    const outcome = modelsGpu('show', dir, NOW_MS);
    return outcome.exit === 2 ? outcome.error : outcome.text;
  };
  expect(show()).toContain('Nothing was measured yet');
  training.keep({ provider: 'webgpu', net: 'mlp of size 9', timesAsFast: 3.04, apartShare: 0.0004, why: '' });
  answering.keep({
    provider: 'cuda',
    net: 'answers of deep 1.0.0',
    timesAsFast: null,
    apartShare: null,
    why: 'no library',
  });
  answering.quarantine('dml', 'it ended its process');
  const text = show();
  expect(text).toContain('WebGPU, mlp of size 9: 3.0 times as fast as the processor, 0.04 % apart');
  expect(text).toContain('CUDA, answers of deep 1.0.0: no library');
  expect(text).toContain('DirectML is asked nothing: it ended its process.');
  modelsGpu('retry', dir, NOW_MS);
  expect(show()).toContain('Nothing was measured yet');
  expect(show()).not.toContain('DirectML is asked nothing');
});
