const sideOf = (held: bigint): string => (held === 0n ? 'flat' : held > 0n ? 'long' : 'short');

/** Where a fill takes a perpetual's position. */
export function moved(before: bigint, after: bigint): string {
  const [from, to] = [sideOf(before), sideOf(after)];
  if (from !== to) return `${from} → ${to}`;
  return `${from} → ${(after > before) === (after > 0n) ? 'larger' : 'smaller'}`;
}

/** The moves that there are. */
export const POSITION_MOVES = [
  ...['flat → long', 'flat → short', 'long → flat', 'short → flat', 'long → short', 'short → long'],
  ...['long → larger', 'long → smaller', 'short → larger', 'short → smaller'],
] as const;
