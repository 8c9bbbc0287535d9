import { createHash } from 'node:crypto';
import { type CandleColumns, TIMEFRAME_MS, TIMEFRAMES } from '../../engine/domain/candle.ts';
import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { type FundingEvent, type Market, REALISTIC } from '../backtest/settings.ts';
import { canonicalJson, type Plain } from './canonical-json.ts';
import type { DataUsed, ExperimentInputs } from './experiment.ts';
import { dataUsed, type Gear } from './experiment-id.ts';

/** Everything that decides what a plan comes to. */
export interface KnownPlan extends Pick<BacktestPlan, 'markets' | 'settings' | 'mandate'> {
  readonly strategy: Pick<BacktestPlan['strategy'], 'name' | 'title'>;
  /** Of the code of a strategy of the user's own; for what ships the build stands. */
  readonly codeSha256?: string;
  readonly params: Readonly<Record<string, number>>;
  /** What each market is called, in their order. */
  readonly names: readonly string[];
  readonly seed: number;
  /** See `buildId`. */
  readonly build: string;
}

/** A plan that can be run here, with everything that decides what it comes to. */
export interface NamedPlan extends BacktestPlan, KnownPlan {
  readonly strategy: BacktestPlan['strategy'];
  readonly params: KnownPlan['params'];
}

/** What the store knows a plan by. */
export function planInputs(plan: KnownPlan): ExperimentInputs {
  const { strategy, codeSha256, params, markets, settings, mandate, names, seed, build } = plan;
  const rules = markets.flatMap(({ rules: own }, at) =>
    own ? [[`rules of ${names[at]}`, canonicalJson({ ...own })]] : [],
  );
  return {
    strategy: strategy.name,
    params,
    settings: {
      ...REALISTIC,
      ...settings,
      ...(Object.fromEntries(rules) as Record<string, Plain>),
      ...(codeSha256 !== undefined && { codeSha256 }),
      ...(mandate && { mandate: canonicalJson(mandate as unknown as Plain) }),
    },
    data: markets.flatMap((market, at) => dataOf(market, names[at] ?? `market ${at + 1}`)),
    seed,
    build,
  };
}

/** A run of another gear than the fast one: what decides it beside the plan. */
export interface OtherGear {
  readonly gear: Exclude<Gear, 'fast'>;
  readonly settings: Readonly<Record<string, Plain>>;
  /** What it ran on where that is not the plan's candles. */
  readonly data?: readonly DataUsed[];
}

/** What the store knows a plan by that another gear runs. */
export function otherInputs(plan: KnownPlan, { gear, settings, data }: OtherGear): ExperimentInputs {
  const inputs = planInputs(plan);
  return { ...inputs, settings: { ...inputs.settings, ...settings, gear }, data: data ?? inputs.data };
}

function dataOf({ candles, finer, funding, predictions }: Market, name: string): readonly DataUsed[] {
  const own = dataUsed(name, timeframeOf(candles), candles);
  return [
    own,
    ...(finer ? [dataUsed(`${name} finer`, timeframeOf(finer), finer)] : []),
    ...(funding ? [{ ...numbersUsed(`${name} funding`, fundingNumbers(funding)), rows: funding.length }] : []),
    ...(predictions ? [{ ...own, ...numbersUsed(`${name} predictions`, predictions) }] : []),
  ];
}

const fundingNumbers = (funding: readonly FundingEvent[]): Float64Array =>
  Float64Array.from(funding.flatMap(({ timeMs, rate, markPrice }) => [timeMs, rate, markPrice]));

function numbersUsed(instrument: string, numbers: Float64Array): DataUsed {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { instrument, timeframe: '', rows: numbers.length, fromMs: 0, toMs: 0, sha256 };
}

/** The shortest step between neighbours, by its name where it has one. */
function timeframeOf({ openTimeMs }: CandleColumns): string {
  let stepMs = Number.POSITIVE_INFINITY;
  for (let bar = 1; bar < openTimeMs.length; bar += 1)
    stepMs = Math.min(stepMs, openTimeMs[bar]! - openTimeMs[bar - 1]!);
  if (!Number.isFinite(stepMs)) return 'one';
  return TIMEFRAMES.find((name) => TIMEFRAME_MS[name] === stepMs) ?? `${stepMs}ms`;
}
