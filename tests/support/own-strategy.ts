import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A cross of averages as a user would write it: the rule of the one that ships, of a fixed quantity. */
export const OWN_CROSS = `
import { defineStrategy, real, Sma, whole } from 'countersign';
export default defineStrategy({
  name: 'mine', title: 'Mine', about: 'A cross.',
  params: { fast: whole(10, 1, 50, 'bars'), slow: whole(40, 2, 100, 'bars'), qty: real(0.5, 0.0001, 100, 'base') },
  conflict: ({ fast, slow }) => (fast < slow ? null : 'fast must be below slow'),
  start({ params, track }) {
    const [fast, slow] = [track(new Sma(params.fast)).indicator, track(new Sma(params.slow)).indicator];
    return {
      onCandle(_, desk) {
        const lead = fast.total * slow.period - slow.total * fast.period;
        if (lead > 0) desk.enter('long', { qty: params.qty });
        else if (lead < 0) desk.exit();
      },
    };
  },
});`;

/** A strategy that does this at each candle; `bar` counts from 0. */
export const ownDoing = (what: string): string => `
import { defineStrategy } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Does it.', params: {},
  start() { let bar = -1; return { onCandle(candle, desk) { bar += 1; ${what} } }; } });`;

/** A folder of strategies of the user's own. */
export function ownFolder() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'own-strategies-')));
  let files = 0;
  return {
    dir,
    /** Absolute path of a new file with this code. */
    write(code: string): string {
      files += 1;
      const file = join(dir, `mine-${files}.ts`);
      writeFileSync(file, code);
      return file;
    },
    remove: () => rmSync(dir, { recursive: true }),
  };
}
