/** What each version said against what came, in one square: a line and a letter each. */
import type { ModelVersion } from '../../preload/models-contract.ts';
import { showCount, showPercent } from '../format/number.ts';
import { LETTERS } from '../lab/run-words.ts';

const SIZE = 220;
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 3', '10 4'];

export function CompareCurves({ versions }: { versions: readonly ModelVersion[] }) {
  const curves = versions.map(({ id, title, report }, at) => ({
    id,
    title,
    letter: LETTERS[at] ?? '',
    dash: DASHES[at] ?? '',
    points: report.reliability
      .filter(({ n }) => n > 0)
      .map(({ said, low, high, right, n }) => ({ x: said ?? (low + high) / 2, y: right / n, n })),
  }));
  const drawn = curves.filter(({ points }) => points.length > 0);
  return (
    <section aria-label="Calibration side by side" className="min-w-0">
      <h3 className="font-semibold">
        Calibration <span className="font-normal text-text3">said, and how often it came true</span>
      </h3>
      {drawn.length === 0 ? (
        <p className="py-2 text-text2">Only questions answered by yes or no have one.</p>
      ) : (
        <svg
          viewBox={`-4 -4 ${SIZE + 8} ${SIZE + 8}`}
          role="img"
          aria-label={drawn
            .map(
              ({ letter, points }) =>
                `${letter}: ${points.map(({ x, y, n }) => `said ${showPercent(x)}, right ${showPercent(y)} of ${showCount(n)}`).join('; ')}`,
            )
            .join('. ')}
          className="mt-1 h-[232px] w-[232px] max-w-full"
        >
          <rect width={SIZE} height={SIZE} fill="none" stroke="var(--line)" />
          <line x1="0" y1={SIZE} x2={SIZE} y2="0" stroke="var(--line-strong)" strokeDasharray="4 3" />
          {drawn.map(({ id, letter, dash, points }) => (
            <g key={id} data-letter={letter} data-curve={letter}>
              <polyline
                points={points.map(({ x, y }) => `${x * SIZE},${SIZE - y * SIZE}`).join(' ')}
                fill="none"
                stroke="var(--letter)"
                strokeWidth="1.6"
                strokeDasharray={dash}
              />
              {points.map(({ x, y, n }) => (
                <circle key={x} cx={x * SIZE} cy={SIZE - y * SIZE} r="3" fill="var(--letter)">
                  <title>{`${letter} said ${showPercent(x)}: right ${showPercent(y)} of ${showCount(n)}`}</title>
                </circle>
              ))}
              <text
                x={points.at(-1)!.x * SIZE + 6}
                y={SIZE - points.at(-1)!.y * SIZE + 4}
                fill="var(--text1)"
                fontSize="11"
                fontWeight="600"
              >
                {letter}
              </text>
            </g>
          ))}
        </svg>
      )}
    </section>
  );
}
