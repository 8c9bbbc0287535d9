/** What may still be asked of the venue: the account's budget, what waits for it, and the breakers. */
import type { Health } from '../../../preload/contract.ts';
import { showCount } from '../../format/number.ts';
import { showAgo, showClock } from '../../format/time.ts';
import { HealthLine, HealthPart, VerdictText } from './HealthPart.tsx';
import { BREAKER_NAMES, breakerVerdict, requestsVerdict } from './health-words.ts';

type VenueHealth = NonNullable<Health['venue']>;

const CLASSES = [
  ['protect', 'Cancels'],
  ['entry', 'Entries'],
  ['query', 'Reads'],
  ['market', 'Market'],
] as const;

export function Requests({ venue, nowMs }: { venue: VenueHealth | null; nowMs: number }) {
  return (
    <HealthPart title="Requests" verdict={requestsVerdict(venue, nowMs)}>
      {venue === null ? (
        <p className="text-text3">The connector to the venue has said nothing yet.</p>
      ) : (
        <>
          <Budget budget={venue.budget} />
          <Breakers breakers={venue.breakers} nowMs={nowMs} />
          <Waiting waiting={venue.budget.waiting} />
        </>
      )}
    </HealthPart>
  );
}

function Budget({ budget }: { budget: VenueHealth['budget'] }) {
  const { weightUsed, weightMax, reserveWeight, windowMs, pausedUntilMs, pausedWhy } = budget;
  const share = (weight: number): string => `${Math.max(0, Math.min(100, (weight / weightMax) * 100))}%`;
  return (
    <>
      {pausedUntilMs === null ? null : (
        <p className="pb-1 text-seal-text">
          ⚠ Nothing is sent until {showClock(pausedUntilMs)} UTC: {pausedWhy}.
        </p>
      )}
      <dl>
        <HealthLine name="Weight used">
          <span title={`in ${showAgo(windowMs)}`}>
            {showCount(weightUsed)} <span className="text-text3">of {showCount(weightMax)}</span>
          </span>
        </HealthLine>
        <div className="health-budget" aria-hidden="true">
          <div
            className={weightUsed > weightMax - reserveWeight ? 'bg-seal' : 'bg-text3'}
            style={{ width: share(weightUsed) }}
          />
          <span style={{ width: share(reserveWeight) }} />
        </div>
        <HealthLine name="Kept for cancels">{showCount(reserveWeight)}</HealthLine>
      </dl>
    </>
  );
}

/** In the order in which they go. */
function Waiting({ waiting }: { waiting: VenueHealth['budget']['waiting'] }) {
  return (
    <>
      <h3 className="text-[11px] text-text3">Waiting to be sent</h3>
      <dl className="health-waiting" aria-label="Waiting to be sent">
        {CLASSES.map(([key, word]) => (
          <div key={key}>
            <dt>{word}</dt>
            <dd className={waiting[key] > 0 ? 'text-text1' : 'text-text3'}>{showCount(waiting[key])}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Breakers({ breakers, nowMs }: { breakers: VenueHealth['breakers']; nowMs: number }) {
  return (
    <dl aria-label="Breakers" title="No breaker stands before cancel, flatten and stop">
      {breakers.map((breaker) => (
        <HealthLine
          key={breaker.name}
          name={BREAKER_NAMES[breaker.name]}
          note={breaker.sinceMs !== null && `${breaker.why}, for ${showAgo(nowMs - breaker.sinceMs)}`}
        >
          <VerdictText verdict={breakerVerdict(breaker, nowMs)} />
        </HealthLine>
      ))}
    </dl>
  );
}
