import { divideDecimal, parseDecimal, roundToStep } from '../../engine/domain/decimal.ts';
import type { Account } from './account.ts';

export interface FeeSchedule {
  readonly makerBps: number;
  readonly takerBps: number;
  /** Discount when fees are taken in the venue's own coin, in percent of the fee. */
  readonly coinDiscountPercent: number;
}

export const DEFAULT_FEES: FeeSchedule = { makerBps: 10, takerBps: 10, coinDiscountPercent: 25 };

/** The coin in which fees may be paid at a discount. */
export const FEE_COIN = 'BNB';

const FEE_STEP = parseDecimal('0.00000001');
const BPS_SCALE = 1_000n;

/** Fee on an amount received, in that asset, cut to eight places. */
function feeOnReceived(receivedAtoms: bigint, bps: number): bigint {
  return roundToStep((receivedAtoms * scaledBps(bps)) / (10_000n * BPS_SCALE), FEE_STEP, 'down');
}

/** Fee in the fee coin for a trade of `quoteAtoms`, at the coin's price in the same quote. */
function feeInCoin(quoteAtoms: bigint, bps: number, schedule: FeeSchedule, coinPriceAtoms: bigint): bigint {
  const fullAtoms = (quoteAtoms * scaledBps(bps)) / (10_000n * BPS_SCALE);
  const discounted = (fullAtoms * BigInt(100 - schedule.coinDiscountPercent)) / 100n;
  return roundToStep(divideDecimal(discounted, coinPriceAtoms, 'down'), FEE_STEP, 'down');
}

/** Takes the fee of one trade: in the fee coin where it has a price and there is enough of it, else in what was received. */
export function takeFee(
  account: Account,
  schedule: FeeSchedule,
  trade: {
    readonly received: string;
    readonly receivedAtoms: bigint;
    readonly quoteAtoms: bigint;
    readonly isMaker: boolean;
  },
  coinPriceAtoms: bigint | null,
): { readonly feeAtoms: bigint; readonly feeAsset: string } {
  const bps = trade.isMaker ? schedule.makerBps : schedule.takerBps;
  if (coinPriceAtoms !== null) {
    const feeAtoms = feeInCoin(trade.quoteAtoms, bps, schedule, coinPriceAtoms);
    if (feeAtoms > 0n && account.get(FEE_COIN).free >= feeAtoms) {
      account.spendFree(FEE_COIN, feeAtoms);
      return { feeAtoms, feeAsset: FEE_COIN };
    }
  }
  const feeAtoms = feeOnReceived(trade.receivedAtoms, bps);
  account.spendFree(trade.received, feeAtoms);
  return { feeAtoms, feeAsset: trade.received };
}

const scaledBps = (bps: number): bigint => BigInt(Math.round(bps * Number(BPS_SCALE)));
