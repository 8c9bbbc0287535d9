import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chooseGpu } from '../../../main/answering-gpu.ts';
import { openProviderBook } from '../../../main/ml/providers/provider-book.ts';
import { listVersions } from '../../../main/ml/registry/model-folders.ts';
import { smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

it('a book that cannot be written costs no model: it is said, and the processor answers', {
  timeout: 60_000,
}, async () => {
  const dir = await writePackage(await smallPackage());
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const said: string[] = [];
  const choice = chooseGpu({
    book: openProviderBook(join(dir, 'no such folder', 'gpus.json'), 'here', () => 1_000),
    featureSets: [smallFeatureSet],
    onLog: (text) => said.push(text),
  });
  expect(await choice.fastest({ ...listVersions(dir)[0]!, memoryBytes: 1 })).toBeNull();
  choice.onLost('webgpu', 'the process that answered on it ended (signal SIGSEGV)');
  expect(said).toEqual([
    expect.stringMatching(/^What is known of GPUs could not be written down: ENOENT/),
    'WebGPU is asked no more: the process that answered on it ended (signal SIGSEGV). The processor answers.',
    expect.stringMatching(/^What is known of GPUs could not be written down: ENOENT/),
  ]);
});
