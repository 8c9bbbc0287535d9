import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InstrumentCandles, Question } from '../datasets/build-data-set.ts';

const trialSchema = z.strictObject({ key: z.string(), setting: z.string(), dailyReturns: z.array(z.number()) });

/** Every setting that was tried on one question and its data, so that luck among them can be reckoned with. */
export interface TrialLog {
  /** Daily returns of each other setting, as it did last. */
  othersThan(setting: string): Float64Array[];
  add(setting: string, dailyReturns: Float64Array): Promise<void>;
}

/** The trials of a question in `<dir>/trials.jsonl`, a line each. @throws Error for a line that is none, when it is read */
export function openTrialLog(
  dir: string,
  instruments: readonly InstrumentCandles[],
  { timeframe, label }: Question,
  protocol: string,
): TrialLog {
  const file = join(dir, 'trials.jsonl');
  const data = instruments.map(({ instrument, candles }) => [instrument, candles.close.length, candles.openTimeMs[0]]);
  const key = createHash('sha256')
    .update(JSON.stringify([data, label, timeframe, protocol]))
    .digest('hex');
  return {
    othersThan(setting) {
      if (!existsSync(file)) return [];
      const trials = new Map<string, readonly number[]>();
      for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
        if (line === '') continue;
        const trial = trialSchema.safeParse(parsed(line));
        if (!trial.success) throw new Error(`${file}: line ${at + 1} is no trial`);
        if (trial.data.key === key && trial.data.setting !== setting)
          trials.set(trial.data.setting, trial.data.dailyReturns);
      }
      return [...trials.values()].map((returns) => Float64Array.from(returns));
    },
    add: (setting, dailyReturns) =>
      appendFile(file, `${JSON.stringify({ key, setting, dailyReturns: [...dailyReturns] })}\n`),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
