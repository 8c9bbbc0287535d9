import { fromNumber, isDecimal, parseDecimal } from '../domain/decimal.ts';
import { PERPETUAL_LIMITS, type RiskLimits } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** The limits with shares and amounts in atoms. */
export interface ExactLimits {
  readonly riskPerTradeShare: bigint;
  readonly positionNotionalQuoteMax: bigint;
  readonly exposureShareMax: bigint;
  readonly dailyLossQuoteMax: bigint;
  readonly ordersPerMinuteMax: number;
  readonly priceBandBps: number;
  readonly quoteAgeMsMax: number;
  readonly leverageMax: bigint;
  readonly liquidationDistanceMin: bigint;
}

export type LimitsError = { readonly kind: 'bad-limits'; readonly field: keyof RiskLimits; readonly text: string };

/** Grain of the shares, which are floats: 10^-12. */
const SHARE_GRAIN = 1_000_000n;

/** What each number may be, both ends included. */
const RANGES = {
  riskPerTradeShare: [0.0001, 0.1],
  exposureShareMax: [0, 1],
  ordersPerMinuteMax: [1, 600],
  priceBandBps: [1, 500],
  quoteAgeMsMax: [250, 60_000],
  approvalTtlMs: [5_000, 600_000],
  leverageMax: [1, 20],
  liquidationDistanceMin: [0.02, 0.9],
} as const;
const AMOUNTS = ['positionNotionalQuoteMax', 'dailyLossQuoteMax'] as const;
const WHOLE_NUMBERS = ['ordersPerMinuteMax', 'quoteAgeMsMax', 'approvalTtlMs'] as const;

const refuse = (field: keyof RiskLimits, text: string): Result<never, LimitsError> =>
  fail({ kind: 'bad-limits', field, text: `${field} ${text}` });

/** Journals from before there were perpetuals state no limits for them. */
export const withPerpetualLimits = (stated: RiskLimits): Required<RiskLimits> => ({ ...PERPETUAL_LIMITS, ...stated });

/** Reads limits as exact numbers; the first field that is not finite or out of its range is named. */
export function readLimits(stated: RiskLimits): Result<ExactLimits, LimitsError> {
  const limits = withPerpetualLimits(stated);
  for (const field of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
    const [least, most] = RANGES[field];
    const value = limits[field];
    if (!(Number.isFinite(value) && value >= least && value <= most)) {
      return refuse(field, `must lie between ${least} and ${most}, not ${value}`);
    }
  }
  for (const field of WHOLE_NUMBERS) {
    if (!Number.isInteger(limits[field])) return refuse(field, `must be a whole number, not ${limits[field]}`);
  }
  for (const field of AMOUNTS) {
    if (!isDecimal(limits[field]) || parseDecimal(limits[field]) <= 0n) {
      return refuse(field, `must be an amount above zero, not ${JSON.stringify(limits[field])}`);
    }
  }
  return ok({
    riskPerTradeShare: fromNumber(limits.riskPerTradeShare, SHARE_GRAIN, 'floor'),
    positionNotionalQuoteMax: parseDecimal(limits.positionNotionalQuoteMax),
    exposureShareMax: fromNumber(limits.exposureShareMax, SHARE_GRAIN, 'floor'),
    dailyLossQuoteMax: parseDecimal(limits.dailyLossQuoteMax),
    ordersPerMinuteMax: limits.ordersPerMinuteMax,
    priceBandBps: limits.priceBandBps,
    quoteAgeMsMax: limits.quoteAgeMsMax,
    leverageMax: fromNumber(limits.leverageMax, SHARE_GRAIN, 'floor'),
    liquidationDistanceMin: fromNumber(limits.liquidationDistanceMin, SHARE_GRAIN, 'ceil'),
  });
}
