import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chooseGpu } from '../../../main/answering-gpu.ts';
import { openProviderBook } from '../../../main/ml/providers/provider-book.ts';
import { gpuProviders } from '../../../main/ml/providers/runtime-gpus.ts';
import { listVersions } from '../../../main/ml/registry/model-folders.ts';
import { smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

it.skipIf(gpuProviders().length === 0)(
  '[I9] half precision is taken where it is 1.1 times as fast as single on that GPU, and named so; lost on it, the GPU is',
  { timeout: 60_000 },
  async () => {
    const dir = await writePackage(await smallPackage());
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const book = openProviderBook(join(dir, 'gpus.json'), 'here', () => 1_000);
    const choice = chooseGpu({ book, featureSets: [smallFeatureSet], onLog: () => {} });
    const placement = { ...listVersions(dir)[0]!, memoryBytes: 1 };
    const before = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = join(dir, 'none.json');
    // Every way is refused: nothing is tried in half precision.
    expect(await choice.fastest(placement)).toBeNull();
    process.env.VK_ICD_FILENAMES = before;
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    const { measured } = book.read();
    expect(measured.filter(({ net }) => net.endsWith('half precision'))).toEqual([]);
    const [gpu] = gpuProviders();
    const own = measured.find(({ provider }) => provider === gpu)!;
    const raced = (single: number, half: number | null): Promise<string | null> => {
      book.keep({ ...own, timesAsFast: single, apartShare: 0, why: '' });
      const net = `${own.net} in half precision`;
      book.keep({ ...own, net, timesAsFast: half, apartShare: half && 1e-5, why: half ? '' : 'its answers lie apart' });
      return choice.fastest(placement);
    };
    expect(await raced(3, 4)).toBe(`${gpu}-half`);
    expect(await raced(3, 3.2)).toBe(gpu);
    expect(await raced(3, null)).toBe(gpu);
    expect(await raced(1.1, 1.3)).toBe(`${gpu}-half`);
    expect(await raced(1, 1.15)).toBeNull();
    choice.onLost(`${gpu}-half`, 'it failed');
    expect(book.quarantined(gpu!)).toBe('it failed');
    expect(await raced(3, 4)).toBeNull();
  },
);

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
