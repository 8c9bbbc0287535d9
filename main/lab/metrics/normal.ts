/** The standard normal distribution, to about fifteen digits. */

const FAR = 2.5;

export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** Share below `x`. Near the middle G. Marsaglia's series (Journal of Statistical Software 11, 2004), far out Laplace's fraction. */
export function normalShareBelow(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  if (size > FAR) {
    let fraction = size;
    for (let k = 150; k > 0; k -= 1) fraction = size + k / fraction;
    const tail = normalDensity(size) / fraction;
    return x < 0 ? tail : 1 - tail;
  }
  let [sum, term, before] = [x, x, Number.NaN];
  for (let k = 3; sum !== before; k += 2) {
    before = sum;
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** The value below which `share` lies; ∓ infinity for 0 and 1. By Halley's steps from Hastings' approximation (A&S 26.2.23). */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1))
    return share === 0 ? Number.NEGATIVE_INFINITY : share === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  // The lower half, where nothing is lost to 1.
  if (share > 0.5) return -normalQuantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(share));
  let x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let step = 0; step < 3; step += 1) {
    const miss = (normalShareBelow(x) - share) / normalDensity(x);
    x -= miss / (1 + 0.5 * x * miss);
  }
  return x;
}
