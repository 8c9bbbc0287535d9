/** A float that came from a venue's decimal, written back without an exponent: for display only. */
export function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const fixed = value.toFixed(18);
  return fixed.includes('e') ? BigInt(Math.round(value)).toString() : fixed.replace(/\.?0+$/, '');
}
