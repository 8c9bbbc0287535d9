import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { type MemberScore, type TalliedHour, totalOf } from '../../engine/domain/ensemble.ts';
import type { Leak } from '../audit/leakage-audit.ts';
import type { ModelCard } from '../card.ts';
import { besideOther, hoursOf } from '../judgement/live-record.ts';
import { blockHoursOf } from '../judgement/told-apart.ts';
import { horizonOf } from '../labels/label.ts';

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

/** How long a version has to be watched before it may trade: the one term of the gate that a person sets. */
export interface ShadowTerms {
  /** Forecasts of which the market has shown what they were worth. */
  readonly forecastsMin: number;
  readonly hoursMin: number;
}

export const DEFAULT_SHADOW: ShadowTerms = { forecastsMin: 300, hoursMin: 24 };

/** Without these the audit has not looked where leaks come from. */
const AUDIT_MUST_CHECK: readonly Leak['kind'][] = ['times', 'look-ahead', 'label-end', 'known-answer', 'foreknowledge'];
/** With shuffled labels nothing can be learned: what the pipeline scores then beyond chance has leaked. */
const SHUFFLED_AUC_OFF_MAX = 0.03;
const CALIBRATION_ERROR_MAX = 0.03;
const HOUR_MS = 3_600_000;
/** Logarithmic loss of always saying a half. */
const COIN = Math.LN2;

/**
 * What stands for and against a version that wants to trade in the place of `champion`; all checks, passed or not.
 * @param hours what was settled of late, hour by hour: whether the two are told apart; none where nobody kept them
 */
export function gateChecks(
  challenger: Contender,
  champion: Contender | null,
  nowMs: number,
  terms: ShadowTerms = DEFAULT_SHADOW,
  hours: readonly TalliedHour[] = [],
): readonly GateCheck[] {
  return [
    validation(challenger.card),
    leakage(challenger.card),
    calibration(challenger.card),
    shadow(challenger.score, nowMs, terms),
    better(challenger, champion, hours),
  ];
}

function validation({ edge, outOfSample }: ModelCard): GateCheck {
  const { low, value } = outOfSample.lossGain;
  const passed = (edge.verdict === 'measured' || edge.verdict === 'weak') && low > 0;
  const text = `gains ${nats(value)} over the naive answer out of sample, ${nats(low)} at least (95 %); its edge: ${edge.verdict}`;
  return { name: 'validation', passed, text };
}

/** By the audit that ran before the training; the AUC on shuffled labels besides, where it was tried. */
function leakage({ audit: { checked, leaks, shuffledLabelAuc }, madeElsewhere }: ModelCard): GateCheck {
  const missing = AUDIT_MUST_CHECK.filter((kind) => !checked.includes(kind));
  const isHonest = shuffledLabelAuc === null || Math.abs(shuffledLabelAuc - 0.5) <= SHUFFLED_AUC_OFF_MAX;
  const found = leaks.length === 0 ? `looked for ${checked.length} kinds of leaks, found none` : `found ${leaks[0]}`;
  const notes = [
    `the audit ${found}`,
    ...(madeElsewhere ? ['that is of what it was judged on: its training was not seen here'] : []),
    ...(missing.length === 0 ? [] : [`it did not look for ${missing.join(', ')}`]),
    ...(shuffledLabelAuc === null
      ? []
      : [`AUC on shuffled labels ${shuffledLabelAuc.toFixed(3)}, at most ${SHUFFLED_AUC_OFF_MAX} from a half`]),
  ];
  return { name: 'leakage', passed: missing.length + leaks.length === 0 && isHonest, text: notes.join('; ') };
}

function calibration({ outOfSample: { event } }: ModelCard): GateCheck {
  if (event === null)
    return { name: 'calibration', passed: false, text: 'its answers are no probabilities of one event' };
  const { expectedCalibrationError } = event;
  const text = `calibration error ${expectedCalibrationError.toFixed(4)} out of sample, ${CALIBRATION_ERROR_MAX} at most`;
  return { name: 'calibration', passed: expectedCalibrationError <= CALIBRATION_ERROR_MAX, text };
}

function shadow(score: MemberScore | null, nowMs: number, { forecastsMin, hoursMin }: ShadowTerms): GateCheck {
  const settled = score?.settled ?? 0;
  const sinceMs = score?.sinceMs ?? nowMs;
  const hours = Math.floor((nowMs - sinceMs) / HOUR_MS);
  const forecasts = settled === 1 ? 'forecast' : 'forecasts';
  const text = `${settled} ${forecasts} settled in ${hours} h as a shadow, ${forecastsMin} in ${hoursMin} h at least`;
  return { name: 'shadow', passed: settled >= forecastsMin && hours >= hoursMin, text };
}

/**
 * After costs on data neither had seen, and by its loss live, next to the one that trades; alone, next to doing nothing and to a coin:
 * a card is a file, and what it says of itself is not enough. One that is told to be the worse does not pass.
 */
function better(challenger: Contender, champion: Contender | null, hours: readonly TalliedHour[]): GateCheck {
  const apart = apartFrom(challenger.card, champion?.card ?? null, hours);
  const net = netOf(challenger.card);
  const own = meanLoss(challenger.score);
  if (!champion) {
    const live = own === null ? 'no forecast settled live' : `live loss ${own.toFixed(4)}`;
    const text = `${bps(net)} a trade after costs, ${live}; nothing to replace, so above 0 and below the ${COIN.toFixed(4)} of a coin${apart.text}`;
    return { name: 'champion', passed: net > 0 && own !== null && own < COIN && !apart.isWorse, text };
  }
  const theirs = netOf(champion.card);
  const other = meanLoss(champion.score);
  const live =
    own === null || other === null ? 'not compared live' : `live loss ${own.toFixed(4)} against ${other.toFixed(4)}`;
  const passed = net > theirs && own !== null && other !== null && own < other && !apart.isWorse;
  const text = `${bps(net)} a trade after costs against ${bps(theirs)}; ${live}${apart.text}`;
  return { name: 'champion', passed, text };
}

const memberOf = ({ name, version }: ModelCard): string => `${name}@${version}`;

interface Apart {
  readonly isWorse: boolean;
  /** The last clause of the check. */
  readonly text: string;
}

/** By the tallies that it was drawn from: screens ask for the gate many times a second, and a tally comes once an hour. */
const drawnBefore = new WeakMap<readonly TalliedHour[], Map<string, Apart>>();

/** Whether the losses on the same candles, or those of a coin, are told apart. */
function apartFrom(card: ModelCard, champion: ModelCard | null, hours: readonly TalliedHour[]): Apart {
  const drawn = drawnBefore.get(hours) ?? new Map<string, Apart>();
  drawnBefore.set(hours, drawn);
  const key = `${memberOf(card)} ${champion && memberOf(champion)}`;
  const apart = drawn.get(key) ?? drawApart(card, champion, hours);
  drawn.set(key, apart);
  return apart;
}

function drawApart(card: ModelCard, champion: ModelCard | null, hours: readonly TalliedHour[]): Apart {
  const blockHours = blockHoursOf(horizonOf(card.question.label) * TIMEFRAME_MS[card.timeframe]);
  const found = besideOther(hoursOf(memberOf(card), hours), champion && memberOf(champion), blockHours);
  if (found === null) return { isWorse: false, text: '' };
  const { verdict, logLoss } = found;
  if (logLoss.interval === null) return { isWorse: false, text: ', too early to tell them apart' };
  const { low, high } = logLoss.interval;
  const drawn = `(95 %: ${low.toFixed(4)} to ${high.toFixed(4)} on ${logLoss.n} forecasts)`;
  const said = verdict === 'not-told-apart' ? 'not told apart yet' : `told to be ${verdict}`;
  return { isWorse: verdict === 'worse', text: `, ${said} ${drawn}` };
}

const netOf = ({ outOfSample }: ModelCard): number =>
  outOfSample.traded?.netBpsPerTrade?.value ?? Number.NEGATIVE_INFINITY;

function meanLoss(score: MemberScore | null): number | null {
  if (!score) return null;
  const { n, logLoss } = totalOf(score);
  return n > 0 ? logLoss / n : null;
}

const nats = (value: number): string => `${value.toFixed(4)} nats`;
const bps = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} bps` : 'no trades');
