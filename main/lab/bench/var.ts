/** `bench var`: the portfolio's risk figures as `risk var` gives them. */
import { ok, type Result } from '../../engine/domain/result.ts';
import { estimateReturnModel } from '../../engine/risk/portfolio/return-model.ts';
import { historicalReturns, simulateReturns } from '../../engine/risk/portfolio/scenarios.ts';
import { type TailRisk, tailRisk } from '../../engine/risk/portfolio/tail-risk.ts';
import { readReturns } from '../portfolio/returns-file.ts';
import { measure, type Timings } from './measure.ts';

export interface VarBench {
  readonly returnsFile: string;
  readonly scenarios: number;
  readonly reps: number;
}

const RISKS = ['hist', 'mc1', 'mc24'] as const;
type BenchedRisk = (typeof RISKS)[number];

export interface VarAnswer {
  readonly times: Readonly<Record<BenchedRisk, Timings>>;
  /** VaR 95 %, ES 95 %, VaR 99 %, ES 99 %, as shares. */
  readonly check: Readonly<Record<BenchedRisk, readonly [number, number, number, number]>>;
  readonly rows: number;
  readonly assets: number;
  readonly loadSeconds: number;
}

const SEED = 1;

/** Reads the returns (given as `loadSeconds`), weighs the assets 1, 2, 3 …, and times each figure `reps` times. */
export async function benchVar(options: VarBench): Promise<Result<VarAnswer, { kind: string; message: string }>> {
  const before = process.hrtime.bigint();
  const file = await readReturns(options.returnsFile);
  if (!file.ok) return file;
  const loadSeconds = Number(process.hrtime.bigint() - before) / 1e9;
  const { columns } = file.value;
  const assets = columns.length;
  const weights = Float64Array.from(columns, (_, a) => (2 * (a + 1)) / (assets * (assets + 1)));
  const simulated = (steps: number): TailRisk => {
    const model = estimateReturnModel(columns);
    return tailRisk(simulateReturns(model, weights, { steps, scenarios: options.scenarios, seed: SEED }));
  };
  const work: Record<BenchedRisk, () => TailRisk> = {
    hist: () => tailRisk(historicalReturns(columns, weights)),
    mc1: () => simulated(1),
    mc24: () => simulated(24),
  };
  const times = {} as Record<BenchedRisk, Timings>;
  const check = {} as Record<BenchedRisk, readonly [number, number, number, number]>;
  for (const name of RISKS) {
    let last: TailRisk | null = null;
    times[name] = measure(options.reps, () => {
      last = work[name]();
    });
    const { var95, es95, var99, es99 } = last as unknown as TailRisk;
    check[name] = [var95, es95, var99, es99];
  }
  return ok({ times, check, rows: columns[0]!.length, assets, loadSeconds });
}
