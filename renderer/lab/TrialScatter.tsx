/** Return beside drawdown of every trial that saw all of the time; the front is what no other one beats in everything. */
import type { SearchTrial } from '../../preload/lab-contract.ts';
import { showPercent, showSignedPercent } from '../format/number.ts';

const [WIDTH, HEIGHT] = [300, 130];

export function TrialScatter({ trials }: { trials: readonly SearchTrial[] }) {
  const done = trials.flatMap(({ number, state, returnShare, maxDrawdownShare, isOnFront }) =>
    state === 'done' && returnShare !== null && maxDrawdownShare !== null
      ? [{ number, returnShare, maxDrawdownShare, isOnFront }]
      : [],
  );
  const right = Math.max(...done.map(({ maxDrawdownShare }) => maxDrawdownShare), 1e-6);
  const [low, high] = [
    Math.min(...done.map(({ returnShare }) => returnShare), 0),
    Math.max(...done.map(({ returnShare }) => returnShare), 0),
  ];
  const y = (share: number): number => HEIGHT - ((share - low) / (high - low || 1e-6)) * HEIGHT;
  const won = done.filter(({ returnShare }) => returnShare > 0).length;
  return (
    <figure className="min-w-0">
      <figcaption className="flex justify-between text-[11px] text-text3">
        <span>Return ↑, drawdown →</span>
        <span>{showSignedPercent(high, 1)}</span>
      </figcaption>
      <svg
        viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${won} of ${done.length} settings made money`}
        className="h-[130px] w-full overflow-visible border-b border-l border-line"
      >
        <line x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
        {done.map(({ number, returnShare, maxDrawdownShare, isOnFront }) => {
          const size = isOnFront ? 7 : 4;
          return (
            <rect
              key={number}
              x={(maxDrawdownShare / right) * WIDTH - size / 2}
              y={y(returnShare) - size / 2}
              width={size}
              height={size}
              fill={isOnFront ? 'var(--info)' : 'var(--text3)'}
              fillOpacity={isOnFront ? 1 : 0.7}
            >
              <title>
                {`Trial ${number + 1}: ${showSignedPercent(returnShare, 2)}, drawdown ${showPercent(maxDrawdownShare, 1)}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <p className="flex justify-between text-[11px] text-text3">
        <span>0</span>
        <span>
          {won} of {done.length} made money; <span className="text-info">■</span> front
        </span>
        <span>{showPercent(right, 1)}</span>
      </p>
    </figure>
  );
}
