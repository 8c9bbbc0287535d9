/**
 * Randomness by address instead of by sequence: the number at (stream, index) is a hash, so any minute of any day can be
 * asked for in any order and is always the same.
 */

const GOLDEN = 0x9e3779b1;
const TABLE_BITS = 12;
const TABLE_SIZE = 1 << TABLE_BITS;

/** A stream id from a parent stream and a name or number. */
export function childStream(parent: number, name: string | number): number {
  let hash = (parent ^ 0x811c9dc5) | 0;
  const text = String(name);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return scramble(hash ^ Math.imul(parent, GOLDEN));
}

/** A uniform 32-bit integer, as a signed int. `index` may be any 32-bit integer. */
export function hashAt(stream: number, index: number): number {
  const first = Math.imul(index, GOLDEN) ^ stream;
  const second = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d) + stream;
  return scramble(second);
}

/** Uniform in (0, 1), both ends excluded. */
export function uniformAt(stream: number, index: number): number {
  return ((hashAt(stream, index) >>> 0) + 0.5) / 4294967296;
}

/** Standard normal, cut at about ±3.9, by an interpolated table of the inverse distribution function. */
export function gaussianAt(stream: number, index: number): number {
  const bits = hashAt(stream, index) >>> 0;
  const cell = bits >>> (32 - TABLE_BITS);
  const fraction = (bits & (0xffffffff >>> TABLE_BITS)) / 2 ** (32 - TABLE_BITS);
  const low = NORMAL_QUANTILES[cell] as number;
  return low + ((NORMAL_QUANTILES[cell + 1] as number) - low) * fraction;
}

function scramble(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}

/**
 * Quantiles of the standard normal at i / TABLE_SIZE, from integrating the density outward with Newton steps; the two
 * outermost are set to a quarter of a cell. Scaled so that the interpolated numbers have variance 1.
 */
function buildNormalQuantiles(): Float64Array {
  const table = new Float64Array(TABLE_SIZE + 1);
  let x = 0;
  for (let i = TABLE_SIZE / 2 + 1; i <= TABLE_SIZE; i++) {
    const p = Math.min(i / TABLE_SIZE, 1 - 0.25 / TABLE_SIZE);
    for (let step = 0; step < 8; step++) x -= (normalCdf(x) - p) / normalDensity(x);
    table[i] = x;
    table[TABLE_SIZE - i] = -x;
  }
  let variance = 0;
  for (let i = 0; i < TABLE_SIZE; i++) {
    const a = table[i] as number;
    const b = table[i + 1] as number;
    variance += (a * a + a * b + b * b) / (3 * TABLE_SIZE);
  }
  const scale = 1 / Math.sqrt(variance);
  for (let i = 0; i <= TABLE_SIZE; i++) table[i] = (table[i] as number) * scale;
  return table;
}

const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** Φ(x) by its everywhere convergent odd power series; exact to rounding for the |x| < 5 used here. */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; k < 120; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

const NORMAL_QUANTILES = buildNormalQuantiles();
