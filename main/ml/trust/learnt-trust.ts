import { z } from 'zod';
import { TRUST_TERMS } from '../../engine/decision/heard.ts';
import type { DecidedForecast } from '../../engine/domain/trust-model.ts';
import { fitTrust } from './fit-trust.ts';
import { judgeTrust, VERDICTS } from './judge-trust.ts';

/** Beyond this no weight comes of a regression that is pulled to nothing. */
const WEIGHT_MAX = 50;
const MEMBERS_MAX = 200;
/** More than these teach little more: of more, evenly spread candles are taken. */
const FORECASTS_MAX = 200_000;
/** What was learnt counts for so long, as a model's licence does. */
const LICENCE_MS = 90 * 86_400_000;

const weights = z.array(z.number().min(-WEIGHT_MAX).max(WEIGHT_MAX)).length(TRUST_TERMS.length);
const memberWeights = z.strictObject({ member: z.string().min(3).max(200), weights });
const model = z.strictObject({
  terms: z.array(z.string()).refine((terms) => terms.join() === TRUST_TERMS.join(), {
    message: 'these are not the terms that this build weighs',
  }),
  shared: weights,
  members: z.array(memberWeights).max(MEMBERS_MAX),
  untilMs: z.int(),
});
const loss = z.number().nullable();
const count = z.int().min(0);

/**
 * A trust model and what it is worth. It is data and no ONNX file: a few numbers a member, weighed inside the core at the very candle,
 * from what the log holds, so that a replay comes to the same on any machine and no answer can be late.
 */
export const learntSchema = z.strictObject({
  schemaVersion: z.literal(1),
  learntAtMs: z.int(),
  judgement: z.strictObject({
    verdict: z.enum(VERDICTS),
    why: z.string().max(500),
    forecasts: count,
    members: count,
    days: count,
    judged: count,
    judgedDays: count,
    lossByRecords: loss,
    lossWithModel: loss,
    gain: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  }),
  /** Null where there was too little to learn from. */
  model: model.nullable(),
});
export type LearntTrust = z.infer<typeof learntSchema>;

/** Learns and judges; the same forecasts give the same. @param forecasts in order of the time they were made */
export function learnTrust(forecasts: readonly DecidedForecast[], nowMs: number): LearntTrust {
  const taken = spread(forecasts);
  const judgement = judgeTrust(taken);
  const made = judgement.verdict === 'too few' ? null : fitTrust(taken);
  return learntSchema.parse({
    schemaVersion: 1,
    learntAtMs: nowMs,
    judgement,
    model: made && { ...made, untilMs: nowMs + LICENCE_MS },
  });
}

/** Whole candles of all members, evenly. */
function spread(forecasts: readonly DecidedForecast[]): readonly DecidedForecast[] {
  const every = Math.ceil(forecasts.length / FORECASTS_MAX);
  if (every <= 1) return forecasts;
  const numberOf = new Map([...new Set(forecasts.map(({ madeMs }) => madeMs))].map((madeMs, at) => [madeMs, at]));
  return forecasts.filter(({ madeMs }) => (numberOf.get(madeMs) as number) % every === 0);
}
