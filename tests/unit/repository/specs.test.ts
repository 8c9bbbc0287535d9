import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

it('every rule of a SPEC.md has a number of its own in the whole product', () => {
  const specs = globSync('main/**/SPEC.md', { cwd: ROOT });
  expect(specs.length).toBeGreaterThan(5);
  const ids = specs.flatMap((spec) =>
    [...readFileSync(join(ROOT, spec), 'utf8').matchAll(/^- \*\*\[([A-Z]+\d+)\]\*\*/gm)].map(([, id]) => id),
  );
  expect(ids.length).toBeGreaterThan(100);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});
