import { ok } from '../engine/domain/result.ts';
import { estimateReturnModel } from '../engine/risk/portfolio/return-model.ts';
import { historicalReturns, simulateReturns } from '../engine/risk/portfolio/scenarios.ts';
import { stressPortfolio } from '../engine/risk/portfolio/stress.ts';
import { type TailRisk, tailRisk } from '../engine/risk/portfolio/tail-risk.ts';
import { readReturns } from '../lab/portfolio/returns-file.ts';
import { equalWeights, parseWeights } from '../lab/portfolio/weights.ts';
import { badInput, done, type Outcome, textTable } from './output.ts';

export interface RiskOptions {
  readonly weights?: string;
  /** Periods ahead, each as long as a row's. */
  readonly horizon: number;
  readonly scenarios: number;
  readonly seed: number;
}

/** `risk var FILE`: value at risk and expected shortfall of a portfolio, from history and from simulation. */
export async function riskVar(file: string, options: RiskOptions): Promise<Outcome> {
  const portfolio = await readPortfolio(file, options.weights);
  if ('error' in portfolio) return badInput(portfolio.error);
  const { columns, weights, value } = portfolio;
  const { horizon, scenarios, seed } = options;
  const historic = tailRisk(historicalReturns(columns, weights));
  const model = estimateReturnModel(columns);
  const simulated = (steps: number): TailRisk => tailRisk(simulateReturns(model, weights, { steps, scenarios, seed }));
  const oneAhead = simulated(1);
  const ahead = horizon === 1 ? oneAhead : simulated(horizon);
  const answer = {
    ...value,
    scenarios,
    seed,
    historic,
    monteCarlo: { steps: 1, ...oneAhead },
    horizon: { steps: horizon, ...ahead },
  };
  const rows = [
    ['share lost', 'VaR 95 %', 'ES 95 %', 'VaR 99 %', 'ES 99 %'],
    riskRow('one period, history', historic),
    riskRow('one period, simulated', oneAhead),
    ...(horizon === 1 ? [] : [riskRow(`${horizon} periods, simulated`, ahead)]),
  ];
  return done(answer, textTable(rows));
}

/** `risk stress FILE`: what worse times would do to the portfolio. */
export async function riskStress(file: string, options: RiskOptions): Promise<Outcome> {
  const portfolio = await readPortfolio(file, options.weights);
  if ('error' in portfolio) return badInput(portfolio.error);
  const { columns, weights, value } = portfolio;
  const { horizon: steps, scenarios, seed } = options;
  const history = historicalReturns(columns, weights);
  const stress = stressPortfolio(history, estimateReturnModel(columns), weights, { steps, scenarios, seed });
  const rows = [
    ['', 'share lost'],
    ...stress.worstWindows.map(({ rows, fromRow, loss }) => [
      `worst ${rows} rows, from row ${fromRow + 2}`,
      percent(loss),
    ]),
    ...stress.shocks.map(({ deviations, loss }) => [`all against it by ${deviations} deviations`, percent(loss)]),
    ...stress.volatility.map(({ times, risk }) => [`volatility × ${times}: ES 99 %`, percent(risk.es99)]),
    ...stress.correlation.map(({ towardsOne, risk }) => [
      `correlations ${towardsOne === 1 ? 'all one' : 'half way to one'}: ES 99 %`,
      percent(risk.es99),
    ]),
  ];
  return done({ ...value, steps, scenarios, seed, ...stress }, textTable(rows));
}

async function readPortfolio(file: string, weightsText: string | undefined) {
  const returns = await readReturns(file);
  if (!returns.ok) return { error: returns.error.message };
  const { assets, columns } = returns.value;
  const weights = weightsText === undefined ? ok(equalWeights(assets.length)) : parseWeights(weightsText, assets);
  if (!weights.ok) return { error: weights.error.message };
  const value = {
    rows: columns[0]!.length,
    assets: assets.map((name, at) => ({ name, weight: weights.value[at]! })),
  };
  return { columns, weights: weights.value, value };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const riskRow = (name: string, { var95, es95, var99, es99 }: TailRisk): string[] => [
  name,
  ...[var95, es95, var99, es99].map(percent),
];
