/** The venue's dead-man switch: what it is wanted for, and where it counts. */
import { useState } from 'react';
import type { Health } from '../../../preload/contract.ts';
import { realMinus } from '../../format/number.ts';
import { showAgo, showCountdown } from '../../format/time.ts';
import { setDeadManSwitch } from '../../stores/actions.ts';
import { instrumentOf } from '../../stores/desk-store.ts';
import { HealthLine, HealthPart } from './HealthPart.tsx';
import { deadManVerdict } from './health-words.ts';

type DeadManHealth = Health['deadMan'];

const MODES = [
  ['off', 'Off', 'What rests stays, also without this terminal.'],
  ['entries', 'Entries', 'Without this terminal the venue cancels entries beside which nothing protects.'],
  ['all', 'All', 'Without this terminal the venue cancels all, stops too: put back on return.'],
] as const;

export function DeadMan({ deadMan, nowMs }: { deadMan: DeadManHealth; nowMs: number }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { mode, guards } = deadMan;
  return (
    <HealthPart title="Dead man" verdict={deadManVerdict(deadMan)}>
      <div role="radiogroup" aria-label="Dead-man switch" className="segmented mb-1">
        {MODES.map(([value, text, title]) => (
          // biome-ignore lint/a11y/useSemanticElements: segments, not round buttons
          <button
            key={value}
            type="button"
            role="radio"
            aria-checked={value === mode}
            title={title}
            onClick={() => void setDeadManSwitch(value).then(setRefusal)}
          >
            {text}
          </button>
        ))}
      </div>
      <p className="text-[11px] text-text3">{MODES.find(([value]) => value === mode)?.[2]}</p>
      {refusal === null ? null : (
        <p role="alert" className="text-down">
          {refusal}
        </p>
      )}
      <dl>
        {guards.map((guard) => (
          <HealthLine
            key={guard.instrumentId}
            name={instrumentOf(guard.instrumentId)?.symbol ?? guard.instrumentId}
            note={guard.problem === '' ? null : realMinus(guard.problem)}
          >
            <span
              className={guard.state === 'overdue' ? 'text-seal-text' : ''}
              title="The last refresh that the venue confirmed, and the time until it cancels without another"
            >
              {stateText(guard, nowMs)}
            </span>
          </HealthLine>
        ))}
      </dl>
    </HealthPart>
  );
}

function stateText({ state, firesAtMs, lastRefreshAtMs }: DeadManHealth['guards'][number], nowMs: number): string {
  if (state === 'arming' || firesAtMs === null || lastRefreshAtMs === null) return '◌ arming';
  if (state === 'overdue') return '⚠ may have fired';
  return `${showAgo(nowMs - lastRefreshAtMs)} ago, ${showCountdown(firesAtMs - nowMs)} left`;
}
