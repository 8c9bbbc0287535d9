import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createOwnStrategies } from '../../../../main/lab/workers/own-strategies.ts';
import { unfinishedSearches } from '../../../../main/lab/workers/search-log-file.ts';

const OWN = `
import { defineStrategy } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: '', params: {}, start: () => ({}) });`;

function folderOf(name: string): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'own-folder-')));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const folder = join(dir, name);
  mkdirSync(folder);
  return folder;
}

it('a folder that is a link to another is as good as that', async () => {
  const folder = folderOf('strategies');
  writeFileSync(join(folder, 'mine.ts'), OWN);
  const link = `${folder}-link`;
  symlinkSync(folder, link, 'junction');
  expect(await createOwnStrategies(link)()).toMatchObject({ folder: link, found: [{ file: 'mine.ts' }], problems: [] });
});

it.skipIf(process.platform === 'win32')(
  'a link that leads nowhere is one that cannot be run, and hides no other',
  async () => {
    const folder = folderOf('strategies');
    writeFileSync(join(folder, 'mine.ts'), OWN);
    symlinkSync(join(folder, 'gone.ts'), join(folder, 'lost.ts'));
    expect(await createOwnStrategies(folder)()).toMatchObject({
      found: [{ file: 'mine.ts' }],
      problems: [{ file: 'lost.ts', text: 'there is no such file' }],
    });
  },
);

it.skipIf(process.platform === 'win32')(
  'a search that ends while the list is made is not in it, and the list is made',
  () => {
    const results = folderOf('results');
    mkdirSync(join(results, 'searches'));
    symlinkSync(join(results, 'gone'), join(results, 'searches', 'ended.jsonl'));
    expect(unfinishedSearches(results, 1)).toEqual([]);
  },
);
