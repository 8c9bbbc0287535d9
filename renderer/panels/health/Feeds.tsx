/** The market streams, one by one: how old the last quote is, and what is wrong where something is. */
import type { Health } from '../../../preload/contract.ts';
import { realMinus, showMilliseconds } from '../../format/number.ts';
import { showAgo } from '../../format/time.ts';
import { instrumentOf } from '../../stores/desk-store.ts';
import { STATUS_WORDS } from '../StatusMark.tsx';
import { HealthPart } from './HealthPart.tsx';
import { countOf, feedsVerdict } from './health-words.ts';

const symbolOf = (instrumentId: string): string => instrumentOf(instrumentId)?.symbol ?? instrumentId;

export function Feeds({ feeds, nowMs }: { feeds: Health['feeds']; nowMs: number }) {
  const troubled = feeds.filter((feed) => feed.why !== '' && feed.status !== 'live');
  // One line breaks mostly break all streams for one reason: said once.
  const reasons = [...new Set(troubled.map((feed) => feed.why))];
  return (
    <HealthPart title="Feeds" verdict={feedsVerdict(feeds, symbolOf)}>
      <ul className="health-feeds">
        {feeds.filter(isShown).map((feed) => (
          <Feed key={feed.instrumentId} feed={feed} nowMs={nowMs} />
        ))}
      </ul>
      {feeds.every(isShown) ? null : (
        <p className="pt-1 text-[11px] text-text3">
          {countOf(feeds.filter((feed) => !isShown(feed)).length, 'perpetual')} live
        </p>
      )}
      {reasons.map((why) => (
        <p key={why} className="pt-1 text-[11px] text-text2">
          {realMinus(why)}
        </p>
      ))}
    </HealthPart>
  );
}

/** Perpetuals that are well are counted, not listed: there are as many as there are on spot. */
const isShown = (feed: Health['feeds'][number]): boolean =>
  feed.status !== 'live' || instrumentOf(feed.instrumentId)?.kind !== 'perpetual';

function Feed({ feed, nowMs }: { feed: Health['feeds'][number]; nowMs: number }) {
  const isLive = feed.status === 'live';
  const since = feed.sinceMs === null ? '' : showAgo(nowMs - feed.sinceMs);
  return (
    <li data-feed={feed.instrumentId} data-status={feed.status}>
      <span className="flex-1 truncate">{symbolOf(feed.instrumentId)}</span>
      <span className="pl-1.5 text-text3">
        {feed.resyncs > 0 ? (
          <>
            <span aria-hidden="true" title={countOf(feed.resyncs, 'resync')}>
              ↻{feed.resyncs}
            </span>
            <span className="sr-only">{countOf(feed.resyncs, 'resync')}</span>
          </>
        ) : null}
      </span>
      <span
        className={`pl-1.5 ${isLive ? 'text-text2' : feed.status === 'connecting' ? 'text-text3' : 'text-seal-text'}`}
      >
        {isLive ? showMilliseconds(feed.ageMs) : `${feed.status === 'connecting' ? '◌' : '⚠'} ${wordOf(feed, since)}`}
      </span>
    </li>
  );
}

const wordOf = (feed: Health['feeds'][number], since: string): string =>
  feed.status === 'connecting' ? STATUS_WORDS.connecting : `${feed.status} ${since}`;
