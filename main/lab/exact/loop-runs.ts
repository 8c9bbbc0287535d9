/** A strategy's runs in the exact gear by who signs: the robot's, and the loop's beside it. */
import type { RiskLimits } from '../../engine/domain/proposal.ts';
import { createRandom } from '../../engine/kernel/random.ts';
import type { MandateAsked } from '../backtest/mandate-signer.ts';
import type { RunSettings } from '../backtest/settings.ts';
import type { Plain } from '../experiments/canonical-json.ts';
import type { OtherGear } from '../experiments/plan-inputs.ts';
import { createPerson, NOBODY, type PersonHabits, ROBOT } from './approver.ts';
import { type ExactMarket, type ExactPlan, recordOf } from './exact-plan.ts';

/** Who may sign in a run. */
export type Signers = 'robot' | 'person' | 'mandate' | 'both';

export interface LoopAsked {
  /** Null: nobody is at the desk. */
  readonly habits: PersonHabits | null;
  /** Of the person's delays and choices. */
  readonly seed: number;
  readonly mandate: Pick<MandateAsked, 'mandate' | 'supposed'> | null;
}

/** The widest that the gate takes, but for the band and the life of a question, which are the desk's: what is tested is the strategy. */
const LIMITS: RiskLimits = {
  riskPerTradeShare: 0.1,
  positionNotionalQuoteMax: '1000000000',
  exposureShareMax: 1,
  dailyLossQuoteMax: '1000000000',
  ordersPerMinuteMax: 100,
  priceBandBps: 15,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
};

/** Perpetuals as near to their liquidation as the gate lets anybody go. */
export const limitsOf = ({ leverageMax }: RunSettings): RiskLimits => ({
  ...LIMITS,
  leverageMax: Math.min(20, Math.max(1, leverageMax)),
  liquidationDistanceMin: 0.02,
});

/** The sentence of why the exact gear cannot run these; null where it can. */
export const exactMisfit = (markets: readonly ExactMarket[], { shorts, leverageMax }: RunSettings): string | null =>
  !shorts && (leverageMax > 1 || markets.some(({ funding }) => funding))
    ? 'the exact gear trades spot, or perpetuals where shorts are allowed: leverage and funding are of perpetuals'
    : null;

/** Plans of the runs to make: the robot's first, the loop's last; between them each who signs alone where both do. */
export function loopRuns(base: ExactPlan, { habits, seed, mandate }: LoopAsked): ReadonlyMap<Signers, ExactPlan> {
  const person = habits ? () => createPerson(habits, createRandom(seed)) : () => NOBODY;
  const instrumentIds = base.markets.map((market, at) => recordOf(market, at, base.settings.shorts).id);
  const signed = mandate && {
    mandate: { ...mandate.mandate, instrumentIds },
    ...(mandate.supposed && { supposed: mandate.supposed }),
  };
  const runs = new Map<Signers, ExactPlan>([['robot', { ...base, approver: ROBOT }]]);
  if (habits) runs.set('person', { ...base, approver: person() });
  if (signed) runs.set('mandate', { ...base, ...signed, approver: NOBODY });
  if (habits && signed) runs.set('both', { ...base, ...signed, approver: person() });
  return runs;
}

/** What decides such a run beside the plan, for the store. */
export const exactGear = (settings: RunSettings, { habits, seed }: Omit<LoopAsked, 'mandate'>): OtherGear => ({
  gear: 'exact',
  settings: {
    limits: { ...limitsOf(settings) },
    ...(habits && { person: { ...habits, seed } }),
  } as unknown as Readonly<Record<string, Plain>>,
});
