/** A course by the hour as a small line, on a scale that is told; where it is broken nothing was settled. */
import { showMoment } from '../format/time.ts';
import { piecesOf } from './hour-course.ts';

const [WIDTH, HEIGHT] = [280, 56];

const withoutYear = (timeMs: number): string => showMoment(timeMs).slice(5);

interface Course {
  readonly atMs: readonly number[];
  readonly values: readonly (number | null)[];
  readonly label: string;
  /** A level to hold it against, drawn dashed. */
  readonly level: { readonly value: number; readonly name: string } | null;
  readonly show: (value: number) => string;
}

export function HourLine({ atMs, values, label, level, show }: Course) {
  const known = values.filter((value): value is number => value !== null);
  const [first, last] = [atMs[0], atMs.at(-1)];
  if (known.length < 2 || first === undefined || last === undefined) {
    return (
      <figure aria-label={label}>
        <figcaption className="text-[11px] text-text3">{label}</figcaption>
        <p className="grid h-[78px] place-content-center text-center text-[11px] text-text3">
          drawn from two hours of settled forecasts on
        </p>
      </figure>
    );
  }
  const all = level ? [...known, level.value] : known;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = Math.max(1, last - first);
  const x = (at: number): number => (((atMs[at] ?? first) - first) / span) * WIDTH;
  const y = (value: number): number => (high === low ? HEIGHT / 2 : HEIGHT - ((value - low) / (high - low)) * HEIGHT);
  return (
    <figure>
      <figcaption className="flex justify-between gap-2 text-[11px] text-text3">
        <span className="truncate">{label}</span>
        <span className="whitespace-nowrap">
          {show(low)} to {show(high)}, now <b className="font-semibold text-text1">{show(known.at(-1) as number)}</b>
        </span>
      </figcaption>
      <svg
        viewBox={`0 -3 ${WIDTH} ${HEIGHT + 6}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: from ${show(known[0] as number)} at ${showMoment(first)} to ${show(known.at(-1) as number)} at ${showMoment(last)} UTC`}
        className="mt-0.5 h-[58px] w-full border-b border-l border-line"
      >
        {level ? (
          <line
            x1="0"
            x2={WIDTH}
            y1={y(level.value)}
            y2={y(level.value)}
            stroke="var(--line-strong)"
            strokeDasharray="4 3"
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
        {piecesOf(values).map((piece) => (
          <polyline
            key={piece[0]}
            points={piece.map((at) => `${x(at).toFixed(1)},${y(values[at] as number).toFixed(1)}`).join(' ')}
            fill="none"
            stroke="var(--info)"
            strokeWidth="1.4"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <p className="flex justify-between text-[10.5px] leading-[14px] text-text3">
        <span>{withoutYear(first)}</span>
        {level ? (
          <span>
            ╌ {level.name} {show(level.value)}
          </span>
        ) : null}
        <span>{withoutYear(last)} UTC</span>
      </p>
    </figure>
  );
}
