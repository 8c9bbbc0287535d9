/** How many trades came to what: one bar a step, losses left of zero. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showCount, showSignedPercent } from '../format/number.ts';

const HEIGHT = 100;

export function TradeDistribution({ distribution: { edges, counts } }: { distribution: LabRunDetail['distribution'] }) {
  const most = Math.max(...counts, 1);
  const trades = counts.reduce((sum, count) => sum + count, 0);
  const zero = edges.findIndex((edge) => Math.abs(edge) < 1e-12);
  const width = 100 / Math.max(1, counts.length);
  const losing = counts.slice(0, Math.max(0, zero)).reduce((sum, count) => sum + count, 0);
  return (
    <section
      aria-label="Distribution of trades"
      className="flex min-w-0 flex-col border-l border-line px-2.5 pb-2 pt-1.5"
    >
      <h3 className="font-semibold">
        Trades <span className="font-normal text-text3">by return of what went in</span>
      </h3>
      {trades === 0 ? (
        <p className="empty">No trade was closed.</p>
      ) : (
        <>
          <div className="relative mt-2 min-h-0 flex-1">
            <svg
              viewBox={`0 0 100 ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${showCount(losing)} of ${showCount(trades)} trades lost; ${showCount(trades - losing)} did not`}
              className="absolute inset-0 h-full w-full"
            >
              {counts.map((count, at) => {
                const height = (count / most) * HEIGHT;
                return (
                  <rect
                    key={edges[at]}
                    x={at * width + width * 0.08}
                    y={HEIGHT - height}
                    width={width * 0.84}
                    height={height}
                    fill={at < zero ? 'var(--down)' : 'var(--up)'}
                    fillOpacity="0.75"
                  >
                    <title>
                      {`${showSignedPercent(edges[at] ?? 0, 2)} to ${showSignedPercent(edges[at + 1] ?? 0, 2)}: ${showCount(count)}`}
                    </title>
                  </rect>
                );
              })}
              {zero >= 0 ? (
                <line
                  x1={zero * width}
                  x2={zero * width}
                  y1="0"
                  y2={HEIGHT}
                  stroke="var(--text3)"
                  vectorEffect="non-scaling-stroke"
                />
              ) : null}
            </svg>
          </div>
          <div className="flex justify-between border-t border-line pt-0.5 text-[10.5px] text-text3">
            <span>{showSignedPercent(edges[0] ?? 0, 1)}</span>
            <span>
              ▼ {showCount(losing)} lost · ▲ {showCount(trades - losing)} not
            </span>
            <span>{showSignedPercent(edges.at(-1) ?? 0, 1)}</span>
          </div>
        </>
      )}
    </section>
  );
}
