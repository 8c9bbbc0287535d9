/** What the list says of a run of which nothing was written down for it: failed, or kept by an earlier version. */
import { instrumentId, timeframe } from '../../../preload/basics.ts';
import type { CandleSource, LabVerdict, RunFigures, RunPlan } from '../../../preload/lab-contract.ts';
import { runPlanSchema, SOURCES_MAX } from '../../../preload/lab-plan-contract.ts';
import type { RunStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import type { DataUsed, ExperimentInputs } from '../experiments/experiment.ts';

/** As far as a screen's form goes: of files only the name is known, and rates beyond what the form takes are its nearest. */
export function planOfInputs({ strategy, params, settings, data }: ExperimentInputs): RunPlan {
  const numbers = Object.entries(params).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return {
    strategy: strategy.slice(0, 80) || 'unknown',
    params: Object.fromEntries(numbers),
    sources:
      data.length === 0 ? [{ kind: 'named', name: '', timeframe: '' }] : data.slice(0, SOURCES_MAX).map(sourceOf),
    fromMs: null,
    toMs: null,
    settings: formSettings(settings),
    map: null,
    search: null,
    mandate: null,
    person: null,
    model: null,
  };
}

function sourceOf({ instrument, timeframe: step }: DataUsed): CandleSource {
  const [id, frame] = [instrumentId.safeParse(instrument), timeframe.safeParse(step)];
  return id.success && frame.success
    ? { kind: 'stored', instrumentId: id.data, timeframe: frame.data }
    : { kind: 'named', name: instrument, timeframe: step };
}

/** The settings that the form has, each in its range. */
export function formSettings(settings: Readonly<Record<string, unknown>>): RunPlan['settings'] {
  const { shape } = runPlanSchema.shape.settings;
  const within = (name: keyof RunPlan['settings']): number => {
    const value = Number(settings[name]);
    const { minValue, maxValue } = shape[name] as unknown as { minValue: number; maxValue: number };
    return Number.isNaN(value) ? (REALISTIC[name] as number) : Math.min(maxValue, Math.max(minValue, value));
  };
  return {
    cashQuote: within('cashQuote'),
    makerFee: within('makerFee'),
    takerFee: within('takerFee'),
    slippageBps: within('slippageBps'),
    impact: within('impact'),
    latencyMs: within('latencyMs'),
    shorts: settings['shorts'] === true,
    leverageMax: within('leverageMax'),
  };
}

/** What was said of the run, by its first words; null where nobody judged it. */
export function verdictOfSentence(sentence: string): LabVerdict | null {
  if (sentence === '') return null;
  const tone = sentence.startsWith('Worth')
    ? 'good'
    : /^(No edge|Not to be believed)/.test(sentence)
      ? 'bad'
      : 'doubtful';
  return { tone, sentence, reasons: [] };
}

export function figuresOfStatistics(statistics: RunStatistics, { data }: Pick<ExperimentInputs, 'data'>): RunFigures {
  const { daily, bars, barsInMarket } = statistics;
  // What was not a number is null in the database.
  const orNull = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
  return {
    bars,
    fromMs: Math.min(...data.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...data.map(({ toMs }) => toMs)),
    finalEquityQuote: statistics.finalEquity,
    returnShare: statistics.returnPct / 100,
    annualReturnShare: orNull(daily.annualReturn),
    heldReturnShare: null,
    maxDrawdownShare: statistics.maxDrawdownPct / 100,
    volatilityShare: orNull(daily.annualVolatility),
    sharpe: orNull(daily.sharpe),
    sortino: orNull(daily.sortino),
    calmar: orNull(daily.calmar),
    trades: statistics.trades,
    winShare: statistics.winRatePct === null ? null : statistics.winRatePct / 100,
    profitFactor: statistics.profitFactor,
    expectancyQuote: statistics.expectancy,
    inMarketShare: bars === 0 ? null : barsInMarket / bars,
    feesQuote: statistics.totalFees,
    slippageQuote: 0,
    fundingQuote: 0,
    borrowQuote: 0,
  };
}
