/** What the health screen says of each part, in a few words: a sign, a tone and a text, never a colour alone. */
import type { Health } from '../../../preload/contract.ts';
import { NONE, showMilliseconds, showPercent } from '../../format/number.ts';
import { showAgo, showCountdown } from '../../format/time.ts';

export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad' | 'info' | 'note';
  readonly text: string;
}

export const SIGNS: Record<Verdict['tone'], string> = { good: '●', warn: '⚠', bad: '✕', info: '◌', note: '✓' };

type VenueHealth = NonNullable<Health['venue']>;
type Breaker = VenueHealth['breakers'][number];

/** The connector speaks every second; silence of this long is worth a word. */
const SILENT_MS = 5_000;
/** From here on market data waits: the rest is kept for what matters more. */
const BUSY_SHARE = 0.65;
/** Audits run every minute; one that is older than this did not get through. */
const AUDIT_OLD_MS = 150_000;
const SKEW_MS_WARN = 1_000;

export const BREAKER_NAMES: Record<Breaker['name'], string> = { reads: 'Read breaker', entries: 'Entry breaker' };

const good = (text: string): Verdict => ({ tone: 'good', text });
const warn = (text: string): Verdict => ({ tone: 'warn', text });

export function feedsVerdict(feeds: Health['feeds'], symbolOf: (instrumentId: string) => string): Verdict {
  if (feeds.length === 0) return { tone: 'info', text: 'no instruments yet' };
  const notLive = feeds.filter((feed) => feed.status !== 'live');
  const [first] = notLive;
  if (!first) return good(`${feeds.length} live`);
  if (notLive.every((feed) => feed.status === 'connecting')) return { tone: 'info', text: 'connecting' };
  if (notLive.length > 1) return warn(`${notLive.length} of ${feeds.length} not live`);
  return warn(`${symbolOf(first.instrumentId)} ${first.status}`);
}

/** `null` while the connector has said nothing. */
export function requestsVerdict(venue: VenueHealth | null, nowMs: number): Verdict {
  if (venue === null) return { tone: 'info', text: 'no word yet' };
  if (nowMs - venue.atMs > SILENT_MS) return warn(`silent ${showAgo(nowMs - venue.atMs)}`);
  const { pausedUntilMs, weightUsed, weightMax } = venue.budget;
  if (pausedUntilMs !== null) return warn(`paused ${showCountdown(pausedUntilMs - nowMs)}`);
  const used = weightUsed / weightMax;
  return used >= BUSY_SHARE ? warn(`${showPercent(used)} used`) : good(`${showPercent(used)} used`);
}

export function breakerVerdict(breaker: Breaker, nowMs: number): Verdict {
  if (breaker.state === 'closed') return good('closed');
  if (breaker.state === 'half-open') return warn('half-open');
  return { tone: 'bad', text: `open ${showCountdown((breaker.trialAtMs ?? nowMs) - nowMs)}` };
}

export function accountVerdict(health: Health, nowMs: number): Verdict {
  if (health.privateStream !== 'live') {
    return health.privateStream === 'down' ? warn('stream down') : { tone: 'info', text: 'connecting' };
  }
  const problem = auditProblem(health, nowMs);
  return problem === null ? good('live, audited') : warn(problem);
}

/** Null while audits get through. */
export function auditProblem(health: Health, nowMs: number): string | null {
  if (health.venue !== null && health.venue.audit.problem !== '') return 'audit fails';
  if (health.lastAuditAtMs !== null && nowMs - health.lastAuditAtMs > AUDIT_OLD_MS) return 'audit overdue';
  return null;
}

export function deadManVerdict({ mode, guards }: Health['deadMan']): Verdict {
  if (mode === 'off') return { tone: 'info', text: 'off' };
  if (guards.some(({ state }) => state === 'overdue')) return warn('may have fired');
  return guards.length === 0 ? { tone: 'info', text: 'nothing rests' } : good(`${guards.length} on`);
}

export function workersVerdict(workers: Health['workers']): Verdict {
  const troubled = workers.find((worker) => worker.state !== 'running');
  if (!troubled) return good(`${workers.length} running`);
  return troubled.state === 'down'
    ? { tone: 'bad', text: `${troubled.name} down` }
    : warn(`${troubled.name} restarting`);
}

/** `3 ms ahead`: ours against the venue's. */
export function skewText(skewMs: number | null): string {
  if (skewMs === null) return NONE;
  const size = showMilliseconds(Math.abs(skewMs));
  return skewMs === 0 ? size : `${size} ${skewMs > 0 ? 'ahead' : 'behind'}`;
}

export const isSkewed = (skewMs: number | null): boolean => skewMs !== null && Math.abs(skewMs) >= SKEW_MS_WARN;

/** `1 fill`, `12 fills`. */
export const countOf = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What stands against trading as usual, worst first; empty when nothing does. Without figures that count down. */
export function troublesOf(health: Health): readonly string[] {
  const { venue } = health;
  const notLive = health.feeds.filter((feed) => feed.status === 'stale' || feed.status === 'down').length;
  const held = venue?.breakers.filter((breaker) => breaker.state === 'open') ?? [];
  return [
    ...(venue && venue.budget.pausedUntilMs !== null ? [`requests paused: ${venue.budget.pausedWhy}`] : []),
    ...held.map((breaker) => `${breaker.name} held back: ${breaker.why}`),
    ...(health.privateStream === 'live' ? [] : [`private stream ${health.privateStream}`]),
    ...(health.perpetuals?.privateStream === 'down' ? ['USD-M stream down'] : []),
    ...(health.deadMan.guards.some(({ state }) => state === 'overdue') ? ['dead-man switch may have fired'] : []),
    ...(notLive > 0 ? [`${countOf(notLive, 'feed')} not live`] : []),
    ...(venue && venue.audit.problem !== '' ? ['audit fails'] : []),
    ...(health.perpetuals?.venue && health.perpetuals.venue.audit.problem !== '' ? ['USD-M audit fails'] : []),
  ];
}
