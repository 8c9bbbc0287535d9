/** What a model was worth on samples it had not seen: written when its training ends, read by screens. Shares are fractions. */
import { z } from 'zod';
import { timeMs } from './basics.ts';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

const figure = z.strictObject({
  name: z.string(),
  /** What it means, for those who ask. */
  about: z.string(),
  value: z.number(),
  /** The middle 95 % when whole days are drawn anew; null where it was not drawn. */
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  /** What a forecaster without skill scores; null where there is no such thing. */
  withoutSkill: z.number().nullable(),
  better: z.enum(['more', 'less']),
  isShare: z.boolean(),
});

const span = z.strictObject({
  /** `tested`: a fold, answered by a model that had seen nothing of its time. */
  use: z.enum(['training', 'tested']),
  fromMs: timeMs,
  toMs: timeMs,
  samples: count,
});

export const modelReportSchema = z.strictObject({
  /** `unknown`: there was too little to judge it by. */
  edge: z.enum(['measured', 'weak', 'none', 'unknown']),
  /** The verdict in one sentence. */
  sentence: z.string(),
  /** By which the verdict was decided. */
  rule: z.string(),
  /** What a forecaster without a model would say, in words. */
  yardstick: z.string(),
  figures: z.array(figure),
  /** Questions by what was said, and how many came true; empty where the question is not answered by yes or no. */
  reliability: z.array(z.strictObject({ low: share, high: share, n: count, right: count, said: share.nullable() })),
  /** How much worse it answers when a feature is shuffled, the most first; empty where nobody tried. */
  importance: z.array(z.strictObject({ feature: z.string(), lossRise: z.number() })),
  spans: z.array(span),
  /** What the tested samples are worth: those that share no candle. */
  independent: z.number().nonnegative(),
  /** Why the tested samples were new to it, where no fold says so. */
  unseen: z.string().optional(),
});
export type ModelReport = z.infer<typeof modelReportSchema>;
export type ReportFigure = z.infer<typeof figure>;
