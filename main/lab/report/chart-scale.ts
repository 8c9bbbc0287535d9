/** Values of an axis between which lines are drawn. */
export interface Axis {
  readonly least: number;
  readonly most: number;
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round steps that take in both ends, about as many as wanted. */
export function axisFor(least: number, most: number, wanted = 5): Axis {
  if (!(most > least))
    return axisFor(
      least - Math.max(1e-9, Math.abs(least) * 0.01),
      most + Math.max(1e-9, Math.abs(most) * 0.01),
      wanted,
    );
  const rough = (most - least) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
  return { least: ticks[0]!, most: ticks.at(-1)!, ticks };
}

/** From this ratio of its ends on, a series of money is drawn so that the same share is the same height. */
const LOGARITHMIC_FROM = 8;
const DECADE = [1, 2, 5];

/** Round amounts a factor of about two apart, for a logarithmic axis; null where the ends are too near each other, or not above zero. */
export function logAxisFor(least: number, most: number): Axis | null {
  if (!(least > 0 && most / least >= LOGARITHMIC_FROM)) return null;
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1) {
    for (const digit of DECADE) ticks.push(Number((digit * 10 ** power).toPrecision(3)));
  }
  const inside = ticks.filter((tick) => tick >= least && tick <= most);
  const every = Math.ceil(inside.length / 7);
  return { least, most, ticks: inside.filter((_, at) => at % every === 0) };
}

/** Where the labels of a time axis stand: beginnings of years, months or days, whichever are few enough. */
export function timeTicks(
  fromMs: number,
  toMs: number,
  wanted = 8,
): readonly { readonly timeMs: number; readonly label: string }[] {
  const days = (toMs - fromMs) / 86_400_000;
  const months = days / 30.44;
  if (months / 12 >= wanted * 0.6)
    return calendarTicks(fromMs, toMs, 12 * Math.ceil(months / 12 / wanted), (iso) => iso.slice(0, 4));
  if (months >= 2) return calendarTicks(fromMs, toMs, monthStep(months / wanted), (iso) => iso.slice(0, 7));
  const stepMs = Math.max(1, Math.ceil(days / wanted)) * 86_400_000;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / stepMs) + 1) },
    (_, at) => first + at * stepMs,
  ).map((timeMs) => ({ timeMs, label: new Date(timeMs).toISOString().slice(5, 10) }));
}

const monthStep = (rough: number): number => [1, 2, 3, 6].find((months) => months >= rough) ?? 12;

function calendarTicks(fromMs: number, toMs: number, months: number, label: (iso: string) => string) {
  const ticks: { timeMs: number; label: string }[] = [];
  const from = new Date(fromMs);
  for (let month = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / months) * months; ; month += months) {
    const timeMs = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (timeMs > toMs) return ticks;
    if (timeMs >= fromMs) ticks.push({ timeMs, label: label(new Date(timeMs).toISOString()) });
  }
}

/**
 * Rows of a series to draw: each stretch's lowest and highest, in their order, and both ends, so that no spike is lost.
 * @returns indices, at most about `most`
 */
export function rowsToDraw(values: Float64Array, most: number): readonly number[] {
  const { length } = values;
  if (length <= most) return Array.from(values.keys());
  const stretches = Math.floor(most / 2);
  const rows = new Set([0]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const [from, to] = [Math.floor((stretch * length) / stretches), Math.floor(((stretch + 1) * length) / stretches)];
    let [low, high] = [from, from];
    for (let at = from; at < to; at += 1) {
      if (values[at]! < values[low]!) low = at;
      if (values[at]! > values[high]!) high = at;
    }
    rows.add(Math.min(low, high)).add(Math.max(low, high));
  }
  return [...rows.add(length - 1)].sort((a, b) => a - b);
}
