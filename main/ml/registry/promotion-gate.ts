import { type MemberScore, totalOf } from '../../engine/domain/ensemble.ts';
import type { ModelCard } from '../card.ts';

/** One thing that a version must have shown before it may trade; `text` says what was found, with its limit. */
export interface GateCheck {
  readonly name: 'validation' | 'leakage' | 'calibration' | 'shadow' | 'champion';
  readonly passed: boolean;
  readonly text: string;
}

export interface Contender {
  readonly card: ModelCard;
  /** How it did live; null where it has not been scored. */
  readonly score: MemberScore | null;
}

/** With shuffled labels nothing can be learned: what the pipeline scores then beyond chance has leaked. */
const SHUFFLED_AUC_OFF_MAX = 0.03;
const CALIBRATION_ERROR_MAX = 0.03;
const SHADOW_FORECASTS_MIN = 300;
const SHADOW_HOURS_MIN = 24;
const HOUR_MS = 3_600_000;

/** What stands for and against a version that wants to trade in the place of `champion`; all checks, passed or not. */
export function gateChecks(challenger: Contender, champion: Contender | null, nowMs: number): readonly GateCheck[] {
  return [
    validation(challenger.card),
    leakage(challenger.card),
    calibration(challenger.card),
    shadow(challenger.score, nowMs),
    better(challenger, champion),
  ];
}

function validation({ edge, outOfSample }: ModelCard): GateCheck {
  const { low, value } = outOfSample.logLossGain;
  const passed = (edge.verdict === 'measured' || edge.verdict === 'weak') && low > 0;
  const text = `gains ${nats(value)} over the base rate out of sample, ${nats(low)} at least (95 %); its edge: ${edge.verdict}`;
  return { name: 'validation', passed, text };
}

function leakage({ training: { shuffledLabelAuc } }: ModelCard): GateCheck {
  const off = Math.abs(shuffledLabelAuc - 0.5);
  const text = `AUC on shuffled labels ${shuffledLabelAuc.toFixed(3)}, at most ${SHUFFLED_AUC_OFF_MAX} from a half`;
  return { name: 'leakage', passed: off <= SHUFFLED_AUC_OFF_MAX, text };
}

function calibration({ outOfSample: { expectedCalibrationError } }: ModelCard): GateCheck {
  const text = `calibration error ${expectedCalibrationError.toFixed(4)} out of sample, ${CALIBRATION_ERROR_MAX} at most`;
  return { name: 'calibration', passed: expectedCalibrationError <= CALIBRATION_ERROR_MAX, text };
}

function shadow(score: MemberScore | null, nowMs: number): GateCheck {
  const settled = score?.settled ?? 0;
  const sinceMs = score?.sinceMs ?? nowMs;
  const hours = Math.floor((nowMs - sinceMs) / HOUR_MS);
  const text = `${settled} forecasts settled in ${hours} h as a shadow, ${SHADOW_FORECASTS_MIN} in ${SHADOW_HOURS_MIN} h at least`;
  return { name: 'shadow', passed: settled >= SHADOW_FORECASTS_MIN && hours >= SHADOW_HOURS_MIN, text };
}

/** After costs on data neither had seen, and by its loss live, next to the one that trades; alone, next to doing nothing. */
function better(challenger: Contender, champion: Contender | null): GateCheck {
  const net = netOf(challenger.card);
  if (!champion) {
    return {
      name: 'champion',
      passed: net > 0,
      text: `${bps(net)} a trade after costs; nothing to replace, so above 0`,
    };
  }
  const theirs = netOf(champion.card);
  const [own, other] = [meanLoss(challenger.score), meanLoss(champion.score)];
  const live =
    own === null || other === null ? 'not compared live' : `live loss ${own.toFixed(4)} against ${other.toFixed(4)}`;
  const passed = net > theirs && own !== null && other !== null && own < other;
  return { name: 'champion', passed, text: `${bps(net)} a trade after costs against ${bps(theirs)}; ${live}` };
}

const netOf = ({ outOfSample }: ModelCard): number =>
  outOfSample.rule.netBpsPerTrade?.value ?? Number.NEGATIVE_INFINITY;

function meanLoss(score: MemberScore | null): number | null {
  if (!score) return null;
  const { n, logLoss } = totalOf(score);
  return n > 0 ? logLoss / n : null;
}

const nats = (value: number): string => `${value.toFixed(4)} nats`;
const bps = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} bps` : 'no trades');
