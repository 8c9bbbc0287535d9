import { expect, it } from 'vitest';
import { CONTRACT_VERSION } from '../../../preload/contract.ts';
import { versionStep } from '../../../renderer/stores/same-version.ts';

it('a page of another version than the engine is loaded anew, once for each version', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  expect(versionStep(CONTRACT_VERSION, storage)).toBe('same');
  expect(versionStep(CONTRACT_VERSION + 1, storage)).toBe('reload');
  expect(versionStep(CONTRACT_VERSION + 1, storage)).toBe('stuck');
  expect(versionStep(CONTRACT_VERSION + 2, storage)).toBe('reload');
});
