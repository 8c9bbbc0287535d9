const Z_95 = 1.959964;

/**
 * 95 % interval of a share seen `right` times out of `n` (Wilson, 1927); the whole unit interval for n = 0.
 */
export function wilsonInterval(share: number, n: number): { low: number; high: number } {
  if (!(n > 0)) return { low: 0, high: 1 };
  const zz = (Z_95 * Z_95) / n;
  const middle = (share + zz / 2) / (1 + zz);
  const half = (Z_95 / (1 + zz)) * Math.sqrt((share * (1 - share)) / n + zz / (4 * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
