import type { OutputMap } from '../onnx/output-head.ts';
import { fitPlatt } from '../training/calibration.ts';
import { sigmoid } from '../trees/tree.ts';
import { applyIsotonic, fitIsotonic } from './isotonic.ts';

/** Below this many independent events two numbers are all that can be learnt; from here on a rising curve can. */
const ISOTONIC_EVENTS_MIN = 5_000;
const PROBABILITY_LEAST = 1e-7;

const marginOf = (p: number): number => {
  const inside = Math.min(Math.max(p, PROBABILITY_LEAST), 1 - PROBABILITY_LEAST);
  return Math.log(inside / (1 - inside));
};

const AS_SAID: OutputMap = { kind: 'none' };

/** Whether one fold may teach how another's answers are to be read. */
export const isOther = (fold: number, own: number, earlierOnly: boolean): boolean =>
  earlierOnly ? fold < own : fold !== own;

/** A map from raw to calibrated probability, of answers that the model gave on what it had not seen. */
export function fitCalibration(p: Float64Array, labels: Uint8Array, weights: Float64Array, events: number): OutputMap {
  if (events >= ISOTONIC_EVENTS_MIN) return fitIsotonic(p, labels, weights);
  return { kind: 'platt', ...fitPlatt(p.map(marginOf), labels, weights) };
}

/** The map at a raw probability: what the exported graph gives. */
export function applyCalibration(map: OutputMap, p: number): number {
  switch (map.kind) {
    case 'platt':
      return sigmoid(map.slope * marginOf(p) + map.intercept);
    case 'isotonic':
      return applyIsotonic(map, p);
    default:
      return p;
  }
}

/**
 * Calibrated answers of which none was calibrated by itself: each fold's by the answers of all others, or of those before it where
 * time must not be looked back on, and the map of all for the model that ships.
 * @param events independent ones among all
 */
export function calibrateAcrossFolds(
  p: Float64Array,
  labels: Uint8Array,
  weights: Float64Array,
  foldOf: Int32Array,
  events: number,
  earlierOnly = false,
): { calibrated: Float64Array; map: OutputMap } {
  const calibrated = new Float64Array(p.length);
  for (const fold of new Set(foldOf)) {
    const others = Int32Array.from(foldOf.keys()).filter((i) => isOther(foldOf[i]!, fold, earlierOnly));
    const map =
      others.length === 0
        ? AS_SAID
        : fitCalibration(
            Float64Array.from(others, (i) => p[i]!),
            Uint8Array.from(others, (i) => labels[i]!),
            Float64Array.from(others, (i) => weights[i]!),
            (events * others.length) / p.length,
          );
    for (let i = 0; i < p.length; i++) if (foldOf[i] === fold) calibrated[i] = applyCalibration(map, p[i]!);
  }
  return { calibrated, map: fitCalibration(p, labels, weights, events) };
}
