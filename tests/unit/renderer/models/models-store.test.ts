import { expect, test } from 'vitest';
import type { ModelVersion } from '../../../../preload/models-contract.ts';
import { type ModelsTab, receiveVersions } from '../../../../renderer/models/models-store.ts';

const VERSIONS = [{ id: 'trees/1.0.0' }, { id: 'mlp/1.0.0' }] as ModelVersion[];

test.each<[string | null, ModelsTab, object]>([
  [null, 'training', { versions: VERSIONS, selectedId: 'trees/1.0.0', tab: 'report' }],
  [null, 'ensemble', { versions: VERSIONS, selectedId: 'trees/1.0.0', tab: 'ensemble' }],
  [null, 'data', { versions: VERSIONS, selectedId: 'trees/1.0.0', tab: 'data' }],
  ['mlp/1.0.0', 'training', { versions: VERSIONS }],
])('versions that arrive with %s picked and %s in front take nobody away from it', (selectedId, tab, change) => {
  expect(receiveVersions({ selectedId, tab }, VERSIONS)).toEqual(change);
});

test('without a version nothing is picked', () => {
  expect(receiveVersions({ selectedId: null, tab: 'training' }, [])).toEqual({ versions: [] });
});
