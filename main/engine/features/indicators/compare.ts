/** The larger and the smaller of two numbers; `Math.max` and `Math.min` cost several times as much in these loops. */
export function larger(a: number, b: number): number {
  if (a > b) return a;
  return b;
}

export function smaller(a: number, b: number): number {
  if (a < b) return a;
  return b;
}
