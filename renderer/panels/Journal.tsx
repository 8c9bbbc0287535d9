// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard
/** What happened, newest first, as far back as the log goes; and whether the log still proves itself. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { JournalEntry } from '../../preload/contract.ts';
import { featuresInWords } from '../format/feature-words.ts';
import { showCount } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { deskStore, useDesk } from '../stores/desk-store.ts';
import { Empty, Panel } from './Panel.tsx';

const ROW_PX = 24;
const PAGE_ENTRIES = 200;
const LOAD_WHEN_WITHIN_ROWS = 30;
const NONE: readonly JournalEntry[] = [];
const MARKS: Record<JournalEntry['severity'], { sign: string; word: string; tone: string }> = {
  info: { sign: '·', word: 'note', tone: 'text-text3' },
  good: { sign: '✓', word: 'good', tone: 'text-up' },
  warn: { sign: '⚠', word: 'warning', tone: 'text-seal-text' },
  bad: { sign: '✕', word: 'trouble', tone: 'text-down' },
};

export function Journal() {
  const recent = useDesk((desk) => desk.journal, NONE);
  const [older, setOlder] = useState<readonly JournalEntry[]>([]);
  const [isOver, setIsOver] = useState(false);
  const isBusy = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const oldestRecent = recent.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  const rows = [...recent, ...older.filter((entry) => entry.seq < oldestRecent)];
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const lastShown = list.getVirtualItems().at(-1)?.index ?? 0;
  const oldestSeq = rows.at(-1)?.seq;
  const isNearEnd = rows.length > 0 && lastShown >= rows.length - LOAD_WHEN_WITHIN_ROWS;

  useEffect(() => {
    const { client } = deskStore.getState();
    if (!isNearEnd || isOver || isBusy.current || !client || oldestSeq === undefined) return;
    isBusy.current = true;
    client
      .journalPage({ beforeSeq: oldestSeq, limit: PAGE_ENTRIES })
      .then((page) => {
        setOlder((before) => [...before, ...page.entries.filter((entry) => entry.seq < oldestSeq)]);
        setIsOver(!page.more);
      })
      .catch(() => setIsOver(true))
      .finally(() => {
        isBusy.current = false;
      });
  }, [isNearEnd, isOver, oldestSeq]);

  return (
    <Panel id="journal" scrolls={false}>
      <Verify />
      {rows.length === 0 ? (
        <Empty title="Nothing has happened yet" />
      ) : (
        <div
          ref={scroller}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label="Journal entries"
          className="min-h-0 flex-1 overflow-auto"
        >
          <div className="relative" style={{ height: list.getTotalSize() }}>
            {list.getVirtualItems().map((item) => {
              const entry = rows[item.index];
              return entry ? <Entry key={entry.seq} entry={entry} top={item.start} /> : null;
            })}
          </div>
        </div>
      )}
    </Panel>
  );
}

function Entry({ entry, top }: { entry: JournalEntry; top: number }) {
  const mark = MARKS[entry.severity];
  return (
    <div
      className="absolute inset-x-0 flex items-center gap-3 px-2.5 hover:bg-bg2"
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
    >
      <span className={`w-3 text-center ${mark.tone}`} aria-hidden="true">
        {mark.sign}
      </span>
      <span className="sr-only">{mark.word}</span>
      <span className="w-[124px] shrink-0 whitespace-nowrap text-text3">{showMoment(entry.timeMs, true)}</span>
      <span className="w-14 shrink-0 text-right text-text3">{entry.seq}</span>
      <span className="min-w-0 flex-1 truncate" title={featuresInWords(entry.text)}>
        {featuresInWords(entry.text)}
      </span>
      <span className="text-[11px] text-text3">{entry.kind}</span>
    </div>
  );
}

type Verdict = { state: 'idle' | 'busy' } | { state: 'ok' | 'bad'; text: string };

function Verify() {
  const [verdict, setVerdict] = useState<Verdict>({ state: 'idle' });
  const events = useDesk((desk) => desk.health.logEvents, 0);

  async function verify(): Promise<void> {
    const { client } = deskStore.getState();
    if (!client) return;
    setVerdict({ state: 'busy' });
    try {
      const answer = await client.verifyJournal();
      const where = answer.firstBadSeq === null ? '' : ` First bad entry: ${answer.firstBadSeq}.`;
      setVerdict({
        state: answer.ok ? 'ok' : 'bad',
        text: `${answer.text} ${showCount(answer.events)} events checked.${where}`,
      });
    } catch {
      setVerdict({ state: 'bad', text: 'The engine did not answer.' });
    }
  }

  return (
    <div className="flex h-8 shrink-0 items-center gap-3 border-b border-line px-2.5 text-text3">
      <button
        type="button"
        className="button button-quiet"
        disabled={verdict.state === 'busy'}
        onClick={() => void verify()}
      >
        {verdict.state === 'busy' ? 'Verifying…' : 'Verify'}
      </button>
      <span role="status" className="min-w-0 truncate">
        {verdict.state === 'ok' || verdict.state === 'bad' ? (
          <span className={verdict.state === 'ok' ? 'text-up' : 'text-down'}>
            {verdict.state === 'ok' ? '✓ ' : '✕ '}
            {verdict.text}
          </span>
        ) : (
          `${showCount(events)} events in the log`
        )}
      </span>
    </div>
  );
}
