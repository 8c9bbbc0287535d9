import { benchIndicators } from '../lab/bench/indicators.ts';
import { badInput, done, type Outcome } from './output.ts';

/** `bench indicators --candles FILE --reps N`: the speed contract's figures for the indicator library. */
export async function benchIndicatorsVerb(candlesFile: string, reps: number): Promise<Outcome> {
  const result = await benchIndicators({ candlesFile, reps });
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}
