/** The machine behind the desk: workers, feeds, the private stream, audits and what they repaired. */
import type { ReactNode } from 'react';
import type { Health } from '../../preload/contract.ts';
import { showMilliseconds } from '../format/number.ts';
import { showAgo, showClock } from '../format/time.ts';
import { engineNowMs, instrumentOf, useDesk } from '../stores/desk-store.ts';
import { Panel } from './Panel.tsx';
import { STATUS_WORDS } from './StatusMark.tsx';

export function SystemHealth() {
  const health = useDesk((desk) => desk.health, null);
  return (
    <Panel id="health">
      {health ? (
        <div className="grid grid-cols-[minmax(210px,1fr)_minmax(260px,1.4fr)_minmax(240px,1.2fr)] gap-4 p-2.5">
          <Part title="Workers">
            <Workers health={health} />
          </Part>
          <Part title="Feeds">
            <Feeds health={health} />
          </Part>
          <Part title="Account stream and audits">
            <Account health={health} />
          </Part>
        </div>
      ) : null}
    </Panel>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 text-[11px] font-medium text-text3">{title}</h2>
      {children}
    </section>
  );
}

function Workers({ health }: { health: Health }) {
  const tones = { running: 'good', restarting: 'warn', down: 'bad' } as const;
  const signs = { running: '●', restarting: '↻', down: '✕' } as const;
  return (
    <ul>
      {health.workers.map((worker) => (
        <li key={worker.name} className="flex min-h-6 flex-wrap items-center gap-x-2 pb-0.5">
          <span className="min-w-0 flex-1">{worker.name}</span>
          <span className="whitespace-nowrap text-text3">
            {worker.restarts} {worker.restarts === 1 ? 'restart' : 'restarts'}
          </span>
          <span className="chip" data-tone={tones[worker.state]}>
            {signs[worker.state]} {worker.state}
          </span>
          {worker.note === '' ? null : <span className="w-full text-[11px] text-text3">{worker.note}</span>}
        </li>
      ))}
    </ul>
  );
}

function Feeds({ health }: { health: Health }) {
  return (
    <ul className="grid grid-cols-2 gap-x-5">
      {health.feeds.map((feed) => (
        <li key={feed.instrumentId} className="flex h-5 items-center gap-2">
          <span className="flex-1">{instrumentOf(feed.instrumentId)?.symbol ?? feed.instrumentId}</span>
          {feed.resyncs > 0 ? (
            <span className="text-text3">
              {feed.resyncs} {feed.resyncs === 1 ? 'resync' : 'resyncs'}
            </span>
          ) : null}
          <span className={feed.status === 'live' ? 'text-text2' : 'text-seal-text'}>
            {feed.status === 'live' ? showMilliseconds(feed.ageMs) : `⚠ ${STATUS_WORDS[feed.status]}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Account({ health }: { health: Health }) {
  const nowMs = engineNowMs();
  return (
    <>
      <p className="flex h-6 items-center justify-between">
        Private stream
        <span className="chip" data-tone={health.privateStream === 'live' ? 'good' : 'warn'}>
          {health.privateStream === 'live' ? '● live' : `⚠ ${health.privateStream}`}
        </span>
      </p>
      <p className="flex h-6 items-center justify-between">
        Last audit
        <span className="text-text2">
          {health.lastAuditAtMs === null ? 'none yet' : `${showAgo(nowMs - health.lastAuditAtMs)} ago`}
        </span>
      </p>
      <p className="flex h-6 items-center justify-between">
        Clock against the venue
        <span className="text-text2">{showMilliseconds(health.clockSkewMs)}</span>
      </p>
      <ul className="mt-1 text-text2">
        {health.repairs.map((repair) => (
          <li key={`${repair.atMs} ${repair.text}`}>
            <span className="text-text3">{showClock(repair.atMs)}</span> {repair.text}
          </li>
        ))}
      </ul>
    </>
  );
}
