import type { Estimate } from '../training/block-bootstrap.ts';
import type { NetOfCosts } from './net-of-costs.ts';
import type { Selection } from './selection.ts';

export interface Verdict {
  /** `none`: no edge. `weak`: tells more than the naive answer, but does not earn its costs. `measured`: it does. */
  readonly edge: 'none' | 'weak' | 'measured';
  readonly reason: string;
  /** By which it was decided. */
  readonly rule: string;
}

/** The luckiest of all trials must be this unlikely to have come so far. */
const DEFLATED_MIN = 0.95;

/** When a model is said to have an edge: decided by what it said of times it had not seen. */
const VERDICT_RULE =
  'none: the 95 % interval of the loss gain over the naive answer, or that of the AUC over 0.5, is not above zero; ' +
  'weak: both are, but the 95 % interval of the net return per trade is not, or the luckiest of all trials would have come as far; ' +
  'measured: all of these hold';

/**
 * @param lossGain over the naive answer, per sample
 * @param auc of the event, null where the question is not one of two answers
 */
export function judgeVerdict(...figures: Parameters<typeof decide>): Verdict {
  return { ...decide(...figures), rule: VERDICT_RULE };
}

function decide(
  lossGain: Estimate,
  auc: Estimate | null,
  net: NetOfCosts | null,
  selection: Selection,
): Omit<Verdict, 'rule'> {
  const range = ({ low, high }: Estimate, digits: number): string =>
    `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
  const gainText = `loss gain over the naive answer ${lossGain.value.toFixed(5)} (${range(lossGain, 5)})`;
  const skill = auc === null ? gainText : `AUC ${auc.value.toFixed(3)} (${range(auc, 3)}), ${gainText}`;
  if (!(lossGain.low > 0 && (auc === null || auc.low > 0.5))) return { edge: 'none', reason: `No edge: ${skill}.` };
  const bps = net?.netBpsPerTrade ?? null;
  if (bps === null)
    return { edge: 'weak', reason: `Tells more than the naive answer; too few trades to say what it earns: ${skill}.` };
  const netText = `${bps.value.toFixed(1)} bps a trade after costs (${range(bps, 1)})`;
  if (!(bps.low > 0))
    return { edge: 'weak', reason: `Tells more than the naive answer, but not after costs: ${netText}; ${skill}.` };
  const { deflatedSharpe, trials } = selection;
  if (trials > 1 && !(deflatedSharpe !== null && deflatedSharpe >= DEFLATED_MIN)) {
    return { edge: 'weak', reason: `Earns its costs, but so might the luckiest of ${trials} trials: ${netText}.` };
  }
  return { edge: 'measured', reason: `Earns its costs out of sample: ${netText}; ${skill}.` };
}
