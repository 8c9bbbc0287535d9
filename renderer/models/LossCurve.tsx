/** A training's losses, step by step: on what it learns from, and on what says when to stop. */
import type { TrainingJob } from '../../preload/models-contract.ts';
import { showFloat } from '../format/number.ts';

const [WIDTH, HEIGHT] = [600, 260];

type Values = readonly (number | null)[];

export function LossCurve({ job: { curve, steps } }: { job: TrainingJob }) {
  const { step, training, stopping } = curve;
  const known = [...training, ...stopping].filter((value): value is number => value !== null);
  if (known.length === 0) return <p className="empty min-h-0 flex-1">The curve begins with the first step.</p>;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const right = Math.max(steps ?? 0, ...step, 2);
  const x = (at: number): number => ((step[at]! - 1) / (right - 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT;
  const line = (values: Values): string =>
    values.flatMap((value, at) => (value === null ? [] : [`${x(at).toFixed(1)},${y(value).toFixed(1)}`])).join(' ');
  const best = bestOf(stopping);
  return (
    <figure className="flex min-h-0 flex-1 flex-col" data-testid="loss-curve" data-points={step.length}>
      <figcaption className="flex gap-4 pb-1.5 text-[11px]">
        <span className="text-info">━ learnt from {showFloat(training.at(-1) ?? null, 4)}</span>
        {best === null ? null : (
          <span className="text-seal-text">
            ╌ held back {showFloat(stopping.at(-1) ?? null, 4)}, best {showFloat(stopping[best]!, 4)} at step{' '}
            {step[best]}
          </span>
        )}
        <span className="ml-auto text-text3">loss {showFloat(high, 4)}</span>
      </figcaption>
      <svg
        viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Loss over ${step.at(-1)} steps, from ${showFloat(training[0] ?? null, 4)} to ${showFloat(training.at(-1) ?? null, 4)}`}
        className="min-h-0 w-full flex-1 border-b border-l border-line"
      >
        <polyline
          points={line(training)}
          fill="none"
          stroke="var(--info)"
          strokeWidth="1.6"
          vectorEffect="non-scaling-stroke"
        />
        <polyline
          points={line(stopping)}
          fill="none"
          stroke="var(--seal)"
          strokeWidth="1.6"
          strokeDasharray="5 3"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="flex justify-between pt-1 text-[11px] text-text3">
        <span>step 1</span>
        <span>{showFloat(low, 4)} at the bottom</span>
        <span>step {right}</span>
      </p>
    </figure>
  );
}

/** Place of the least; null where there is none. */
function bestOf(values: Values): number | null {
  let best: number | null = null;
  for (const [at, value] of values.entries()) if (value !== null && (best === null || value < values[best]!)) best = at;
  return best;
}
