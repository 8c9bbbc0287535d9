/** What was said against what came true: on the diagonal where it can be believed. */
import type { ModelReport } from '../../preload/model-report.ts';
import { showCount, showPercent } from '../format/number.ts';

const SIZE = 200;

export function ReliabilityCurve({ buckets }: { buckets: ModelReport['reliability'] }) {
  const filled = buckets.filter(({ n }) => n > 0);
  const most = Math.max(1, ...filled.map(({ n }) => n));
  const points = filled.map(({ said, low, high, right, n }) => ({ x: said ?? (low + high) / 2, y: right / n, n }));
  return (
    <section aria-label="Calibration" className="min-w-0">
      <h3 className="font-semibold">
        Calibration <span className="font-normal text-text3">said, and how often it came true</span>
      </h3>
      {points.length === 0 ? (
        <p className="py-2 text-text2">Only questions answered by yes or no have one.</p>
      ) : (
        <svg
          viewBox={`-4 -4 ${SIZE + 8} ${SIZE + 8}`}
          role="img"
          aria-label={points.map(({ x, y, n }) => `said ${showPercent(x)}, right ${showPercent(y)} of ${n}`).join('; ')}
          className="mt-1 h-[216px] w-[216px] max-w-full"
        >
          <rect width={SIZE} height={SIZE} fill="none" stroke="var(--line)" />
          <line x1="0" y1={SIZE} x2={SIZE} y2="0" stroke="var(--line-strong)" strokeDasharray="4 3" />
          <polyline
            points={points.map(({ x, y }) => `${x * SIZE},${SIZE - y * SIZE}`).join(' ')}
            fill="none"
            stroke="var(--info)"
          />
          {points.map(({ x, y, n }) => (
            <circle
              key={x}
              cx={x * SIZE}
              cy={SIZE - y * SIZE}
              r={2 + 5 * Math.sqrt(n / most)}
              fill="var(--info)"
              fillOpacity="0.75"
            >
              <title>{`Said ${showPercent(x)}: right ${showPercent(y)} of ${showCount(n)}`}</title>
            </circle>
          ))}
        </svg>
      )}
    </section>
  );
}
