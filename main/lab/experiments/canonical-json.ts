/** What JSON can hold, and numbers that it cannot: those become words. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** Text that is the same for the same values: keys in order, nothing between; NaN and infinities as words. */
export function canonicalJson(value: Plain): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each: Plain) => canonicalJson(each)).join(',')}]`;
  const entries = Object.entries(value as { readonly [name: string]: Plain }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`;
}
