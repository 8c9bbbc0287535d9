import { describe, expect, it } from 'vitest';
import type { Health } from '../../../preload/contract.ts';
import {
  accountVerdict,
  breakerVerdict,
  deadManVerdict,
  feedsVerdict,
  requestsVerdict,
  skewText,
  troublesOf,
  workersVerdict,
} from '../../../renderer/panels/health/health-words.ts';
import { createDoubleMarket } from '../../support/desk-double-market.ts';
import { doubleDesk } from '../../support/desk-double-state.ts';

const { health } = doubleDesk(createDoubleMarket(7));
type Venue = NonNullable<Health['venue']>;
const venue = health.venue as Venue;
const NOW_MS = venue.atMs;
const said = ({ tone, text }: { tone: string; text: string }): string => `${tone}: ${text}`;
const withBudget = (budget: Partial<Venue['budget']>): Venue => ({ ...venue, budget: { ...venue.budget, ...budget } });

describe('the words of the health screen', () => {
  it('feeds: how many are live, which one is not, or how many', () => {
    const feeds = (...statuses: Health['feeds'][number]['status'][]) =>
      statuses.map((status, index) => ({
        ...(health.feeds[0] as Health['feeds'][number]),
        instrumentId: `i${index}`,
        status,
      }));
    const verdict = (list: Health['feeds']): string => said(feedsVerdict(list, (id) => id.toUpperCase()));
    expect(verdict([])).toBe('info: no instruments yet');
    expect(verdict(feeds('live', 'live'))).toBe('good: 2 live');
    expect(verdict(feeds('live', 'stale'))).toBe('warn: I1 stale');
    expect(verdict(feeds('down', 'stale', 'live'))).toBe('warn: 2 of 3 not live');
    expect(verdict(feeds('connecting', 'live'))).toBe('info: connecting');
  });

  it('dead-man switch: off, nothing to guard, how many are, and when it may have fired', () => {
    const guard = { instrumentId: 'i', firesAtMs: NOW_MS, lastRefreshAtMs: NOW_MS, problem: '' };
    const verdict = (mode: Health['deadMan']['mode'], ...states: Health['deadMan']['guards'][number]['state'][]) =>
      said(deadManVerdict({ mode, guards: states.map((state) => ({ ...guard, state })) }));
    expect(verdict('off')).toBe('info: off');
    expect(verdict('entries')).toBe('info: nothing rests');
    expect(verdict('all', 'armed', 'arming')).toBe('good: 2 on');
    expect(verdict('all', 'armed', 'overdue')).toBe('warn: may have fired');
    const overdue = { mode: 'all', guards: [{ ...guard, state: 'overdue' }] } as const;
    expect(troublesOf({ ...health, deadMan: { ...overdue, guards: [...overdue.guards] } })).toContain(
      'dead-man switch may have fired',
    );
  });

  it('requests: the share used, a pause with its time left, and a connector that has fallen silent', () => {
    expect(said(requestsVerdict(null, NOW_MS))).toBe('info: no word yet');
    expect(said(requestsVerdict(withBudget({ weightUsed: 600 }), NOW_MS))).toBe('good: 10\u202f% used');
    expect(said(requestsVerdict(withBudget({ weightUsed: 3_900 }), NOW_MS))).toBe('warn: 65\u202f% used');
    const paused = withBudget({ pausedUntilMs: NOW_MS + 61_000, pausedWhy: 'banned (HTTP 418)' });
    expect(said(requestsVerdict(paused, NOW_MS))).toBe('warn: paused 1:01');
    expect(said(requestsVerdict(venue, NOW_MS + 8_000))).toBe('warn: silent 8 s');
  });

  it('breakers: closed, open with the time to the trial, half-open', () => {
    const breaker = {
      name: 'reads',
      sinceMs: NOW_MS,
      why: 'HTTP 503',
      trialAtMs: NOW_MS + 4_000,
      timesOpened: 1,
    } as const;
    expect(said(breakerVerdict({ ...breaker, state: 'closed' }, NOW_MS))).toBe('good: closed');
    expect(said(breakerVerdict({ ...breaker, state: 'open' }, NOW_MS))).toBe('bad: open 0:04');
    expect(said(breakerVerdict({ ...breaker, state: 'half-open' }, NOW_MS))).toBe('warn: half-open');
  });

  it('the account: the stream first, then audits that fail or are overdue', () => {
    const verdict = (change: Partial<Health>): string => said(accountVerdict({ ...health, ...change }, NOW_MS));
    expect(verdict({})).toBe('good: live, audited');
    expect(verdict({ privateStream: 'down' })).toBe('warn: stream down');
    expect(verdict({ lastAuditAtMs: NOW_MS - 151_000 })).toBe('warn: audit overdue');
    const failing = { ...venue, audit: { ...venue.audit, problem: 'no answer' } };
    expect(verdict({ venue: failing })).toBe('warn: audit fails');
  });

  it('workers: the one that does not run is named', () => {
    const worker = { name: 'models', restarts: 1, note: '' };
    expect(said(workersVerdict([{ ...worker, state: 'running' }]))).toBe('good: 1 running');
    expect(said(workersVerdict([{ ...worker, state: 'restarting' }]))).toBe('warn: models restarting');
    expect(said(workersVerdict([{ ...worker, state: 'down' }]))).toBe('bad: models down');
  });

  it('the clock: how far, and which way', () => {
    expect(['0', '2140', '-12', null].map((ms) => skewText(ms === null ? null : Number(ms)))).toEqual([
      '< 1 ms',
      '2,140 ms ahead',
      '12 ms behind',
      '–',
    ]);
  });

  it('troubles in one line: nothing when all is well, and no figure that counts down', () => {
    expect(troublesOf(health)).toEqual([]);
    const troubled: Health = {
      ...health,
      privateStream: 'down',
      feeds: health.feeds.map((feed, index) => ({ ...feed, status: index < 2 ? 'stale' : 'live' })),
      venue: {
        ...withBudget({ pausedUntilMs: NOW_MS + 9_000, pausedWhy: 'too many requests (HTTP 429)' }),
        breakers: [
          { name: 'entries', state: 'open', sinceMs: NOW_MS, why: 'no answer', trialAtMs: NOW_MS + 1, timesOpened: 1 },
        ],
        audit: { running: true, problem: 'no answer', dueAtMs: null },
      },
    };
    expect(troublesOf(troubled)).toEqual([
      'requests paused: too many requests (HTTP 429)',
      'entries held back: no answer',
      'private stream down',
      '2 feeds not live',
      'audit fails',
    ]);
  });
});
