import type { OutputMap } from '../onnx/output-head.ts';

export type IsotonicMap = OutputMap & { kind: 'isotonic' };

/** A step that rests on less of all weight than this is joined to its neighbour: it would be noise learnt by heart. */
const STEP_SHARE_MIN = 0.01;

/**
 * The rising map of probabilities that misses the labels least, by pooling adjacent violators; between the middles of its steps
 * it goes straight.
 */
export function fitIsotonic(p: Float64Array, labels: Uint8Array, weights: Float64Array): IsotonicMap {
  const order = Int32Array.from(p.keys()).sort((a, b) => p[a]! - p[b]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weightMin = STEP_SHARE_MIN * total;
  const pools: { weight: number; raw: number; hits: number }[] = [];
  const joinLast = (): void => {
    const last = pools.pop()!;
    const before = pools.at(-1)!;
    before.weight += last.weight;
    before.raw += last.raw;
    before.hits += last.hits;
  };
  for (const [at, i] of order.entries()) {
    const isSaidAgain = at > 0 && p[order[at - 1]!] === p[i];
    pools.push({ weight: weights[i]!, raw: weights[i]! * p[i]!, hits: weights[i]! * labels[i]! });
    if (isSaidAgain) joinLast();
    while (pools.length > 1 && mustJoin(pools.at(-2)!, pools.at(-1)!, weightMin)) joinLast();
  }
  // Nothing follows the surest: what is left of them joins those before.
  if (pools.length > 1 && pools.at(-1)!.weight < weightMin) joinLast();
  while (pools.length > 1 && mustJoin(pools.at(-2)!, pools.at(-1)!, weightMin)) joinLast();
  const knots = pools.filter(({ weight }) => weight > 0);
  return {
    kind: 'isotonic',
    raw: knots.map(meanRaw),
    calibrated: knots.map(({ hits, weight }) => Math.fround(hits / weight)),
  };
}

interface Pool {
  readonly weight: number;
  readonly raw: number;
  readonly hits: number;
}

/** As the graph has it. */
const meanRaw = ({ raw, weight }: Pool): number => Math.fround(raw / weight);

/** A pool too small to stand alone takes in what follows it; one that stands joins a later one that is no higher. */
const mustJoin = (before: Pool, last: Pool, weightMin: number): boolean =>
  before.weight < weightMin ||
  (before.hits / before.weight >= last.hits / last.weight && last.weight >= weightMin) ||
  meanRaw(last) === meanRaw(before);

/** The map at a raw probability. */
export function applyIsotonic({ raw, calibrated }: IsotonicMap, p: number): number {
  if (p <= raw[0]!) return calibrated[0]!;
  for (let k = 1; k < raw.length; k++) {
    if (p > raw[k]!) continue;
    const share = (p - raw[k - 1]!) / (raw[k]! - raw[k - 1]!);
    return calibrated[k - 1]! + share * (calibrated[k]! - calibrated[k - 1]!);
  }
  return calibrated.at(-1)!;
}
