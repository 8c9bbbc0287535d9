import type { OutputMap } from '../onnx/output-head.ts';
import { sigmoid } from '../trees/tree.ts';

/** Calibrated probability = sigmoid(slope × margin + intercept). */
export type PlattMap = Pick<OutputMap & { kind: 'platt' }, 'slope' | 'intercept'>;

const ITERATIONS_MAX = 100;
const STEP_MIN = 1e-10;

/**
 * Platt's calibration: the slope and intercept that make sigmoid(slope × margin + intercept) most likely, by Newton's
 * method. The margins must come from models that did not see these labels (out-of-fold), or confidence is flattered.
 */
export function fitPlatt(margins: Float64Array, labels: Uint8Array, weights: Float64Array): PlattMap {
  let slope = 1;
  let intercept = 0;
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    let gradientSlope = 0;
    let gradientIntercept = 0;
    // A little ridge keeps the system solvable where all margins are alike.
    let hessianSlope = 1e-9;
    let hessianCross = 0;
    let hessianIntercept = 1e-9;
    for (let i = 0; i < margins.length; i++) {
      const margin = margins[i]!;
      const probability = sigmoid(slope * margin + intercept);
      const residual = weights[i]! * (probability - labels[i]!);
      const curvature = weights[i]! * probability * (1 - probability);
      gradientSlope += residual * margin;
      gradientIntercept += residual;
      hessianSlope += curvature * margin * margin;
      hessianCross += curvature * margin;
      hessianIntercept += curvature;
    }
    const determinant = hessianSlope * hessianIntercept - hessianCross * hessianCross;
    const stepSlope = (hessianIntercept * gradientSlope - hessianCross * gradientIntercept) / determinant;
    const stepIntercept = (hessianSlope * gradientIntercept - hessianCross * gradientSlope) / determinant;
    slope -= stepSlope;
    intercept -= stepIntercept;
    if (Math.abs(stepSlope) + Math.abs(stepIntercept) < STEP_MIN) break;
  }
  // A negative slope would turn the model's order round: it has learnt nothing, and the base rate says as much.
  if (!(slope >= 0)) return { slope: 0, intercept: baseMargin(labels, weights) };
  return { slope: Math.fround(slope), intercept: Math.fround(intercept) };
}

function baseMargin(labels: Uint8Array, weights: Float64Array): number {
  let positive = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    positive += weights[i]! * labels[i]!;
    total += weights[i]!;
  }
  return Math.fround(Math.log(positive / (total - positive)));
}

/** Calibrated probabilities of margins. */
export function applyPlatt(margins: Float64Array, { slope, intercept }: PlattMap): Float64Array {
  return margins.map((margin) => sigmoid(slope * margin + intercept));
}
