import type {
  DeskSnapshot,
  Done,
  Hello,
  IndicatorSeries,
  JournalEntry,
  ManualOrder,
  Timeframe,
  Verdict,
  WatchRow,
} from '../../../preload/contract.ts';
import type { CandleRow, InputEvent } from '../domain/events.ts';
import type { LoggedEvent } from '../kernel/core.ts';
import type { BoardsPort } from './boards-port.ts';
import type { GapPort } from './gap-port.ts';
import type { LabPort } from './lab-port.ts';
import type { SettingsFile } from './settings-file.ts';
import type { TrainingPort } from './training-port.ts';
import type { TrustPort } from './trust-port.ts';

export interface BookTop {
  readonly instrumentId: string;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
  readonly eventTimeMs: number;
  readonly updateId: number;
}

export interface ChartHistory {
  readonly candles: readonly CandleRow[];
  readonly indicators: readonly IndicatorSeries[];
}

/** Indicators of one chart, fed by its candles. */
export interface LiveIndicators {
  readonly ids: readonly string[];
  /** Takes a finished candle in. Returns, per indicator, the value of each of its lines. */
  close(candle: CandleRow): (number | null)[][];
  /** Values for a candle that is not finished; nothing is taken in. */
  peek(candle: CandleRow): (number | null)[][];
}

/** What the gateway may read of, and ask from, the engine. */
export interface EnginePort {
  hello(): Hello;
  /** A person's input: logged, handled, answered. */
  request(event: InputEvent): Done;
  previewOrder(order: ManualOrder): {
    verdict: Verdict;
    notionalQuote: string;
    riskQuote: string | null;
    worstPrice: string | null;
  };
  /** Rows of every topic as they are now. `fills` and `journal` newest first and bounded. */
  topic<K extends keyof DeskSnapshot>(name: K): DeskSnapshot[K];
  watchRows(): readonly WatchRow[];
  openCandle(instrumentId: string, timeframe: Timeframe): CandleRow | null;
  chartHistory(query: {
    instrumentId: string;
    timeframe: Timeframe;
    limit: number;
    beforeMs?: number | undefined;
    indicators: readonly string[];
  }): Promise<ChartHistory>;
  liveIndicators(instrumentId: string, timeframe: Timeframe, ids: readonly string[]): Promise<LiveIndicators>;
  confidence(instrumentId: string): readonly { readonly openTimeMs: number; readonly probability: number | null }[];
  watchBook(instrumentId: string, watching: boolean): void;
  journalPage(beforeSeq: number | undefined, limit: number): { entries: JournalEntry[]; more: boolean };
  verifyJournal(): { ok: boolean; events: number; firstBadSeq: number | null; text: string };
  promoteModel(model: string, version: string): Promise<Done>;
  rollbackModel(model: string): Promise<Done>;
  startGameDay(): Done;
  stopGameDay(): Done;
  readonly lab: LabPort;
  readonly gap: GapPort;
  readonly training: TrainingPort;
  readonly boards: BoardsPort;
  readonly trust: TrustPort;
  loadSetting(key: string): unknown;
  saveSetting(key: string, value: unknown): ReturnType<SettingsFile['save']>;
  onEvent(listener: (logged: LoggedEvent) => void): () => void;
  onBook(listener: (book: BookTop) => void): () => void;
}
