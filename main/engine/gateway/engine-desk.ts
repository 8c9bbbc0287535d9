import type { Done, Health, Hello, WatchRow } from '../../../preload/contract.ts';
import { formatDecimal, multiplyDecimal, parseDecimal } from '../domain/decimal.ts';
import type { EngineEvent, InputEvent, PredictionArrived } from '../domain/events.ts';
import { type InstrumentId, symbolOf } from '../domain/instrument.ts';
import type { PerpetualQuote } from '../domain/market.ts';
import { CHART_INDICATORS } from '../features/chart-indicators.ts';
import type { InferenceNotice } from '../inference/inference-client.ts';
import type { Cancel } from '../kernel/clock.ts';
import type { LoggedEvent } from '../kernel/core.ts';
import { laneOf } from '../kernel/durability.ts';
import type { VenueNotice } from '../venues/venue-port.ts';
import type { BoardsPort } from './boards-port.ts';
import { type CandleSource, chartSeries, liveIndicatorsOf } from './chart-series.ts';
import { verdictRow } from './desk-rows.ts';
import { createDeskTopics, type DeskSources } from './desk-topics.ts';
import type { BookTop, EnginePort } from './engine-port.ts';
import type { GapPort } from './gap-port.ts';
import type { JournalStore } from './journal-store.ts';
import type { LabPort } from './lab-port.ts';
import { createNoticeBoard } from './notice-board.ts';
import { replyTo } from './reply.ts';
import type { SettingsFile } from './settings-file.ts';
import type { TrainingPort } from './training-port.ts';
import type { TrustPort } from './trust-port.ts';

export interface EngineDeskDeps extends Omit<DeskSources, 'board' | 'journal' | 'chain' | 'models'> {
  readonly hello: Omit<Hello, 'instruments' | 'indicators' | 'contractVersion' | 'product'>;
  readonly contractVersion: number;
  readonly candles: CandleSource;
  readonly journalStore: JournalStore;
  readonly settings: SettingsFile;
  promoteModel(model: string, version: string): Promise<Done>;
  rollbackModel(model: string): Promise<Done>;
  startGameDay(): Done;
  stopGameDay(): Done;
  readonly lab: LabPort;
  /** Scored and not listened to. */
  isShadow(version: { readonly model: string; readonly version: string }): boolean;
  readonly gap: GapPort;
  readonly training: TrainingPort;
  readonly boards: BoardsPort;
  readonly trust: TrustPort;
  request(event: InputEvent): readonly EngineEvent[];
  verifyJournal(): { ok: boolean; events: number; firstBadSeq: number | null; text: string };
  watchBook(instrumentId: InstrumentId | null): void;
  onEvent(listener: (logged: LoggedEvent) => void): Cancel;
  onNotice(listener: (notice: VenueNotice | InferenceNotice) => void): Cancel;
}

interface Confidence {
  readonly openTimeMs: number;
  readonly probability: number;
  /** By how many models. */
  readonly said: number;
}

const JOURNAL_SHOWN = 200;
const CONFIDENCES_KEPT = 1_000;

/** The engine as the gateway sees it. */
export function createEngineDesk(
  deps: EngineDeskDeps,
  makeModels: (board: ReturnType<typeof createNoticeBoard>) => DeskSources['models'],
): EnginePort {
  const board = createNoticeBoard();
  const bookListeners = new Set<(book: BookTop) => void>();
  const booksWatched = new Map<InstrumentId, number>();
  const confidences = new Map<InstrumentId, Confidence[]>();

  /** Of several models that speak about one candle the mean: the pane has one line. */
  const noteConfidence = ({ instrumentId, candleCloseTimeMs: openTimeMs, probability }: PredictionArrived): void => {
    const kept = confidences.get(instrumentId) ?? [];
    const last = kept.at(-1);
    const said = last?.openTimeMs === openTimeMs ? last.said : 0;
    if (said > 0) kept.pop();
    kept.push({
      openTimeMs,
      probability: ((last?.probability ?? 0) * said + probability) / (said + 1),
      said: said + 1,
    });
    if (kept.length > CONFIDENCES_KEPT) kept.shift();
    confidences.set(instrumentId, kept);
  };
  let chain: Health['chain'] = 'ok';

  const topics = createDeskTopics({
    ...deps,
    board,
    models: makeModels(board),
    journal: () => deps.journalStore.page(undefined, JOURNAL_SHOWN).entries,
    chain: () => chain,
  });

  deps.onEvent(({ seq, timeMs, event }) => {
    board.takeEvent(event, deps.nowMs());
    if (laneOf(event) === 'ledger') deps.journalStore.add({ seq, timeMs, event });
    if (event.kind === 'PredictionArrived' && !deps.isShadow(event)) noteConfidence(event);
  });
  deps.onNotice((notice) => {
    board.takeNotice(notice);
    if (notice.kind === 'BookTop') for (const listener of bookListeners) listener(notice);
  });

  const watchRow = (instrumentId: InstrumentId): WatchRow => {
    const quote = deps.market.quote(instrumentId);
    const ticker = board.ticker(instrumentId);
    const open = deps.candles.open(instrumentId, '1m');
    const last = ticker?.last ?? null;
    return {
      instrumentId,
      last: open && ticker ? lastPrice(open[4], ticker.last) : last,
      bid: quote?.bid ?? null,
      ask: quote?.ask ?? null,
      change24hShare: ticker?.changeShare ?? null,
      volume24hQuote: ticker ? Number(ticker.volumeQuote) : null,
      status: deps.market.feedStatus(instrumentId),
      ...perpetualOf(deps.market.perpetual(instrumentId)),
    };
  };

  return {
    hello: () => ({
      ...deps.hello,
      contractVersion: deps.contractVersion,
      product: 'Countersign',
      instruments: deps.instruments.all().map((instrument) => ({
        id: instrument.id,
        kind: instrument.kind,
        venue: instrument.venue,
        symbol: symbolOf(instrument.id),
        base: instrument.base,
        quote: instrument.quote,
        tickSize: formatDecimal(instrument.tickSize),
        lotStep: formatDecimal(instrument.lotStep),
        minQty: formatDecimal(instrument.minQty),
        maxQty: formatDecimal(instrument.maxQty),
        minNotional: formatDecimal(instrument.minNotional),
      })),
      indicators: CHART_INDICATORS.map(({ id, label, pane }) => ({ id, label, pane })),
    }),
    request: (event) => replyTo(event, deps.request(event)),
    previewOrder(order) {
      const nowMs = deps.nowMs();
      const drafted = deps.approval.draftManual(order, nowMs);
      if (!drafted.ok) {
        const finding = { code: drafted.error.kind, measured: '', limit: '', unit: '', text: drafted.error.text };
        const verdict = { outcome: 'deny' as const, qtyBase: '0', findings: [finding] };
        return { verdict, notionalQuote: '0', riskQuote: null, worstPrice: null };
      }
      const verdict = deps.risk.preview(drafted.value, nowMs);
      const qty = parseDecimal(drafted.value.qtyBase);
      const notional = multiplyDecimal(qty, parseDecimal(drafted.value.entryPrice), 'up');
      return {
        verdict: verdictRow(verdict),
        notionalQuote: formatDecimal(notional),
        riskQuote: verdict.riskQuote,
        worstPrice: deps.approval.marketBound(drafted.value),
      };
    },
    topic: (name) => topics[name](),
    watchRows: () => deps.instruments.all().map(({ id }) => watchRow(id)),
    openCandle: (instrumentId, timeframe) => deps.candles.open(instrumentId, timeframe),
    chartHistory: async (query) => chartSeries(deps.candles, query),
    liveIndicators: async (instrumentId, timeframe, ids) =>
      liveIndicatorsOf(deps.candles, instrumentId, timeframe, ids),
    confidence: (instrumentId) =>
      (confidences.get(instrumentId) ?? []).map(({ openTimeMs, probability }) => ({ openTimeMs, probability })),
    watchBook(instrumentId, watching) {
      const count = (booksWatched.get(instrumentId) ?? 0) + (watching ? 1 : -1);
      if (count > 0) booksWatched.set(instrumentId, count);
      else booksWatched.delete(instrumentId);
      deps.watchBook([...booksWatched.keys()].at(-1) ?? null);
    },
    journalPage: (beforeSeq, limit) => deps.journalStore.page(beforeSeq, limit),
    verifyJournal() {
      const verdict = deps.verifyJournal();
      chain = verdict.ok ? 'ok' : 'broken';
      return verdict;
    },
    promoteModel: deps.promoteModel,
    rollbackModel: deps.rollbackModel,
    startGameDay: deps.startGameDay,
    stopGameDay: deps.stopGameDay,
    lab: deps.lab,
    gap: deps.gap,
    training: deps.training,
    boards: deps.boards,
    trust: deps.trust,
    loadSetting: (key) => deps.settings.load(key),
    saveSetting: (key, value) => deps.settings.save(key, value),
    onEvent: deps.onEvent,
    onBook(listener) {
      bookListeners.add(listener);
      return () => bookListeners.delete(listener);
    },
  };
}

function perpetualOf(said: PerpetualQuote | null): Pick<WatchRow, 'perpetual'> {
  if (!said) return {};
  const { markPrice, fundingRate, nextFundingMs } = said;
  return { perpetual: { markPrice, fundingRate, nextFundingMs } };
}

/** The last trade with as many places as the ticker writes. */
function lastPrice(close: number, like: string): string {
  const places = like.split('.')[1]?.length ?? 0;
  return close.toFixed(places);
}
