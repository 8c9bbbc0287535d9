/** Said against right, per bucket: on the diagonal a stated 70 % came true 70 % of the time. Dot size is the count. */
import type { TrackRecord } from '../../preload/contract.ts';
import { recordSentence } from './ProposalFacts.tsx';

const SIZE = 84;
const PAD = 8;

export function ReliabilityDiagram({ buckets }: { buckets: readonly TrackRecord[] }) {
  const at = (share: number): number => PAD + share * (SIZE - 2 * PAD);
  const most = Math.max(1, ...buckets.map((bucket) => bucket.n));
  const label = buckets.map(recordSentence).join('; ');
  const points = buckets.filter((bucket) => bucket.n > 0);
  return (
    <svg
      width={SIZE}
      height={SIZE}
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={`Reliability. ${label}`}
      className="shrink-0"
    >
      <rect x={PAD} y={PAD} width={SIZE - 2 * PAD} height={SIZE - 2 * PAD} fill="none" stroke="var(--line)" />
      <line x1={at(0)} y1={SIZE - at(0)} x2={at(1)} y2={SIZE - at(1)} stroke="var(--text3)" strokeDasharray="2 3" />
      {points.map((bucket) => (
        <circle
          key={bucket.saidFrom}
          cx={at((bucket.saidFrom + bucket.saidTo) / 2)}
          cy={SIZE - at(bucket.rightShare)}
          r={1.8 + 3.2 * Math.sqrt(bucket.n / most)}
          fill="var(--info)"
          fillOpacity="0.85"
        >
          <title>{recordSentence(bucket)}</title>
        </circle>
      ))}
    </svg>
  );
}
