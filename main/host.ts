import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CONTRACT_VERSION } from '../preload/contract.ts';
import { openAnsweringBook, startMlHosts } from './answering-gpu.ts';
import { type Config, readConfig } from './config-file.ts';
import { type AccountFolder, openAccountFolder, openDataFolder } from './data-folder.ts';
import { MOMENTUM_MEASURED_ON, MOMENTUM_RECORD } from './engine/decision/momentum-record.ts';
import { versionKey } from './engine/domain/ensemble.ts';
import { PERPETUAL_VENUE, SPOT_VENUE } from './engine/domain/instrument.ts';
import type { RiskLimits } from './engine/domain/proposal.ts';
import { createEngine, type Engine, type EngineIdentity } from './engine/engine.ts';
import { featureSetIdentities } from './engine/features/feature-sets.ts';
import { createEngineDesk } from './engine/gateway/engine-desk.ts';
import { openJournalStore } from './engine/gateway/journal-store.ts';
import { modelRows } from './engine/gateway/model-rows.ts';
import { createGateway, type Gateway } from './engine/gateway/router.ts';
import { openSettingsFile } from './engine/gateway/settings-file.ts';
import { forkMlHost } from './engine/inference/fork-ml-host.ts';
import { createInferenceClient } from './engine/inference/inference-client.ts';
import type { MlHostChannel } from './engine/inference/ml-host-channel.ts';
import { verifyJournalFiles } from './engine/journal-check.ts';
import { systemClock, systemTimers } from './engine/kernel/clock.ts';
import { LogWriteError, openEventLog } from './engine/kernel/event-log.ts';
import { newSessionId } from './engine/kernel/ids.ts';
import { figuresOf } from './engine/model-cards.ts';
import type { RecordingPlace } from './engine/venues/recording/recording-parts.ts';
import { openFolderRegistry } from './folder-registry.ts';
import { createGameDay } from './game-day/game-day.ts';
import { openInstallationKey } from './installation-key.ts';
import { lockInstance } from './instance-lock.ts';
import { openLab } from './lab/desk/open-lab.ts';
import { openGapMeter } from './lab/gap/open-gap-meter.ts';
import { agentsFor } from './lab/strategy/strategy-agents.ts';
import { type DeskStrategy, openDeskSessions } from './lab/user-strategies/desk-sessions.ts';
import { openModels } from './ml/desk/open-models.ts';
import { retrainText } from './ml/desk/retrain-schedule.ts';
import { openTrustLearner } from './ml/desk/trust-learner.ts';
import { openForecastBook } from './ml/trust/forecast-book.ts';
import { openTrustShelf } from './ml/trust/trust-shelf.ts';
import { createModelBoards } from './model-boards.ts';
import { createModelDesk } from './model-desk.ts';
import { noteForecasts } from './note-forecasts.ts';
import { ensurePracticeVenue } from './practice/spawn.ts';
import { type MarketChoice, marketFolder } from './practice/venue-folder.ts';
import { openCandleReaders, openPracticeVenues } from './practice-venues.ts';
import { MODELS_DIR, PRODUCT_VERSION, siblingModule } from './product.ts';
import { openRetraining, retrainSettings } from './retraining.ts';
import { createTrustDesk } from './trust-desk.ts';
import { tellUnlisted } from './unlisted-instruments.ts';

/** Which practice market to trade on. */
export type PracticeChoice =
  | { readonly kind: 'generated'; readonly seed?: number }
  | { readonly kind: 'recorded'; readonly dir: string }
  /** One that runs already: `http://127.0.0.1:PORT`. */
  | { readonly kind: 'running'; readonly url: string };

export interface HostOptions {
  readonly dataDir?: string;
  readonly practice: PracticeChoice;
  /** Strategies that propose beside the models. */
  readonly strategies?: readonly DeskStrategy[];
  /** Prints and book of one instrument, written down up to so many bytes. */
  readonly record?: Pick<RecordingPlace, 'symbol' | 'bytesMax'>;
  readonly onLog: (text: string) => void;
}

function recordingPlace(
  { symbol, bytesMax }: NonNullable<HostOptions['record']>,
  { recordings }: AccountFolder,
): RecordingPlace {
  return { symbol, bytesMax, dir: join(recordings, symbol.replaceAll(/[^A-Za-z0-9]+/g, '-')) };
}

export interface Host {
  readonly gateway: Gateway;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** What was asked for cannot be had as it was asked: the person's input is at fault, not the machine. */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
}

const DEFAULT_SEED = 1;
const ABOUT_TIMEOUT_MS = 5_000;
const SEGMENT_BYTES_MAX = 16 * 2 ** 20;
const MARKET_LOG_BYTES_MAX = 256 * 2 ** 20;

const DEFAULT_LIMITS: RiskLimits = {
  riskPerTradeShare: 0.005,
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 0.4,
  dailyLossQuoteMax: '300',
  ordersPerMinuteMax: 30,
  priceBandBps: 15,
  quoteAgeMsMax: 3_000,
  approvalTtlMs: 60_000,
};

interface Account {
  readonly name: string;
  readonly port: number;
  readonly apiKey: string;
  readonly secret: string;
  readonly symbols: readonly string[] | null;
  readonly source: EngineIdentity['source'];
}

/**
 * Everything one data folder needs: its lock, the practice venue (found or started), the engine, and the contract that
 * screens are served from.
 * @throws Error in one sentence when the folder is in use, the log is damaged, or the venue cannot be had; BadInputError
 *   where the options are at fault
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const folder = openDataFolder(options.dataDir);
  const config = configOf(folder.config);
  const lock = lockInstance(folder.lock);
  try {
    const account = await openAccount(options.practice, folder.practiceDir);
    const books = openAccountFolder(folder.root, account.name);
    const opened = openEventLog({
      dir: books.journalDir,
      headFile: books.journalHead,
      segmentBytesMax: SEGMENT_BYTES_MAX,
      marketBytesMax: MARKET_LOG_BYTES_MAX,
    });
    const journal = openJournalStore(books.journalStore, opened.ledger);
    /** What was put right at this start: shown in the desk's health and said on the log. */
    const startRepairs: { readonly atMs: number; readonly text: string }[] = [];
    const repaired = (text: string): void => {
      startRepairs.push({ atMs: systemClock.nowMs(), text });
      options.onLog(text);
    };
    for (const text of [...opened.repairs, ...journal.repairs]) repaired(text);
    const settings = openSettingsFile(folder.settings, repaired);
    const candles = openCandleReaders(books, repaired);
    const registry = openFolderRegistry(folder);
    const cards = registry.lineUp().flatMap(({ model, version, role }) => {
      const card = role === 'vote' ? registry.cardOf(model, version) : null;
      return card ?? [];
    });
    const featureSets = featureSetIdentities();

    const mlHost = fileURLToPath(siblingModule(import.meta.url, './ml/host/main'));
    const answeringBook = openAnsweringBook(folder, () => systemClock.nowMs());
    const startModels = (): MlHostChannel =>
      config.inference.gpu
        ? startMlHosts(mlHost, { book: answeringBook, featureSets, onLog: options.onLog })
        : forkMlHost(mlHost);

    const records = options.strategies?.map(({ record }) => record);

    const engine = createEngine({
      identity: {
        sessionId: newSessionId(),
        build: PRODUCT_VERSION,
        seed: 0,
        mode: 'practice',
        venue: 'Binance spot (practice)',
        source: account.source,
      },
      limits: DEFAULT_LIMITS,
      clock: systemClock,
      timers: systemTimers,
      opened,
      cards,
      library: { all: () => registry.cards(), cardOf: (model, version) => registry.cardOf(model, version) },
      ...(records && { strategies: records, agentsOf: agentsFor(records) }),
      venue: openPracticeVenues(account, books, {
        onProblem: options.onLog,
        workerUrl: siblingModule(import.meta.url, './engine/venues/worker'),
        ...(options.record && { record: recordingPlace(options.record, books) }),
      }),
      venues: [SPOT_VENUE, PERPETUAL_VENUE],
      inference: (onEvent, onNotice) =>
        createInferenceClient({
          spawn: startModels,
          clock: systemClock,
          timers: systemTimers,
          models: registry.placements(),
          featureSets,
          onPrediction: onEvent,
          onModelState: onEvent,
          onNotice,
        }),
      onFatal(error) {
        const isBug = !(error instanceof LogWriteError);
        options.onLog(`The engine has halted: ${isBug ? ((error as Error).stack ?? String(error)) : error.message}.`);
        process.exit(isBug ? 70 : 1);
      },
    });
    const { approval, execution, instruments, ledger, market, risk } = engine.pipeline;
    const gameDay = createGameDay({
      reportsDir: folder.gameDays,
      limits: () => risk.view.limits(),
      nowMs: () => systemClock.nowMs(),
      onLog: options.onLog,
    });
    const lab = openLab({
      start: {
        candleStore: books.candleStore,
        perpetualCandleStore: books.perpetualCandleStore,
        labCandles: folder.labCandles,
        results: folder.results,
        strategies: folder.strategies,
        models: {
          modelsDirs: [MODELS_DIR, folder.models],
          mlHost,
        },
        version: PRODUCT_VERSION,
      },
      workerUrl: siblingModule(import.meta.url, './lab/workers/worker'),
      nowMs: () => systemClock.nowMs(),
    });
    const gap = openGapMeter({
      start: {
        account: account.name,
        folder: books,
        results: folder.results,
        modelsDir: MODELS_DIR,
        ownModelsDir: folder.models,
      },
      workerUrl: siblingModule(import.meta.url, './lab/gap/gap-worker'),
      settings,
      nowMs: () => systemClock.nowMs(),
      timers: systemTimers,
    });
    const modelDesk = createModelDesk({
      registry,
      engine,
      featureSets,
      timers: systemTimers,
      nowMs: () => systemClock.nowMs(),
    });
    const trustLearner = openTrustLearner(books.forecasts, siblingModule(import.meta.url, './ml/desk/trust-worker'));
    const trustDesk = createTrustDesk({
      shelf: openTrustShelf(books.trust, openInstallationKey(folder.installationKey), PRODUCT_VERSION),
      learner: trustLearner,
      engine,
      nowMs: () => systemClock.nowMs(),
    });
    const retrain = retrainSettings(config);
    const training = openModels({
      start: {
        candleStore: books.candleStore,
        perpetualCandleStore: books.perpetualCandleStore,
        labCandles: folder.labCandles,
        jobsDir: folder.trainingJobs,
        jobsKept: config.training.jobsKept,
        modelsDir: MODELS_DIR,
        ownModelsDir: folder.models,
      },
      workerUrl: siblingModule(import.meta.url, './ml/desk/worker'),
      trainUrl: siblingModule(import.meta.url, './ml/train/main'),
      gpu: config.training.gpu,
      timers: systemTimers,
      nowMs: () => systemClock.nowMs(),
      onLog: options.onLog,
      onPublished: (model, version) => modelDesk.published(model, version),
      retraining: () => [retrainText(retrain), ...retraining.said()].join('\n'),
    });
    const retraining = openRetraining({
      settings: retrain,
      kept: settings,
      training,
      registry,
      engine,
      modelDesk,
      trust: trustDesk,
      onNotice: options.onLog,
    });
    const desk = createEngineDesk(
      {
        contractVersion: CONTRACT_VERSION,
        hello: {
          version: PRODUCT_VERSION,
          sessionId: engine.identity.sessionId,
          mode: engine.identity.mode,
          venue: engine.identity.venue,
          source: engine.identity.source,
          startedAtMs: engine.startedAtMs,
        },
        approval: approval.view,
        execution: execution.view,
        ledger: ledger.view,
        portfolio: ledger.portfolio,
        risk: risk.view,
        market: market.view,
        instruments: instruments.view,
        deadMan: () => engine.deadMan(),
        startRepairs,
        logEvents: () => engine.lastSeq(),
        nowMs: () => systemClock.nowMs(),
        candles: {
          stored: (id, timeframe, beforeMs, limit) => candles.readBefore(id, timeframe, beforeMs, limit),
          recent: (id, timeframe) => market.lastCandles(id, timeframe),
          open: (id, timeframe) => market.openCandle(id, timeframe),
        },
        journalStore: journal.store,
        settings,
        gameDay: gameDay.state,
        ensemble: () => engine.pipeline.decision.view.settings(),
        isShadow: (version) =>
          engine.pipeline.decision.view.shadows().some((each) => versionKey(each) === versionKey(version)),
        promoteModel: (model, version) => modelDesk.promote(model, version),
        rollbackModel: (model) => modelDesk.rollback(model),
        startGameDay: gameDay.start,
        stopGameDay: gameDay.stop,
        lab,
        gap,
        training,
        trust: trustDesk,
        boards: createModelBoards({ engine, registry, nowMs: () => systemClock.nowMs() }),
        request: (event) => engine.request(event),
        verifyJournal: () => verifyJournalFiles(books),
        watchBook: (instrumentId) => engine.tellVenue({ kind: 'watchBook', instrumentId }),
        onEvent: (listener) => engine.onEvent(listener),
        onNotice: (listener) => engine.onNotice(listener),
      },
      (board) => () =>
        modelRows(
          engine.inference,
          registry.cards().map(figuresOf),
          board,
          { record: MOMENTUM_RECORD, measuredOn: MOMENTUM_MEASURED_ON },
          (member) => engine.pipeline.inference.view.board(member, systemClock.nowMs()),
          {
            standingOf: (model, version) => modelDesk.standingOf(model, version),
            trustOf: (model) => meanTrust(engine, model),
          },
        ),
    );
    const stopStoring = storeClosedCandles(engine);
    const stopNoting = noteForecasts(engine, openForecastBook(books.forecasts), options.onLog);
    const stopTelling = tellUnlisted(engine, records ?? [], options.onLog);
    const ownStrategies = openDeskSessions(engine, options.strategies ?? []);
    const gateway = createGateway(desk, systemClock, systemTimers);
    engine.start();
    trustDesk.refresh();
    void modelDesk.refresh();
    return {
      gateway,
      engine,
      async close() {
        gateway.close();
        stopStoring();
        stopNoting();
        stopTelling();
        retraining.close();
        await Promise.all([
          engine.stop(),
          ownStrategies.close(),
          gameDay.close(),
          lab.close(),
          gap.close(),
          training.close(),
          trustLearner.close(),
        ]);
        candles.close();
        journal.store.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function configOf(path: string): Config {
  try {
    return readConfig(path);
  } catch (error) {
    throw new BadInputError((error as Error).message);
  }
}

async function openAccount(choice: PracticeChoice, practiceDir: string): Promise<Account> {
  if (choice.kind === 'running') return accountOfUrl(choice.url);
  const market: MarketChoice =
    choice.kind === 'generated'
      ? { kind: 'generated', seed: choice.seed ?? DEFAULT_SEED }
      : { kind: 'recorded', dir: choice.dir, speed: 1 };
  const venue = await ensurePracticeVenue({ dataDir: practiceDir, market });
  if (!venue.ok) {
    throw venue.error.kind === 'bad-input' ? new BadInputError(venue.error.message) : new Error(venue.error.message);
  }
  const { port, apiKey, secret, symbols, description } = venue.value;
  return {
    name: `practice-${basename(marketFolder(practiceDir, market))}`,
    port,
    apiKey,
    secret,
    symbols,
    source: { kind: market.kind, description },
  };
}

const aboutSchema = z.object({
  kind: z.enum(['generated', 'recorded']),
  description: z.string(),
  symbols: z.array(z.string()),
});
const keysSchema = z.object({ apiKey: z.string().min(1), secret: z.string().min(1) });

/** A practice venue that runs already; it tells its keys to programs on this machine where the address has none. */
async function accountOfUrl(text: string): Promise<Account> {
  const url = URL.parse(text);
  const isLoopback = url?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (!url || !isLoopback || !url.port) {
    throw new BadInputError(
      `--practice wants http://127.0.0.1:PORT (or http://KEY:SECRET@127.0.0.1:PORT), not ${text}`,
    );
  }
  const about = await askVenue(url.port, '/_about', aboutSchema);
  const keys = url.username
    ? { apiKey: decodeURIComponent(url.username), secret: decodeURIComponent(url.password) }
    : await askVenue(url.port, '/_account', keysSchema);
  return {
    name: `practice-${createHash('sha256').update(keys.apiKey).digest('hex').slice(0, 12)}`,
    port: Number(url.port),
    ...keys,
    symbols: about.symbols,
    source: { kind: about.kind, description: about.description },
  };
}

async function askVenue<T>(port: string, path: string, schema: z.ZodType<T>): Promise<T> {
  const address = `http://127.0.0.1:${port}`;
  try {
    const reply = await fetch(`${address}${path}`, { signal: AbortSignal.timeout(ABOUT_TIMEOUT_MS) });
    return schema.parse(await reply.json());
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    throw new BadInputError(`no practice venue answers at ${address}: ${why}`);
  }
}

/** What a member's word weighs next to the others', on average over the instruments; null where there is none yet. */
function meanTrust(engine: Engine, member: string): number | null {
  const { decision, instruments } = engine.pipeline;
  const trusts = instruments.view.all().flatMap(({ id }) => decision.view.trusts(id).get(member) ?? []);
  return trusts.length === 0 ? null : trusts.reduce((sum, trust) => sum + trust, 0) / trusts.length;
}

/** Every candle that the core closes goes to the store, in small batches by the venue's worker. */
function storeClosedCandles(engine: Engine): () => void {
  return engine.onEvent(({ event }) => {
    if (event.kind === 'CandleClosed') {
      const { instrumentId, timeframe, candle } = event;
      engine.tellVenue({ kind: 'storeCandles', instrumentId, timeframe, candles: [candle] });
    } else if (event.kind === 'CandleCorrected') {
      const { instrumentId, timeframe, venues } = event;
      engine.tellVenue({ kind: 'storeCandles', instrumentId, timeframe, candles: [venues] });
    }
  });
}
