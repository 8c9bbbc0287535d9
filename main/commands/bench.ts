import { benchCandles } from '../lab/bench/candles.ts';
import { benchIndicators } from '../lab/bench/indicators.ts';
import { benchScale, type ScaleBench } from '../lab/bench/scale.ts';
import { benchSmaCross, type SmaCrossBench } from '../lab/bench/sma-cross.ts';
import { benchSweep, type SweepBench } from '../lab/bench/sweep.ts';
import { benchTicks } from '../lab/bench/ticks.ts';
import { benchVar, type VarBench } from '../lab/bench/var.ts';
import { badInput, done, type Outcome } from './output.ts';

/** `bench indicators --candles FILE --reps N`: the speed contract's figures for the indicator library. */
export async function benchIndicatorsVerb(candlesFile: string, reps: number): Promise<Outcome> {
  const result = await benchIndicators({ candlesFile, reps });
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench sma-cross --candles FILE --fast 10 --slow 30 …`: the bar engine over candles in memory. */
export async function benchSmaCrossVerb(options: SmaCrossBench): Promise<Outcome> {
  const result = await benchSmaCross(options);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench ticks --feed FILE.f64 --reps N`: a market maker over a replayed book. */
export async function benchTicksVerb(feed: string, reps: number): Promise<Outcome> {
  const result = await benchTicks(feed, reps);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench candles --candles FILE --reps N`: candles from our own store into a worker. */
export async function benchCandlesVerb(candles: string, reps: number): Promise<Outcome> {
  const result = await benchCandles(candles, reps);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench var --returns FILE --scenarios N`: the risk figures of a portfolio over returns in memory. */
export async function benchVarVerb(options: VarBench): Promise<Outcome> {
  const result = await benchVar(options);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench sweep --candles FILE …`: a hundred settings on all cores. */
export async function benchSweepVerb(options: SweepBench): Promise<Outcome> {
  const result = await benchSweep(options);
  if (!result.ok) return badInput(result.error.message);
  return done(result.value, JSON.stringify(result.value));
}

/** `bench scale --bars N --instruments M`: time and memory of a run as it grows. */
export async function benchScaleVerb(options: ScaleBench): Promise<Outcome> {
  const answer = await benchScale(options);
  return done(answer, JSON.stringify(answer));
}
