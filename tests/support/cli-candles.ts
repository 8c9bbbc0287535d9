/** What tests of commands that read candles have in common: a folder of the file's own, and a good candle file in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

export const CANDLES_HEADER = 'timestamp_ms,open,high,low,close,volume';

/** One sentence: a single line, whatever it says. */
export const oneSentence = expect.stringMatching(/^[^\n]+\n$/);

/** An hour of candles in `good.csv` of a new folder, which is gone after the file's tests. */
export function candlesFolder() {
  const root = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const at = (name: string): string => join(root, name);
  const good = at('good.csv');
  const rows = Array.from({ length: 60 }, (_, i) => {
    const close = 100 + Math.sin(i / 5) * 3;
    return `${1_700_000_040_000 + i * 60_000},100,${Math.max(100, close) + 1},${Math.min(100, close) - 1},${close},${10 + i}`;
  });
  writeFileSync(good, `${CANDLES_HEADER}\n${rows.join('\n')}\n`);
  return { root, at, good };
}
