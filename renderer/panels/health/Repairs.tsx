/** What was put right, newest first, each in one sentence. */
import type { Health } from '../../../preload/contract.ts';
import { realMinus } from '../../format/number.ts';
import { showClock } from '../../format/time.ts';
import { HealthPart } from './HealthPart.tsx';
import { countOf } from './health-words.ts';

export function Repairs({ repairs }: { repairs: Health['repairs'] }) {
  return (
    <HealthPart
      title="Repairs"
      verdict={
        repairs.length === 0
          ? { tone: 'good', text: 'none' }
          : { tone: 'note', text: countOf(repairs.length, 'repair') }
      }
    >
      {repairs.length === 0 ? (
        <p className="text-text3">Since the start nothing had to be put right.</p>
      ) : (
        <ol className="health-repairs">
          {repairs.toReversed().map((repair) => (
            <li key={`${repair.atMs} ${repair.text}`}>
              <time>{showClock(repair.atMs)}</time> {realMinus(repair.text)}
            </li>
          ))}
        </ol>
      )}
    </HealthPart>
  );
}
