/** Whether the books can be believed: our own stream, the clock, and the audits against the venue. */
import type { Health } from '../../../preload/contract.ts';
import { realMinus, showMilliseconds } from '../../format/number.ts';
import { showAgo, showCountdown } from '../../format/time.ts';
import { HealthLine, HealthPart } from './HealthPart.tsx';
import { accountVerdict, auditProblem, countOf, isSkewed, skewText } from './health-words.ts';

export function Account({ health, nowMs }: { health: Health; nowMs: number }) {
  const { privateStream, privateStreamSinceMs, privateStreamWhy, clockSkewMs, venueRoundTripMs } = health;
  const since = privateStreamSinceMs === null ? '' : ` ${showAgo(nowMs - privateStreamSinceMs)}`;
  return (
    <HealthPart title="Account" verdict={accountVerdict(health, nowMs)}>
      <dl>
        <HealthLine name="Private stream" note={privateStream === 'live' ? null : realMinus(privateStreamWhy)}>
          <span className={privateStream === 'live' ? '' : 'text-seal-text'}>
            {privateStream === 'live' ? '' : '⚠ '}
            {privateStream}
            {since}
          </span>
        </HealthLine>
        <HealthLine name="Clock">
          <span className={isSkewed(clockSkewMs) ? 'text-seal-text' : ''}>
            {isSkewed(clockSkewMs) ? '⚠ ' : ''}
            {skewText(clockSkewMs)}
          </span>
        </HealthLine>
        <HealthLine name="Venue answers in">{showMilliseconds(venueRoundTripMs)}</HealthLine>
        <LastAudit health={health} nowMs={nowMs} />
        {health.perpetuals ? <Perpetuals perpetuals={health.perpetuals} nowMs={nowMs} /> : null}
      </dl>
    </HealthPart>
  );
}

/** The derivatives account has a stream and audits of its own. */
function Perpetuals({ perpetuals, nowMs }: { perpetuals: NonNullable<Health['perpetuals']>; nowMs: number }) {
  const { privateStream, privateStreamSinceMs, privateStreamWhy, lastAuditAtMs, venue } = perpetuals;
  const since = privateStreamSinceMs === null ? '' : ` ${showAgo(nowMs - privateStreamSinceMs)}`;
  const isLive = privateStream === 'live';
  const problem = venue?.audit.problem ?? '';
  return (
    <>
      <HealthLine name="USD-M stream" note={isLive ? null : realMinus(privateStreamWhy)}>
        <span className={isLive ? '' : 'text-seal-text'}>
          {isLive ? '' : '⚠ '}
          {privateStream}
          {since}
        </span>
      </HealthLine>
      <HealthLine name="USD-M audit" note={problem === '' ? null : realMinus(problem)}>
        {lastAuditAtMs === null ? 'none yet' : `${showAgo(nowMs - lastAuditAtMs)} ago`}
      </HealthLine>
    </>
  );
}

function LastAudit({ health, nowMs }: { health: Health; nowMs: number }) {
  const { lastAuditAtMs, lastAudit, venue } = health;
  const problem = auditProblem(health, nowMs);
  const dueAtMs = venue?.audit.dueAtMs ?? null;
  return (
    <>
      <HealthLine
        name="Last audit"
        note={lastAudit && lastAudit.repairs > 0 ? countOf(lastAudit.repairs, 'repair') : null}
      >
        <span title={lastAudit ? auditText(lastAudit) : undefined}>
          {lastAuditAtMs === null ? 'none yet' : `${showAgo(nowMs - lastAuditAtMs)} ago`}
        </span>
      </HealthLine>
      <HealthLine name="Next audit" note={problem === null ? null : realMinus(venue?.audit.problem ?? '')}>
        {problem === null ? (
          venue?.audit.running ? (
            'running'
          ) : dueAtMs === null ? (
            <span className="text-text3">not planned yet</span>
          ) : (
            `in ${showCountdown(dueAtMs - nowMs)}`
          )
        ) : (
          <span className="text-seal-text">⚠ {problem}, tried again</span>
        )}
      </HealthLine>
    </>
  );
}

/** What an audit looked at, for those who ask. */
const auditText = (audit: NonNullable<Health['lastAudit']>): string =>
  [
    countOf(audit.openOrders + audit.closedOrders, 'order'),
    countOf(audit.fills, 'fill'),
    countOf(audit.balances, 'balance'),
    audit.repairs > 0 ? countOf(audit.repairs, 'repair') : 'nothing to repair',
    `in ${showMilliseconds(audit.tookMs)}`,
  ].join(', ');
