/** How far life lay from the same days run again by the engine alone, and why: in the Lab workspace, below the runs. */
import { useEffect, useState } from 'react';
import { GAP_DAYS_MAX, type GapMeter, type GapReport } from '../../preload/gap-contract.ts';
import { fixDecimal } from '../format/decimal.ts';
import { showCount, showPercent, showSigned, signOf } from '../format/number.ts';
import { showAgo, showMoment } from '../format/time.ts';
import { engineNowMs, useDeskStore } from '../stores/desk-store.ts';
import './gap.css';
import { barOf, changeGapSchedule, followGap, GAP_ROWS, isStale, measureGap, useGapMeter } from './gap-store.ts';

const MINUTE_MS = 60_000;
const TONES = ['text-down', 'text-text2', 'text-up'] as const;
/** Of what is shown: a hundredth of a cent is neither. */
const toneOf = (amount: string) => TONES[signOf(fixDecimal(amount, 2)) + 1];
const shortSymbol = (instrumentId: string): string => instrumentId.slice(instrumentId.indexOf(':') + 1);

export function GapCard() {
  const client = useDeskStore((state) => state.client);
  const meter = useGapMeter();
  useEffect(() => {
    if (!client) return;
    const stop = new AbortController();
    // A connection that ends is told by the bar above; the next one begins anew.
    void followGap(client, stop.signal).catch(() => undefined);
    return () => stop.abort();
  }, [client]);
  return (
    <section className="lab-card gap-card" aria-label="Gap">
      <header>
        <h2>Gap</h2>
        <span className="truncate text-[11px] text-text3">you less the engine alone</span>
        <button
          type="button"
          className="button button-quiet ml-auto"
          disabled={meter === null || meter.running !== null}
          onClick={() => void measureGap()}
        >
          Measure now
        </button>
      </header>
      {meter ? <Standing meter={meter} /> : <p className="gap-note">Connecting…</p>}
    </section>
  );
}

function Standing({ meter }: { meter: GapMeter }) {
  const { running, problem, report } = meter;
  return (
    <div className="min-h-0 overflow-auto">
      {running !== null ? <Running share={running} days={meter.schedule.days} /> : null}
      {problem !== '' && running === null ? (
        <p role="alert" className="gap-note text-down">
          <span aria-hidden="true">✕ </span>
          {problem}
          {report ? ' What stands below is the last one before.' : ''}
        </p>
      ) : null}
      {report ? <Report meter={meter} report={report} /> : null}
      {report === null && running === null && problem === '' ? (
        <p className="gap-note">
          Not measured yet. The last days are run again by the engine, every question signed at once; what your account
          came to beside it says what approvals, latency and slippage cost you.
        </p>
      ) : null}
      <Schedule meter={meter} />
    </div>
  );
}

function Running({ share, days }: { share: number; days: number }) {
  const text = share > 0 ? `Running ${daysText(days)} again: ${showPercent(share)}` : 'Reading the journal…';
  return (
    <div className="gap-note" role="status">
      <p>{text}</p>
      <div className="lab-bar mt-1.5" aria-hidden="true">
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
    </div>
  );
}

function Report({ meter, report }: { meter: GapMeter; report: GapReport }) {
  const nowMs = useMinutes();
  const { gap, live, rerun, quote, parts, decided, missed, fromMs, toMs, measuredAtMs, notes, largest } = report;
  const widest = Math.max(...GAP_ROWS.map(({ part }) => Math.abs(Number(parts[part]))));
  const stale = isStale(meter, nowMs);
  return (
    <>
      <p className="flex items-baseline gap-2 px-2.5 pt-2">
        <strong className={`text-[17px] leading-5 ${toneOf(gap)}`}>{showSigned(gap, 2)}</strong>
        <span className="text-text3">{quote}</span>
        {stale ? (
          <span className="chip ml-auto" data-tone="warn" title="Older than the schedule wants it">
            stale: {showAgo(nowMs - measuredAtMs)} old
          </span>
        ) : (
          <span className="ml-auto text-[11px] text-text3">{showAgo(nowMs - measuredAtMs)} ago</span>
        )}
      </p>
      <p className="px-2.5 pb-1.5 text-[11px] text-text2">
        You {showSigned(live, 2)}, the engine alone {showSigned(rerun, 2)}
      </p>
      <table className="gap-parts" aria-label="Parts of the gap">
        <tbody>
          {GAP_ROWS.map(({ part, name, about }) => {
            const { left, width } = barOf(parts[part], widest);
            return (
              <tr key={part} title={about}>
                <th scope="row">{name}</th>
                <td aria-hidden="true">
                  <span className="gap-track">
                    <span
                      className="gap-bar"
                      data-sign={signOf(parts[part])}
                      style={{ left: `${left}%`, width: `${width}%` }}
                    />
                  </span>
                </td>
                <td className={`text-right ${toneOf(parts[part])}`}>{showSigned(parts[part], 2)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="gap-note text-text3">
        {showMoment(fromMs).slice(5)} to {showMoment(toMs).slice(5)} UTC · {showCount(decided)} decided
        {missed > 0 ? ` · ${showCount(missed)} never answered` : ''}
      </p>
      <Funding report={report} />
      {notes.map((note) => (
        <p key={note} className="gap-note text-text2">
          <span aria-hidden="true" className="text-seal-text">
            ▲{' '}
          </span>
          {note}
        </p>
      ))}
      {largest.length > 0 ? <Largest report={report} /> : null}
    </>
  );
}

/** What funding came to in each of them; nothing where there was none. */
function Funding({ report: { funding } }: { report: GapReport }) {
  if (signOf(funding.live) === 0 && signOf(funding.rerun) === 0) return null;
  return (
    <p className="gap-note text-text3">
      Funding: you {showSigned(funding.live, 2)}, the engine alone {showSigned(funding.rerun, 2)}
    </p>
  );
}

function Largest({ report }: { report: GapReport }) {
  return (
    <details className="lab-section">
      <summary>Where it comes from</summary>
      <ul className="px-2.5 pb-1">
        {report.largest.map(({ id, instrumentId, timeMs, side, gap, parts }) => (
          <li key={`${id} ${side}`} className="flex items-baseline gap-2 leading-[18px]">
            <span className="text-text3">{showMoment(timeMs).slice(5)}</span>
            <span className="min-w-0 truncate">
              {side === 'buy' ? 'buy' : 'sell'} {shortSymbol(instrumentId)}
            </span>
            <span className="truncate text-[11px] text-text3">{mainPart(parts)}</span>
            <span className={`ml-auto ${toneOf(gap)}`}>{showSigned(gap, 2)}</span>
          </li>
        ))}
      </ul>
      <p className="select-text truncate px-2.5 text-[11px] text-text3" title={report.file}>
        All of it: {report.file}
      </p>
    </details>
  );
}

/** What most of an order's gap is. */
function mainPart(parts: GapReport['parts']): string {
  const [first] = [...GAP_ROWS].sort((a, b) => Math.abs(Number(parts[b.part])) - Math.abs(Number(parts[a.part])));
  return first?.name.toLowerCase() ?? '';
}

const DAYS = [1, 3, 7, 14, 30, GAP_DAYS_MAX];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const daysText = (days: number): string => (days === 1 ? 'the last day' : `the last ${days} days`);

function Schedule({ meter }: { meter: GapMeter }) {
  const { schedule } = meter;
  const days = DAYS.includes(schedule.days) ? DAYS : [...DAYS, schedule.days].sort((a, b) => a - b);
  return (
    <div className="flex items-center gap-1.5 border-t border-line px-2.5 py-1.5 text-[11px] text-text2">
      <select
        aria-label="Days of the gap"
        className="field !w-[96px]"
        value={schedule.days}
        onChange={(event) => void changeGapSchedule({ days: Number(event.target.value) })}
      >
        {days.map((each) => (
          <option key={each} value={each}>
            {each === 1 ? 'last day' : `last ${each} days`}
          </option>
        ))}
      </select>
      <select
        aria-label="When the gap is measured"
        className="field !w-auto min-w-0 flex-1"
        value={schedule.hourUtc ?? 'never'}
        onChange={(event) => {
          const { value } = event.target;
          void changeGapSchedule({ hourUtc: value === 'never' ? null : Number(value) });
        }}
      >
        <option value="never">on demand alone</option>
        {HOURS.map((hour) => (
          <option key={hour} value={hour}>
            each night at {String(hour).padStart(2, '0')}:05 UTC
          </option>
        ))}
      </select>
    </div>
  );
}

/** Now, looked at once a minute. */
function useMinutes(): number {
  const [nowMs, setNowMs] = useState(engineNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(engineNowMs()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
