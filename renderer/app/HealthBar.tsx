/** One line at the bottom that says whether to trust everything above it. */
import { useRef } from 'react';
import { showCount, showMegabytes, showMilliseconds } from '../format/number.ts';
import { showClock } from '../format/time.ts';
import { troublesOf } from '../panels/health/health-words.ts';
import { useTicker } from '../panels/use-market.ts';
import { setText } from '../panels/write-cell.ts';
import { useDesk, useDeskStore } from '../stores/desk-store.ts';
import { setView } from '../stores/view-store.ts';

export function HealthBar() {
  const health = useDesk((desk) => desk.health, null);
  const link = useDeskStore((state) => state.link.state);
  const clock = useRef<HTMLSpanElement>(null);
  useTicker((nowMs) => clock.current && setText(clock.current, `${showClock(nowMs)} UTC`), 500);
  const isTrouble = link !== 'live' || health?.chain === 'broken' || health?.privateStream === 'down';
  return (
    <footer className="shrink-0">
      <section
        aria-label="Health bar"
        className="flex h-6 items-center gap-4 overflow-hidden whitespace-nowrap px-3 text-[11px] text-text3"
      >
        <span className={`flex items-center gap-1.5 ${isTrouble ? 'text-down' : ''}`}>
          <span aria-hidden="true" className={isTrouble ? 'text-down' : 'text-up'}>
            {isTrouble ? '▲' : '●'}
          </span>
          {link === 'live'
            ? `feed ${showMilliseconds(health?.feedAgeMs ?? null)}`
            : link === 'lost'
              ? 'engine lost'
              : 'connecting'}
        </span>
        {health ? (
          <>
            <span>venue {showMilliseconds(health.venueRoundTripMs)}</span>
            <span>close → proposal {showMilliseconds(health.closeToProposalMs)}</span>
            <span>
              inference {showMilliseconds(health.inferenceMs)} {health.provider?.toUpperCase() ?? ''}
            </span>
            <span>memory {showMegabytes(health.memoryBytes)}</span>
            <span className={health.chain === 'broken' ? 'font-semibold text-down' : ''}>
              log {showCount(health.logEvents)} events, chain {health.chain}
            </span>
            <Troubles texts={troublesOf(health)} />
          </>
        ) : null}
        <span className="ml-auto flex items-center gap-3">
          <span ref={clock} />
          <button
            type="button"
            className="cursor-pointer hover:text-text1"
            onClick={() => setView({ overlay: 'commands' })}
          >
            Ctrl K commands
          </button>
          <button
            type="button"
            className="cursor-pointer hover:text-text1"
            onClick={() => setView({ overlay: 'keys' })}
          >
            ? keys
          </button>
        </span>
      </section>
    </footer>
  );
}

function Troubles({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  const text = texts.join(' · ');
  return (
    <span className="min-w-0 truncate text-seal-text" title={text}>
      ⚠ {text}
    </span>
  );
}
