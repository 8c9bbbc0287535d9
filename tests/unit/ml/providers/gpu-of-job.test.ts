import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { familyOf } from '../../../../main/ml/families/families.ts';
import type { Family, ProviderAsked } from '../../../../main/ml/families/family.ts';
import { netOfSize } from '../../../../main/ml/providers/choose-provider.ts';
import { gpuOfJob } from '../../../../main/ml/providers/gpu-of-job.ts';
import { openProviderBook } from '../../../../main/ml/providers/provider-book.ts';
import { gpuProviders } from '../../../../main/ml/providers/runtime-gpus.ts';
import { smallSet } from '../../../support/small-set.ts';

const ASKED: ProviderAsked = {
  weights: 1_024,
  cells: 1_024,
  steps: 1_000,
  trial() {
    throw new Error('nothing is raced: all of it is known');
  },
};
const [gpu] = gpuProviders();
const training = smallSet({ rows: 20, features: 2, seed: 1, firstRow: 0 }, () => [0]);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-gpus-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A job on a machine of which is known how fast each of its GPUs is. */
function job(timesAsFast: number, apartShare = 1e-6) {
  const book = openProviderBook(join(dir, 'gpus.json'), 'here', () => 1_000);
  for (const provider of gpuProviders())
    book.keep({ provider, net: netOfSize('mlp', ASKED.weights, ASKED.cells), timesAsFast, apartShare, why: '' });
  const told: string[] = [];
  const options = { book, job: 'a job', signal: new AbortController().signal, processorOnly: null };
  const of = gpuOfJob({ ...options, onChosen: ({ provider, why }) => told.push(`${provider}: ${why}`) });
  let chosen = '';
  const asking: Family = {
    ...familyOf('mlp'),
    async fit(_, __, { providerOf }) {
      chosen = (await providerOf?.(ASKED)) ?? '';
      throw new Error('seen');
    },
  };
  return {
    book,
    told,
    of,
    async fits(): Promise<string> {
      const options = { hyperParameters: {}, seed: 1 };
      await of
        .on(asking)
        .fit(training, { kind: 'binary' }, options)
        .catch(() => {});
      return chosen;
    },
  };
}

describe.skipIf(gpu === undefined)('what a job has to do with a GPU', () => {
  it('it is entered before the first step, once, and left at the end', async () => {
    const { book, told, of, fits } = job(3);
    await of.run(async () => {
      expect(await fits()).toBe(gpu);
      expect(await fits()).toBe(gpu);
      expect(book.read().inUse).toMatchObject({ provider: gpu, job: 'a job' });
    });
    expect(told).toEqual([`${gpu}: 3.0 times as fast as the processor on nets of this size`]);
    expect(book.read()).toMatchObject({ inUse: null, quarantined: [] });
  });

  it('what fails on it is done once more without it, and it is blamed only where that does not fail as well', async () => {
    const { book, told, of, fits } = job(3);
    const failing = async (): Promise<void> => {
      await fits();
      throw new Error('the loss became NaN');
    };
    await expect(of.run(failing)).rejects.toThrow('the loss became NaN');
    expect(told.at(-1)).toMatch(/^cpu: a training failed on /);
    expect(book.read()).toMatchObject({ inUse: null, quarantined: [] });
    const next = job(3);
    expect(
      await next.of.run(async () => {
        const provider = await next.fits();
        if (provider !== 'cpu') throw new Error('the loss became NaN');
        return provider;
      }),
    ).toBe('cpu');
    expect(book.quarantined(gpu!)).toBe('a training failed on it and not on the processor: the loss became NaN');
    expect(book.read().inUse).toBeNull();
  });

  it.each([
    ['hardly faster', 1.1, 1e-6, /1\.1 times as fast/],
    ['faster, and elsewhere', 3, 0.2, /its steps end 20\.0 % elsewhere/],
  ])('one that is %s is not taken, and nothing that never ran there is its fault', async (_, times, apart, says) => {
    const { book, told, of, fits } = job(times, apart);
    expect(await fits()).toBe('cpu');
    expect(told[0]).toMatch(says);
    expect(book.read().inUse).toBeNull();
    await expect(of.run(() => Promise.reject(new Error('of itself')))).rejects.toThrow('of itself');
    expect(book.read().quarantined).toEqual([]);
  });
});
