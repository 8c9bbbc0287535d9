/** Text as it may stand in a page, also inside an attribute's quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const MISSING = '–';

/** With commas in thousands and a real minus sign. */
export function number(value: number | null | undefined, places = 2): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const rounded = Number(value.toFixed(places));
  const text = Math.abs(rounded).toLocaleString('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return rounded < 0 ? `−${text}` : text;
}

/** The same with a plus sign where it is above zero: for changes. */
export function signed(value: number | null | undefined, places = 2): string {
  const text = number(value, places);
  return text !== MISSING && Number((value as number).toFixed(places)) > 0 ? `+${text}` : text;
}

/** A share in per cent, with as many decimals as its size deserves; the sign does not leave its number at a line's end. */
export function percent(share: number | null | undefined, show: typeof number = number): string {
  if (share === null || share === undefined || Number.isNaN(share)) return MISSING;
  const size = Math.abs(100 * share);
  return `${show(100 * share, size >= 1_000 ? 0 : size >= 100 ? 1 : 2)}\u00a0%`;
}

/** As few decimals as say all of these values exactly, `most` at most. */
export function placesOf(values: readonly number[], most: number): number {
  const isExact = (value: number, places: number): boolean =>
    Math.abs(value - Number(value.toFixed(places))) <= 1e-9 * Math.abs(value);
  const fits = (places: number): boolean => values.every((value) => isExact(value, places));
  return Array.from({ length: most }, (_, places) => places).find(fits) ?? most;
}

/** A value of an axis, with the decimals that it has. */
export const tick = (value: number, show: typeof number = number): string => show(value, placesOf([value], 3));

/** The most decimals that prices of this size want. */
export const pricePlacesMost = (value: number): number => (value >= 1_000 ? 2 : value >= 1 ? 4 : 8);

/** `2024-03-01 14:05`, UTC. */
export const minute = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
export const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** `up`, `down` or nothing, for colours that go with a sign. */
export const direction = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) || value === 0 ? '' : value > 0 ? 'up' : 'down';
