import type { CandleRow, EngineEvent, InputEvent } from '../../main/engine/domain/events.ts';
import { ok } from '../../main/engine/domain/result.ts';
import type { BookTop, EnginePort } from '../../main/engine/gateway/engine-port.ts';
import type { LoggedEvent } from '../../main/engine/kernel/core.ts';
import type { DeskSnapshot, Done, IndicatorSeries, JournalEntry } from '../../preload/contract.ts';
import { createDoubleMarket } from './desk-double-market.ts';
import { doubleDesk } from './desk-double-state.ts';
import { createMemoryBoards } from './memory-boards.ts';
import { createMemoryGap } from './memory-gap.ts';
import { createMemoryLab } from './memory-lab.ts';
import { createMemoryTraining } from './memory-training.ts';
import { createMemoryTrust } from './memory-trust.ts';

const done: Done = { ok: true };

/**
 * What the gateway asks of an engine, held in memory: believable rows that only a test changes, and a record of what was
 * asked. It decides nothing.
 */
export function createMemoryEngine() {
  const market = createDoubleMarket(7);
  const desk: DeskSnapshot = { ...doubleDesk(market), mandate: null };
  const listeners = new Set<(logged: LoggedEvent) => void>();
  const bookListeners = new Set<(book: BookTop) => void>();
  const settings = new Map<string, unknown>();
  const requests: InputEvent[] = [];
  const booksWatched: string[] = [];
  const reads = { topics: 0 };
  const lab = createMemoryLab();
  const gap = createMemoryGap();
  const training = createMemoryTraining();
  let openCandle: CandleRow = [60_000, 100, 101, 99, 100, 1];
  let watchRows = market.instruments.map((row) => ({
    instrumentId: row.id,
    last: '100',
    bid: '99.5',
    ask: '100.5',
    change24hShare: 0.01,
    volume24hQuote: 1_000_000,
    status: 'live' as const,
  }));
  let seq = 0;

  const port: EnginePort = {
    hello: () => ({
      contractVersion: 1,
      product: 'Countersign',
      version: '0.1.0',
      sessionId: 'memory',
      mode: 'practice',
      venue: 'in memory',
      source: { kind: 'generated', description: 'in memory' },
      startedAtMs: 1,
      instruments: market.instruments,
      indicators: market.indicators,
    }),
    request(event) {
      requests.push(event);
      return 'proposalId' in event && event.proposalId === 'gone'
        ? { ok: false, error: { code: 'not-found', text: 'That proposal is gone.' } }
        : done;
    },
    previewOrder: (order) => ({
      verdict: { outcome: 'pass', qtyBase: order.qtyBase, findings: [] },
      notionalQuote: '100',
      riskQuote: null,
      worstPrice: null,
    }),
    topic(name) {
      reads.topics += 1;
      return desk[name];
    },
    watchRows: () => watchRows,
    openCandle: () => openCandle,
    chartHistory: async (query) => ({
      candles: Array.from({ length: query.limit }, (_, i): CandleRow => [i * 60_000, 1, 2, 0.5, 1.5, 10 + i]),
      indicators: query.indicators.map(
        (id): IndicatorSeries => ({
          id,
          label: id,
          pane: 'own',
          lines: [{ name: id, values: Array.from({ length: query.limit }, (_, i) => i) }],
        }),
      ),
    }),
    liveIndicators: async (_instrumentId, _timeframe, ids) => ({
      ids,
      close: (candle) => ids.map(() => [candle[4]]),
      peek: (candle) => ids.map(() => [candle[4]]),
    }),
    confidence: () => [{ openTimeMs: 60_000, probability: 0.6 }],
    watchBook: (instrumentId, watching) => booksWatched.push(`${watching ? '+' : '-'}${instrumentId}`),
    journalPage(beforeSeq, limit) {
      const entries: JournalEntry[] = desk.journal.filter((row) => row.seq < (beforeSeq ?? Number.POSITIVE_INFINITY));
      return { entries: entries.slice(0, limit), more: entries.length > limit };
    },
    verifyJournal: () => ({ ok: true, events: 3, firstBadSeq: null, text: 'Every event and the head agree.' }),
    promoteModel: async () => done,
    rollbackModel: async () => done,
    startGameDay: () => done,
    stopGameDay: () => done,
    lab: lab.port,
    gap: gap.port,
    training: training.port,
    boards: createMemoryBoards(),
    trust: createMemoryTrust(),
    loadSetting: (key) => settings.get(key) ?? null,
    saveSetting(key, value) {
      settings.set(key, value);
      return ok(null);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onBook(listener) {
      bookListeners.add(listener);
      return () => bookListeners.delete(listener);
    },
  };

  const emit = (event: EngineEvent): void => {
    seq += 1;
    for (const listener of listeners) listener({ seq, timeMs: 1, event });
  };

  return {
    port,
    desk,
    lab,
    gap,
    training,
    requests,
    booksWatched,
    /** How often the gateway looked at the desk: it does so only while somebody watches. */
    reads,
    instrumentId: market.instruments[0]?.id as string,
    emit,
    /** A change that a person expects to see at once. */
    setArmed(armed: boolean): void {
      desk.safety = { ...desk.safety, armed };
      emit({ kind: 'ArmSet', armed });
    },
    closeCandle(instrumentId: string, candle: CandleRow): void {
      openCandle = [candle[0] + 60_000, candle[4], candle[4], candle[4], candle[4], 0];
      emit({ kind: 'CandleClosed', instrumentId, timeframe: '1m', candle, from: 'trades' });
    },
    /** Every row of a watchlist this long changes. */
    moveMarket(rows: number, round: number): void {
      watchRows = Array.from({ length: rows }, (_, i) => ({
        instrumentId: `memory:${i}/USDT`,
        last: String(round + 1),
        bid: String(round + 1),
        ask: String(round + 2),
        change24hShare: 0,
        volume24hQuote: round,
        status: 'live' as const,
      }));
      emit({ kind: 'FeedStatusChanged', instrumentId: 'memory:0/USDT', status: 'live', why: '' });
    },
    book(book: BookTop): void {
      for (const listener of bookListeners) listener(book);
    },
  };
}

export type MemoryEngine = ReturnType<typeof createMemoryEngine>;
