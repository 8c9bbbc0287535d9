import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../mutations/mutate.ts';
import { MUTATIONS } from '../../mutations/table.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The mutations themselves run by `npm run mutations`; here, that each still means the code as it is. */
describe('mutations', () => {
  it.each(MUTATIONS)('$name still finds its text, once, and the suites that must notice', (mutation) => {
    const text = readFileSync(join(ROOT, mutation.file), 'utf8');
    expect(mutate(text, mutation)).not.toBe(text);
    expect(mutation.killedBy).not.toEqual([]);
    for (const suite of mutation.killedBy) {
      for (const file of 'files' in suite ? suite.files : []) expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
  });

  it('each has a name of its own', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it('a text that is gone, or stands there twice, is an error', () => {
    const mutation = { ...MUTATIONS[0]!, find: 'a', replace: 'b' };
    expect(() => mutate('xyz', mutation)).toThrow('0 times');
    expect(() => mutate('aa', mutation)).toThrow('2 times');
    expect(mutate('xaz', mutation)).toBe('xbz');
  });
});
