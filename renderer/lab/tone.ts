/** A cell's colour by a share and how strong it is; the figure in it says the same without colour. */

export interface Tone {
  readonly tone: 'up' | 'down' | 'flat';
  /** Per cent of the tone in the cell. */
  readonly weight: string;
}

/** @param full the size at which the colour is strongest */
export function toneOf(value: number | null, full: number): Tone {
  if (value === null || value === 0 || !(full > 0)) return { tone: 'flat', weight: '0%' };
  const strength = Math.min(1, Math.abs(value) / full);
  return { tone: value > 0 ? 'up' : 'down', weight: `${Math.round(8 + 42 * strength)}%` };
}
